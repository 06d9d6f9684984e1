import { Stack, type CfnResource } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { compactedPrefix } from '../compact-records.ts'
import { queryAnswerPrefix, recordsTableName, type RecordsTable } from '../records-table.ts'
import type { Storage } from '../storage.ts'

/**
 * What it takes to ask the table of records by a query of one's own, and no other table: lambda/adapters/athena-record-index.ts. Athena reads
 * the records and writes its answer with the permissions of whoever asks (Athena User Guide, "Control access to Amazon S3 from Athena",
 * "Fine-grained access to databases and tables in the AWS Glue Data Catalog", "IAM policies for accessing workgroups").
 */
export function athenaStatements(table: RecordsTable, { records }: Storage): readonly PolicyStatement[] {
  const stack = Stack.of(table)
  const workgroup = stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: table.workGroup.name })
  const catalog = (resource: string, resourceName?: string): string =>
    stack.formatArn({ service: 'glue', resource, ...(resourceName === undefined ? {} : { resourceName }) })
  const answers = records.arnForObjects(`${queryAnswerPrefix}*`)
  return [
    allow(
      ['GetQueryExecution', 'GetQueryResults', 'StartQueryExecution', 'StopQueryExecution'].map(
        (api) => `athena:${api}`,
      ),
      [workgroup],
    ),
    allow(
      ['glue:GetDatabase', 'glue:GetTable'],
      [
        catalog('catalog'),
        catalog('database', table.database),
        catalog('table', `${table.database}/${recordsTableName}`),
      ],
    ),
    // "A policy that grants access to the default database" must be there, whichever is asked (same page).
    allow(['glue:GetDatabase'], [catalog('database', 'default')]),
    // Athena asks for the bucket's region, and lists what lies there, as the caller.
    allow(['s3:GetBucketLocation', 's3:ListBucket'], [records.bucketArn]),
    allow(['s3:GetObject'], [records.arnForObjects(`${compactedPrefix}*`), answers]),
    allow(['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'], [answers]),
  ]
}

/** The findings of cdk-nag about them, for the role that has them. */
export function athenaFindings(
  table: RecordsTable,
  { records }: Storage,
): readonly { readonly id: string; readonly reason: string }[] {
  const name = Stack.of(table).getLogicalId(records.node.defaultChild as CfnResource)
  const reason =
    'Every hour and every answer of Athena has a key of its own below this prefix; the statements reach no other part of the bucket.'
  return [compactedPrefix, queryAnswerPrefix].map((prefix) => ({
    id: `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`,
    reason,
  }))
}

/** Where the table is, for the function whose role has them. */
export function athenaEnvironment({ database, workGroup }: RecordsTable): Readonly<Record<string, string>> {
  return { RECORDS_WORKGROUP: workGroup.name, RECORDS_DATABASE: database, RECORDS_TABLE: recordsTableName }
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
