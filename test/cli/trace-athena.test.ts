import { PutObjectCommand } from '@aws-sdk/client-s3'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { compactedKey } from '../../lambda/core/compaction/hours.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { serveAthena, type AthenaDouble } from '../athena.ts'
import { mail, to } from '../core/trace/builders.ts'
import { startS3, type S3World } from '../s3-world.ts'
import { serveAws, xml, type AwsServer } from './aws-answers.ts'
import { linesOf, quietgate } from './command.ts'

let s3: S3World
let athena: AthenaDouble
let cloudFormation: AwsServer | null = null

beforeEach(async () => {
  s3 = await startS3({ region: 'eu-west-1' })
  const bucket = await s3.emptyBucket()
  athena = await serveAthena(createS3RecordObjects(s3.client, bucket), bucket)
  const put = async (hour: string, records: readonly DecisionRecord[]): Promise<void> => {
    const Body = gzipSync(records.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const Key = compactedKey({ day: '2026-11-16', hour })
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
  }
  await put('2026-11-16T09', [mail([to('carol@example.com')]), mail([to('carol@example.com')])])
  await put('2026-11-16T10', [mail([to('alice@example.com')], { message_id: 'wanted' })])
  // The local S3 knows these keys, and nothing of whoever runs the tests is used.
  const { accessKeyId, secretAccessKey } = await s3.client.config.credentials()
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN']) {
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url)
  vi.stubEnv('AWS_ENDPOINT_URL_ATHENA', athena.url)
  await deployed({ RecordBucket: bucket, RecordsTable: 'database.records', RecordsWorkGroup: 'group' })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloudFormation?.close()
  await athena.close()
  await s3.close()
})

describe('quietgate trace, of a deployed stack', () => {
  it('gives the same answer by Athena as by reading everything, and says what Athena read and what it cost', async () => {
    const scanned = await trace('--scan', '--to', 'alice@example.com')
    expect([scanned.exitCode, scanned.stderr]).toEqual([0, ''])
    const narrowed = await trace('--athena', '--to', 'alice@example.com')
    expect(narrowed.stdout).toBe(scanned.stdout)
    expect(linesOf(narrowed.stdout)[0]).toContain('The message to alice@example.com came at')
    expect(narrowed.exitCode).toBe(0)
    expect(narrowed.stderr).toMatch(
      /^Athena left 1 of 2 objects to be read here\. It read \d KB, which cost \$0\.00005\.\n$/,
    )
  })

  it('asks nobody where there are few records', async () => {
    const { exitCode, stderr } = await trace('--to', 'alice@example.com')
    expect([exitCode, stderr, athena.asked]).toEqual([0, '', []])
  })

  it('reads everything, and says why, where Athena refuses', async () => {
    athena.setTrouble({ kind: 'refused', operation: 'StartQueryExecution', code: 'AccessDeniedException' })
    const { exitCode, stdout, stderr } = await trace('--athena', '--to', 'nobody@example.com')
    expect(exitCode).toBe(4)
    expect(stdout).toContain('3 records received')
    expect(stderr).toContain('Athena could not say where to look (AccessDeniedException: ')
    expect(stderr).toContain('so all records are read here.')
  })

  it('counts the records that need not be read, too', async () => {
    const { stdout } = await trace('--athena', '--to', 'nobody@example.com')
    expect(stdout).toContain('3 records received')
  })

  it('says what is missing when Athena is wanted and the stack is older than its outputs', async () => {
    await cloudFormation?.close()
    await deployed({ RecordBucket: 'bucket-1' })
    const { exitCode, stderr } = await trace('--athena', '--to', 'alice@example.com')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('it has no output RecordsWorkGroup: deploy this version first')
  })

  it('takes one way only', async () => {
    const { exitCode, stderr } = await trace('--athena', '--scan', '--to', 'alice@example.com')
    expect(exitCode).toBe(2)
    expect(stderr).toContain("'--athena' cannot be used with option '--scan'")
  })
})

function trace(...args: readonly string[]) {
  const monday = ['--since', '2026-11-16', '--until', '2026-11-16'] as const
  return quietgate(['--region', 'eu-west-1', 'trace', ...monday, ...args])
}

async function deployed(outputs: Readonly<Record<string, string>>): Promise<void> {
  const members = Object.entries(outputs).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  const stack = `<StackName>Quietgate</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-11-21T10:00:00.000Z</CreationTime>`
  cloudFormation = await serveAws({
    DescribeStacks: xml(
      'DescribeStacks',
      `<Stacks><member>${stack}<Outputs>${members.join('')}</Outputs></member></Stacks>`,
    ),
  })
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.url)
}
