import { readFileSync } from 'node:fs'
import { createFunctionPool, type FunctionPool } from '../local/lambda/pool.ts'
import { functionEnvironment, type FunctionFolder } from './function-folder.ts'
import { medianOf, rounded } from './median.ts'
import { sampleEvents } from './samples.ts'
import { region, type Services } from './services.ts'

export type Answers = {
  /** From the start of a process until its first disposition has come back over the runtime API. */
  readonly first_answer_ms: number
  /** The handler alone, in a process that has answered before: look-ups, DNS and the record's put included. */
  readonly warm_answer_ms: number
  /** Of the function's process after all the warm invocations; null where the system does not tell. */
  readonly peak_rss_mb: number | null
}

const warmInvocations = 200

/** Runs the built bundle as Lambda does, against services on this machine. */
export async function measureAnswers(folder: FunctionFolder, services: Services, processes: number): Promise<Answers> {
  const first: number[] = []
  for (let i = 0; i <= processes; i++) {
    const pool = poolOf(folder, services, () => undefined)
    const started = performance.now()
    await answer(pool, `first${i}`, 0)
    // The very first process reads the bundle from the disk.
    if (i > 0) first.push(performance.now() - started)
    pool.close()
  }
  let peak: number | null = null
  const pool = poolOf(folder, services, (pid) => {
    peak = peakRssMb(pid) ?? peak
  })
  const warm: number[] = []
  for (let i = 0; i < warmInvocations; i++) warm.push(await answer(pool, `warm${i}`, i))
  pool.close()
  return {
    first_answer_ms: rounded(medianOf(first)),
    warm_answer_ms: rounded(medianOf(warm)),
    peak_rss_mb: peak,
  }
}

function poolOf(folder: FunctionFolder, services: Services, onFreeze: (pid: number) => void): FunctionPool {
  return createFunctionPool(functionIn(folder), {
    region,
    credentials: { accessKeyId: 'BENCH', secretAccessKey: 'local', sessionToken: 'local' },
    instances: 1,
    extraEnvironment: services.environment,
    onFreeze: ({ pid }) => onFreeze(pid),
  })
}

function functionIn({ path }: FunctionFolder) {
  const arn = `arn:aws:lambda:${region}:123456789012:function:filter`
  const role = { roleLogicalId: 'Role', roleArn: 'arn:aws:iam::123456789012:role/filter' }
  const limits = { runtime: 'nodejs24.x', timeoutSeconds: 12, memoryMb: 512 }
  const code = { codeDir: path, handler: 'index.handler', environment: functionEnvironment }
  return { logicalId: 'Filter', name: 'filter', arn, ...role, ...limits, ...code }
}

/** Milliseconds that the handler took. */
async function answer(pool: FunctionPool, id: string, i: number): Promise<number> {
  const event = sampleEvents[i % sampleEvents.length]?.event(id)
  const answered = await pool.invoke(event)
  if (answered.answer === 'failed') throw new Error(`The function failed: ${answered.error.message}`)
  return answered.ms
}

/** Linux's own record of the most memory that a process ever held, in megabytes of 1,000,000 bytes. */
function peakRssMb(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return kibibytes === undefined ? null : rounded((Number(kibibytes) * 1024) / 1e6)
}
