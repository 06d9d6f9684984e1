import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { main } from '../../cli/main.ts'

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

/** Runs `quietgate ARGS` in this process. */
export async function quietgate(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
  const [stdout, stderr] = [collector(), collector()]
  const exitCode = await main(args, { stdout: stdout.stream, stderr: stderr.stream, env })
  return { exitCode, stdout: await stdout.text(), stderr: await stderr.text() }
}

export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

function collector() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      setImmediate(done)
    },
  })
  const text = async (): Promise<string> => {
    stream.end()
    await finished(stream)
    return Buffer.concat(chunks).toString('utf8')
  }
  return { stream, text }
}
