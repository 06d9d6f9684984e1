import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compactedKey } from '../../../lambda/core/compaction/hours.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../../lambda/core/record.ts'
import { recordFixture } from '../../record-fixture.ts'
import { linesOf, quietgate, type Ran } from '../command.ts'
import { startRecordBucket, type RecordBucket } from '../record-bucket.ts'

let bucket: RecordBucket
let config: string
beforeEach(async () => {
  bucket = await startRecordBucket()
  config = join(bucket.folder, 'config.json')
  writeFileSync(
    config,
    JSON.stringify({
      domains: ['example.com'],
      dnsbl: {
        zones: [
          { term: 'bl.example=127.0.0.[2..11]*2', operator: 'Example List' },
          { term: 'bl2.example=127.0.0.[2..11]*2', operator: 'Second Example' },
          '{dqs}.zen.dq.spamhaus.net=127.0.0.[2..4]*3',
        ],
        keys: { dqs: { ssm: '/quietgate/dqs' } },
      },
    }),
  )
})
afterEach(() => bucket.close())

/** `quietgate --local dnsbl cost ...` */
function cost(...args: readonly string[]): Promise<Ran> {
  return quietgate(['--local', '--config', config, 'dnsbl', 'cost', ...args], bucket.env)
}

function listed(zone: string): Reason {
  return { code: 'zone-listed', zone, operator: 'Example List', return_codes: ['127.0.0.2'], weight: 2 }
}

function unsound(zone: string): Reason {
  return { code: 'zone-unsound', zone, state: 'lists-the-world', return_codes: ['127.0.0.2'] }
}

async function put(id: string, receivedAt: string, changes: Partial<DecisionRecord> = {}): Promise<void> {
  await bucket.put(recordFixture({ message_id: id, received_at: receivedAt, ...changes }))
}

const quarantined = { action: 'quarantine', would_be_action: 'quarantine', disposition: 'STOP_RULE_SET' } as const

describe('quietgate dnsbl cost', () => {
  it('lists what a zone touched within the time, in order, and adds it up', async () => {
    await put('a1', '2026-11-20T23:59:59.999Z', { reasons: [listed('bl.example')] })
    await put('a2', '2026-11-21T00:00:00.000Z', { ...quarantined, reasons: [listed('bl.example')] })
    await put('b1', '2026-11-21T10:00:00.000Z', { reasons: [listed('bl2.example')] })
    await put('b2', '2026-11-21T11:00:00.000Z', {
      reasons: [listed('bl.example')],
      mode: 'observe',
      would_be_action: 'quarantine',
    })
    await put('c1', '2026-11-22T23:59:59.999Z', { reasons: [unsound('bl.example')] })
    await put('c2', '2026-11-23T00:00:00.000Z', { reasons: [listed('bl.example')] })
    expect(await cost('BL.example.', '--from', '2026-11-21', '--to', '2026-11-22')).toEqual({
      exitCode: 0,
      stdout: [
        '2026-11-21T00:00:00.000Z\tquarantine\tlisted as 127.0.0.2: +2\ta2\t198.51.100.9\tbob@partner.example\talice@example.com\ts3://mail/mail/x',
        '2026-11-21T11:00:00.000Z\tdeliver (in enforce quarantine)\tlisted as 127.0.0.2: +2\tb2\t198.51.100.9\tbob@partner.example\talice@example.com\ts3://mail/mail/x',
        '2026-11-22T23:59:59.999Z\tdeliver\tnot believed as 127.0.0.2 (lists-the-world)\tc1\t198.51.100.9\tbob@partner.example\talice@example.com\ts3://mail/mail/x',
        '',
      ].join('\n'),
      stderr:
        'bl.example touched 3 of 4 messages received from 2026-11-21T00:00:00.000Z until 2026-11-23T00:00:00.000Z ' +
        '(the local stack): 2 listed (1 quarantine, 1 deliver), 1 not believed (1 deliver).\n',
    })
  })

  it('gives programs one object a line', async () => {
    const hint: Reason = { code: 'zone-hint', zone: 'ips.backscatterer.org', return_codes: ['127.0.0.2'] }
    await put('a', '2026-11-21T10:00:00.000Z', { reasons: [hint] })
    const { exitCode, stdout } = await cost('ips.backscatterer.org', '--from', '2026-11-21T10:00Z', '--json')
    expect(exitCode).toBe(0)
    expect(linesOf(stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        touch: 'hint',
        received_at: '2026-11-21T10:00:00.000Z',
        message_id: 'a',
        mode: 'enforce',
        action: 'deliver',
        would_be_action: 'deliver',
        return_codes: ['127.0.0.2'],
        mail_from: 'bob@partner.example',
        client_ip: '198.51.100.9',
        recipients: ['alice@example.com'],
        kept_key: 's3://mail/mail/x',
      },
    ])
  })

  it('reads thousands of records and keeps their order, whatever the order in which they arrive', async () => {
    const ids = Array.from({ length: 1003 }, (_, index) => `m${String(index).padStart(4, '0')}`)
    const record = recordFixture({ reasons: [listed('bl.example')] })
    await Promise.all(ids.map((id) => bucket.put({ ...record, message_id: id })))
    const { stdout, stderr } = await cost('bl.example', '--from', '2026-11-21', '--to', '2026-11-21', '--json')
    expect(linesOf(stdout).map((line) => (JSON.parse(line) as { readonly message_id: string }).message_id)).toEqual(ids)
    expect(stderr).toContain('bl.example touched 1003 of 1003 messages')
  })

  it('reads compacted records, too, and each message once', async () => {
    const record = recordFixture({ reasons: [listed('bl.example')] })
    const row = (message_id: string) => `${JSON.stringify({ ...record, message_id })}\n`
    const began = new Date()
    await put('both', '2026-11-21T10:00:00.000Z', { reasons: [listed('bl.example')] })
    // Whatever hour it is: the one in which the fresh record was written is compacted.
    const hours = [began, new Date()].map((at) => at.toISOString().slice(0, 13))
    const keys = hours.map((hour) => compactedKey({ day: '2026-11-21', hour }))
    for (const key of keys) await bucket.putText(key, gzipSync(''))
    await bucket.putText(keys[0]!, gzipSync(row('both') + row('only compacted')))
    await bucket.putText(
      compactedKey({ day: '2026-11-22', hour: '2026-11-22T01' }),
      gzipSync('damaged').subarray(0, 12),
    )
    const { exitCode, stdout, stderr } = await cost(
      'bl.example',
      '--from',
      '2026-11-21',
      '--to',
      '2026-11-22',
      '--json',
    )
    const ids = linesOf(stdout).map((line) => (JSON.parse(line) as { readonly message_id: string }).message_id)
    expect([exitCode, ids]).toEqual([1, ['both', 'only compacted']])
    expect(stderr).toContain('records/dt=2026-11-22/2026-11-22T01.ndjson.gz')
  })

  it('says so when no record names the zone, and which one may have been meant', async () => {
    await put('a', '2026-11-21T10:00:00.000Z')
    const time = 'received from 2026-11-21T00:00:00.000Z until 2026-11-22T00:00:00.000Z (the local stack)'
    expect(await cost('bl.example', '--from', '2026-11-21', '--to', '2026-11-21')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `No record names bl.example, of 1 message ${time}.\n`,
    })
    expect((await cost('bll.example', '--from', '2026-11-21', '--to', '2026-11-21')).stderr).toBe(
      `No record names bll.example, of 1 message ${time}. It is not in the configuration, either. Did you mean bl.example?\n`,
    )
  })

  it('takes a zone with its key in it for the zone, and repeats the key nowhere', async () => {
    await put('a', '2026-11-21T10:00:00.000Z', { reasons: [listed('{dqs}.zen.dq.spamhaus.net')] })
    const key = 'abcdefghijklmnopqrstuvwx12'
    const texts = [`${key}.zen.dq.spamhaus.net`, 'zen.dq.spamhaus.net', '{dqs}.zen.dq.spamhaus.net']
    for (const text of texts) {
      const { stdout, stderr } = await cost(text, '--from', '2026-11-21')
      expect(linesOf(stdout)).toHaveLength(1)
      expect(`${stdout}${stderr}`).not.toContain(key)
    }
    expect((await cost(`${key}.dbl.dq.spamhaus.net`, '--from', '2026-11-21')).stderr).not.toContain(key)
  })

  it('leaves out what is no decision record, and is an error then', async () => {
    await put('a', '2026-11-21T10:00:00.000Z', { reasons: [listed('bl.example')] })
    const texts = [' ', '{', '[]', 'null', '{"schema_version":1,"received_at":"x","reasons":[null],"recipients":[]}']
    for (const [index, text] of texts.entries()) await bucket.putText(`in/dt=2026-11-21/x${index}.json`, text)
    // Of another day, and so not looked at.
    await bucket.putText('in/dt=2026-11-20/x.json', '{')
    await bucket.putText('in/dt=2026-11-22/x.json', '{')
    const { exitCode, stdout, stderr } = await cost('bl.example', '--from', '2026-11-21', '--to', '2026-11-21')
    expect({ exitCode, lines: linesOf(stdout).length, last: linesOf(stderr).at(-1) }).toEqual({
      exitCode: 1,
      lines: 1,
      last:
        '5 objects beside them are no decision records, and were left out: in/dt=2026-11-21/x0.json, ' +
        'in/dt=2026-11-21/x1.json, in/dt=2026-11-21/x2.json, in/dt=2026-11-21/x3.json, in/dt=2026-11-21/x4.json.',
    })
  })

  it.each([
    [['--from', 'yesterday'], '--from is 2026-11-21 or 2026-11-21T10:00Z, found "yesterday".\n'],
    [['--from', '2026-02-31'], '--from is 2026-11-21 or 2026-11-21T10:00Z, found "2026-02-31".\n'],
    [['--from', '2026-11-21', '--to', '21:00'], '--to is 2026-11-21 or 2026-11-21T10:00Z, found "21:00".\n'],
    [['--from', '2026-11-21', '--to', '2026-11-20'], '--to 2026-11-20 is not after --from 2026-11-21.\n'],
    [[], "error: required option '--from <time>' not specified\n(--help says more)\n"],
  ])('answers %j with exit code 2', async (options, stderr) => {
    expect(await cost('bl.example', ...options)).toEqual({ exitCode: 2, stdout: '', stderr })
  })

  it('gives up, in one sentence, when S3 refuses some of many records that are under way', async () => {
    const record = recordFixture({ reasons: [listed('bl.example')] })
    for (let index = 0; index < 40; index += 1) await bucket.put({ ...record, message_id: `m${10 + index}` })
    bucket.refuse()
    const { exitCode, stderr } = await cost('bl.example', '--from', '2026-11-21')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^AWS answered AccessDenied: /)
  })

  it('says in one sentence that the stack does not answer', async () => {
    await bucket.stop()
    const { exitCode, stderr } = await cost('bl.example', '--from', '2026-11-21')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'The local stack does not answer (ECONNREFUSED): start it again with npm start.\n',
    })
  })

  it('misses the output that names the records', async () => {
    writeFileSync(bucket.env.QUIETGATE_LOCAL, JSON.stringify({ pid: process.pid, outputs: {} }))
    const { exitCode, stderr } = await cost('bl.example', '--from', '2026-11-21')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('names no output RecordBucket')
  })
})
