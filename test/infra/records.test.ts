import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import type { BundledFunction } from '../../infra/bundle.ts'
import { CompactRecords, compactedPrefix, freshRecordDays } from '../../infra/compact-records.ts'
import { RecordsTable } from '../../infra/records-table.ts'
import { recordColumns } from '../../infra/records-table/columns.ts'
import { SilenceCheck } from '../../infra/silence-check.ts'
import { Storage } from '../../infra/storage.ts'
import * as core from '../../lambda/core/compaction/hours.ts'
import { temporary } from './synthesized.ts'
import { emptyStack } from './resources.ts'

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }
type Node = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly definitions?: Readonly<Record<string, Node>>
}

const schema = JSON.parse(readFileSync('docs/decision-record.schema.json', 'utf8')) as Node

function made() {
  const { app, stack } = emptyStack()
  const retention = { recordsDays: 400, mailDays: 30, logDays: 30 }
  const storage = new Storage(stack, 'Storage', { retention, freshRecordDays })
  new CompactRecords(stack, 'Compaction', { bundle: bundleOf(), logDays: 30, recordsDays: 400, storage })
  new RecordsTable(stack, 'RecordsTable', { storage })
  return { app, stack }
}

const template = Template.fromStack(made().stack)
const resources = Object.entries(template.toJSON()['Resources'] as Record<string, Resource>)

describe('the compaction of records', () => {
  it('keeps fresh records for longer than it may fail unseen, and compacted ones as long as was asked for', () => {
    const rules = all('AWS::S3::Bucket').flatMap(
      ({ Properties }) => (Properties['LifecycleConfiguration'] as { readonly Rules: readonly Rule[] }).Rules,
    )
    const days = Object.fromEntries(rules.map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays]))
    expect(days).toMatchObject({ 'in/': 14, 'records/': 400, 'athena/': 7 })
    expect([compactedPrefix, freshRecordDays]).toEqual([core.compactedRecords, core.freshRecordDays])
  })

  it('may read fresh records and write compacted ones, and delete nothing', () => {
    const [policy] = all('AWS::IAM::Policy')
    const { Statement } = policy!.Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }
    expect(Statement.map(({ Effect, Action }) => [Effect, Action])).toEqual([
      ['Allow', 's3:ListBucket'],
      ['Allow', 's3:GetObject'],
      ['Allow', 's3:PutObject'],
      ['Allow', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['Deny', 'ses:*'],
    ])
    expect(JSON.stringify(Statement[2]?.Resource)).toContain('/records/*')
    expect(JSON.stringify(Statement[2]?.Resource)).not.toContain('/in/')
  })

  it('runs every hour, and alarms when it could not or did not for six', () => {
    expect(only('AWS::Events::Rule')).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' })
    expect(only('AWS::CloudWatch::Alarm')).toMatchObject({
      MetricName: 'HoursNotCompacted',
      Period: 3600,
      EvaluationPeriods: 6,
      TreatMissingData: 'breaching',
    })
  })
})

describe('the table of records', () => {
  it('has the columns of the schema, all of them', () => {
    expect(recordColumns).toEqual(
      Object.entries(schema.properties ?? {}).map(([name, node]) => [name, name === 'facts' ? 'string' : typeOf(node)]),
    )
  })

  it('stands over compacted records alone, and makes up its days', () => {
    expect(JSON.stringify(only('AWS::Glue::Table'))).toContain('/records/dt=${dt}/')
    expect(only('AWS::Glue::Table')).toMatchObject({
      DatabaseName: expect.stringMatching(/^[a-z0-9_]+$/) as string,
      TableInput: {
        Name: 'records',
        PartitionKeys: [{ Name: 'dt', Type: 'string' }],
        Parameters: { 'projection.enabled': 'true', 'projection.dt.range': '2026-01-01,NOW' },
      },
    })
  })

  it('is asked in a workgroup that ends what reads too much', () => {
    expect(only('AWS::Athena::WorkGroup')).toMatchObject({
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 20_000_000_000,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    })
  })

  it('comes with queries that each name their days', () => {
    const queries = all('AWS::Athena::NamedQuery').map(({ Properties }) => String(Properties['QueryString']))
    expect(queries.length).toBeGreaterThanOrEqual(5)
    for (const sql of queries) expect(sql).toMatch(/\bdt (>=|BETWEEN) /)
  })

  it('passes the checks of a deploy', () => {
    const { app } = made()
    Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
    expect(app.synth().stacks).toHaveLength(1)
  }, 60_000)
})

type Rule = { readonly Prefix: string; readonly ExpirationInDays: number }
type Statement = { readonly Effect: string; readonly Action: unknown; readonly Resource: unknown }

function typeOf(node: Node): string {
  if (node.$ref !== undefined) return typeOf(schema.definitions![node.$ref.split('/').at(-1)!]!)
  if (node.const === 1) return 'int'
  const type = [node.type].flat().find((one) => one !== 'null')
  if (node.enum !== undefined || type === 'string') return 'string'
  if (type === 'array') return `array<${typeOf(node.items!)}>`
  if (type !== 'object')
    return { integer: 'int', number: 'double', boolean: 'boolean' }[String(type)] ?? `no ${String(type)}`
  const fields = Object.entries(node.properties ?? {}).map(([name, inner]) => `${name}:${typeOf(inner)}`)
  return `struct<${fields.join(',')}>`
}

function all(type: string): readonly Resource[] {
  return resources.flatMap(([, resource]) => (resource.Type === type ? [resource] : []))
}

function only(type: string): Resource['Properties'] {
  const found = all(type)
  expect(found).toHaveLength(1)
  return found[0]!.Properties
}

/** As `bundle` leaves it. */
function bundleOf(): BundledFunction {
  const directory = join(temporary('dist'), 'functions', 'compact-records')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => undefined\n')
  return { name: 'compact-records', directory, files: ['index.mjs'], bytes: 1, hash: 'b'.repeat(64), codeVersion: '0' }
}
