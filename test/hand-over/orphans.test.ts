import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orphanKey, youngestMs } from '../../lambda/core/hand-over/orphans.ts'
import { describeStack } from '../../local/local-stack-file.ts'
import { sampleConfig } from '../../local/samples.ts'
import { linesOf, quietgate, type Ran } from '../cli/command.ts'
import { send } from '../../local/send.ts'
import { letter, startedStack, type StartedStack } from '../local/started-stack.ts'
import { startSmartHost, type SmartHost } from './smart-host.ts'

/** The filter is killed before it records: the mail is found, listed and handed over. */
let host: SmartHost
let started: StartedStack
const folder = mkdtempSync(join(tmpdir(), 'quietgate-orphans-'))
const file = join(folder, 'local-stack.json')
const dataDir = join(folder, 'data')

beforeAll(async () => {
  mkdirSync(dataDir)
  host = await startSmartHost()
  await start()
})
afterAll(async () => {
  await started.close()
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('mail that nobody decided about', () => {
  it('is found, counted, listed, and handed over to all whom it names', async () => {
    expect(youngestMs).toBe(600_000)
    started.faults.set('function-killed', 1)
    const sent = await send(started.stack.smtpPort, { ...letter, recipients: ['alice@example.com', 'bob@example.com'] })
    if (sent.answer === 'refused') throw new Error(sent.reply)
    const messageId = sent.reply.split(' ').at(-1) ?? ''
    await started.stack.idle()
    started.faults.set('function-killed', 0)
    // One that was decided about is none.
    const { messageId: decided } = await started.deliver()
    await started.stack.idle()
    // Neither is looked at while SES may still be trying.
    expect(await sweep()).toMatchObject({ answer: 'returned', payload: { answer: 'swept', looked: 0, orphans: 0 } })

    await forgetSweep()
    await started.close()
    for (const id of [messageId, decided]) makeOlder(id, youngestMs + 60_000)
    await start()
    expect(await sweep()).toMatchObject({ answer: 'returned', payload: { answer: 'swept', looked: 2, orphans: 1 } })
    expect(started.log.filter((line) => line.includes('"OrphanedMail":1'))).toHaveLength(1)

    const listed = await orphans('list', '--json')
    expect(listed.exitCode).toBe(4)
    expect(linesOf(listed.stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        schema_version: 1,
        message_id: messageId,
        stored_at: expect.any(String) as string,
        kept_key: `s3://${started.stack.outputs['MailBucket'] ?? ''}/mail/${messageId}`,
        found_at: expect.any(String) as string,
        mail_from: 'carol@partner.example',
        guessed_recipients: ['alice@example.com'],
      },
    ])
    expect(orphanKey(messageId)).toBe(`orphans/${messageId}.json`)

    const before = host.taken.length
    const handed = await orphans('hand-over', messageId)
    expect({ ...handed, stderr: '' }).toEqual({ exitCode: 0, stdout: `${messageId}\talice@example.com\n`, stderr: '' })
    await host.has(before + 1)
    const mail = host.taken.at(-1)
    expect({ from: mail?.from, to: mail?.to }).toEqual({ from: 'carol@partner.example', to: ['alice@example.com'] })
    expect(mail?.octets.toString('latin1')).toMatch(
      /^X-Quietgate-Message-Id: \w+\r\nX-Quietgate-Action: deliver\r\nX-Quietgate-Reasons: no-record\r\nX-Quietgate-Origin: orphan\r\nReturn-Path: /,
    )
    expect((await orphans('list')).exitCode).toBe(0)
    expect(await sweep()).toMatchObject({ payload: { answer: 'swept', looked: 0, orphans: 0 } })
  })

  it('says what is missing: which messages, and those that are not listed', async () => {
    expect((await orphans('hand-over')).exitCode).toBe(2)
    expect(await orphans('hand-over', 'nosuch')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'nosuch is not listed: see quietgate orphans list.\n0 of 1 are in the queue.\n',
    })
  })
})

function sweep() {
  return started.stack.invoke(started.stack.outputs['SweepFunction'] ?? '', {})
}

async function start(): Promise<void> {
  started = await startedStack({
    config: { ...sampleConfig, handOver: { smtp: { host: '127.0.0.1', port: host.port, tls: 'none' } } },
    dataDir,
  })
  writeFileSync(file, JSON.stringify(describeStack(started.stack)))
}

/** As if no run had come by between: the pass before has looked at everything up to ten minutes ago. */
async function forgetSweep(): Promise<void> {
  const { clients, outputs } = started.stack
  const command = new DeleteItemCommand({ TableName: outputs['StateTable'], Key: { id: { S: 'sweep' } } })
  await clients.dynamoDb.send(command)
}

/** The embedded S3 keeps the time beside the octets, in as many digits. */
function makeOlder(messageId: string, milliseconds: number): void {
  const [path] = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith(messageId))
  const object = readFileSync(join(dataDir, path ?? ''), 'latin1')
  const older = object.replace(/"modifiedAt":(\d+)/, (_, at) => `"modifiedAt":${Number(at) - milliseconds}`)
  writeFileSync(join(dataDir, path ?? ''), older, 'latin1')
}

function orphans(...args: readonly string[]): Promise<Ran> {
  return quietgate(['--local', 'orphans', ...args], { QUIETGATE_LOCAL: file })
}
