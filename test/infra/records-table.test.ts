import { Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { permissionsIn } from '../../infra/permissions.ts'
import { RecordsTable, recordsTableOutputs } from '../../infra/records-table.ts'
import { athenaEnvironment, athenaFindings, athenaStatements } from '../../infra/records-table/permissions.ts'
import { recordColumns } from '../../infra/records-table/columns.ts'
import { SilenceCheck } from '../../infra/silence-check.ts'
import { Storage } from '../../infra/storage.ts'
import { athenaStatement } from '../../lambda/adapters/athena-record-index.ts'
import { emptyStack } from './resources.ts'

/** A role that may ask the table and nothing else. */
function made(isAcknowledged = true) {
  const { app, stack } = emptyStack()
  const storage = new Storage(stack, 'Storage', { retention: { recordsDays: 400, mailDays: 30 } })
  const table = new RecordsTable(stack, 'RecordsTable', { storage })
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  for (const statement of athenaStatements(table, storage)) role.addToPolicy(statement)
  role.addToPolicy(new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }))
  if (isAcknowledged) Validations.of(role).acknowledge(...athenaFindings(table, storage))
  return { app, stack, table }
}

describe('asking the table of records', () => {
  it('takes these permissions, on this workgroup, this table and these two prefixes', () => {
    const rows = permissionsIn(Template.fromStack(made().stack).toJSON() as Parameters<typeof permissionsIn>[0])
    const allowed = rows.filter(({ who, effect }) => who === 'Role' && effect === 'Allow')
    const glue = (what: string) => expect.stringMatching(new RegExp(`:glue:REGION:ACCOUNT:${what}$`)) as string
    const workgroup = expect.stringMatching(/:athena:REGION:ACCOUNT:workgroup\/[A-Za-z0-9-]+$/) as string
    expect(allowed.map(({ api, on }) => [api, on])).toEqual([
      ['athena:GetQueryExecution', workgroup],
      ['athena:GetQueryResults', workgroup],
      ['athena:StartQueryExecution', workgroup],
      ['athena:StopQueryExecution', workgroup],
      ...['glue:GetDatabase', 'glue:GetTable'].flatMap((api) => [
        [api, glue('catalog')],
        [api, glue('database/[a-z0-9_]+')],
        [api, glue('table/[a-z0-9_]+/records')],
      ]),
      ['glue:GetDatabase', glue('database/default')],
      ['s3:GetBucketLocation', 'StorageRecords'],
      ['s3:ListBucket', 'StorageRecords'],
      ['s3:GetObject', 'StorageRecords/athena/*'],
      ['s3:GetObject', 'StorageRecords/records/*'],
      ['s3:AbortMultipartUpload', 'StorageRecords/athena/*'],
      ['s3:ListMultipartUploadParts', 'StorageRecords/athena/*'],
      ['s3:PutObject', 'StorageRecords/athena/*'],
    ])
  })

  it('passes the checks of a deploy, and only because each finding is answered', () => {
    const checked = (isAcknowledged: boolean) => {
      const { app } = made(isAcknowledged)
      Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
      return () => app.synth().stacks.length
    }
    expect(checked(true)()).toBe(1)
    expect(checked(false)).toThrow()
  }, 60_000)

  it('is told to a function and to the command line under the same names', () => {
    const { stack, table } = made()
    const environment = athenaEnvironment(table)
    expect(stack.resolve(recordsTableOutputs(table).map(([name, value]) => [name, value]))).toEqual([
      ['RecordsTable', `${environment['RECORDS_DATABASE'] ?? ''}.${environment['RECORDS_TABLE'] ?? ''}`],
      ['RecordsWorkGroup', environment['RECORDS_WORKGROUP']],
    ])
  })

  it('names columns that the table has', () => {
    const columns = recordColumns.map(([name]) => name)
    const statement = athenaStatement('records')
    const named = ['message_id', 'header_message_id', 'mail_from', 'header_from', 'recipients']
    for (const name of named) expect(columns).toContain(name)
    for (const name of named) expect(statement).toContain(name)
    expect(recordColumns.find(([name]) => name === 'recipients')?.[1]).toMatch(/^array<struct<address:string,/)
  })
})
