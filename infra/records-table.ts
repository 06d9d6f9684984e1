import { Duration, Fn, Names, Stack } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import { Construct } from 'constructs'
import { compactedPrefix } from './compact-records.ts'
import { recordColumns } from './records-table/columns.ts'
import { namedQueries } from './records-table/queries.ts'
import type { Storage } from './storage.ts'

/** Where Athena leaves the answers of its queries. They hold what the records hold. */
export const queryAnswerPrefix = 'athena/'

/** In a database of its own. */
export const recordsTableName = 'records'

export type RecordsTableProps = {
  readonly storage: Storage
  /** So much one query may read, in bytes, before Athena ends it. @default 20 GB, which cost $0.10 */
  readonly scanLimit?: number
}

/**
 * The compacted records as a table of Athena. It costs nothing until somebody asks: no crawler runs, and the days are made up from the
 * query (Athena User Guide, "Use partition projection with Amazon Athena"). Fresh records are not in it: they show after their hour.
 */
export class RecordsTable extends Construct {
  readonly database: string
  readonly workGroup: CfnWorkGroup
  readonly queries: readonly CfnNamedQuery[]

  constructor(scope: Construct, id: string, { storage, scanLimit = 20_000_000_000 }: RecordsTableProps) {
    super(scope, id)
    const { account } = Stack.of(this)
    const { records } = storage
    records.addLifecycleRule({
      id: 'athena-7-days',
      prefix: queryAnswerPrefix,
      expiration: Duration.days(7),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    })
    // Glue knows lower case, digits and underscores.
    this.database = Names.uniqueResourceName(this, { separator: '_', maxLength: 60 }).toLowerCase()
    const database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: this.database, description: 'Decision records of the mail filter.' },
    })
    const location = Fn.join('', ['s3://', records.bucketName, '/', compactedPrefix])
    const table = new CfnTable(this, 'Table', {
      catalogId: account,
      databaseName: this.database,
      tableInput: tableAt(location),
    })
    table.addResourceDependency(database)
    const name = Names.uniqueResourceName(this, { separator: '-', maxLength: 100 })
    this.workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name,
      description: 'Questions about decision records. A query that reads more than its limit is ended.',
      // Earlier queries are no reason to keep it when the stack goes.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: scanLimit,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: Fn.join('', ['s3://', records.bucketName, '/', queryAnswerPrefix]),
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    })
    this.queries = namedQueries.map(({ name: title, description, sql }, index) => {
      const query = new CfnNamedQuery(this, `Query${index + 1}`, {
        name: title,
        description,
        database: this.database,
        queryString: sql,
        workGroup: name,
      })
      query.addResourceDependency(this.workGroup)
      query.addResourceDependency(table)
      return query
    })
  }
}

/** What a stack says of it: name, value and description of each output. */
export function recordsTableOutputs({
  database,
  workGroup,
}: RecordsTable): readonly (readonly [name: string, value: string, description: string])[] {
  return [
    ['RecordsTable', `${database}.${recordsTableName}`, 'The compacted records as a table of Athena.'],
    ['RecordsWorkGroup', workGroup.name, 'The workgroup of Athena in which it is asked.'],
  ]
}

function tableAt(location: string): CfnTable.TableInputProperty {
  return {
    name: recordsTableName,
    description: 'One row a message; docs/decision-record.schema.json says what each field means.',
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'dt', type: 'string', comment: 'The day of receipt, UTC.' }],
    parameters: {
      classification: 'json',
      compressionType: 'gzip',
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': '2026-01-01,NOW',
      'projection.dt.interval': '1',
      'projection.dt.interval.unit': 'DAYS',
      'storage.location.template': `${location}dt=\${dt}/`,
    },
    storageDescriptor: {
      location,
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      compressed: true,
      columns: recordColumns.map(([name, type]) => ({ name, type })),
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        // One bad row must not keep all others from being found.
        parameters: { 'ignore.malformed.json': 'TRUE' },
      },
    },
  }
}
