import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type AthenaClient,
  type QueryExecution,
  type Row,
} from '@aws-sdk/client-athena'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneLine } from '../core/plain-text.ts'
import { anchorTextOf } from '../core/trace/anchor.ts'
import type { Narrowed, RecordIndex, RowsOfObject } from '../ports/record-index.ts'
import { awsFailure } from './aws-failure.ts'

/** As infra/records-table.ts makes them. */
export type AthenaRecords = {
  readonly workgroup: string
  readonly database: string
  readonly table: string
}

export type AthenaIndexOptions = {
  /** Milliseconds for all of it. @default 20,000 */
  readonly timeLimitMs?: number
  /** Waits before the next look at the query. @default a timer */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * The table of records, asked through Athena. One query reads the days once. Nothing that a person or a sender wrote is part of its text.
 *
 * In `text` stands everything that `relationOf` compares with an id or an address, decoded. Execution parameters may stand behind WHERE
 * only (Athena User Guide, "Use parameterized queries"): hence `kind`, which counts each row once as a row, and once more if it is a hit.
 * A row without a message id is no record; the search wants to see it.
 */
export function athenaStatement(table: string): string {
  if (!/^[a-z0-9_]+$/.test(table)) throw new Error(`${table} is no name of a table.`)
  return `SELECT path, kind, count(*) AS many
FROM (
  SELECT "$path" AS path, kind, message_id, lower(concat_ws(' ', message_id, header_message_id, mail_from, header_from,
    array_join(transform(recipients, recipient -> recipient.address), ' '))) AS text
  FROM ${table} CROSS JOIN UNNEST(ARRAY['row', 'hit']) AS kinds (kind)
  WHERE dt BETWEEN ? AND ?
)
WHERE kind = 'row' OR message_id IS NULL OR regexp_like(text, ?)
GROUP BY path, kind`
}

export function createAthenaRecordIndex(
  client: AthenaClient,
  { workgroup, database, table }: AthenaRecords,
  { timeLimitMs = 20_000, wait = waitFor }: AthenaIndexOptions = {},
): RecordIndex {
  const statement = athenaStatement(table)
  return {
    narrow: async (question, days, signal) => {
      const parameters = parametersOf(anchorTextOf(question), days)
      if (parameters === null) return failed('the question names nothing to look for', 0)
      const both = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)])
      const query = new StartQueryExecutionCommand({
        QueryString: statement,
        ExecutionParameters: [...parameters],
        QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
        WorkGroup: workgroup,
        // A call that is repeated finds the query that runs.
        ClientRequestToken: randomUUID(),
      })
      let id: string | undefined
      let scanned = 0
      try {
        id = (await client.send(query, { abortSignal: both })).QueryExecutionId
        const ended = await endOf(client, id, wait, both)
        scanned = ended.Statistics?.DataScannedInBytes ?? 0
        if (ended.Status?.State !== 'SUCCEEDED') return failed(whyEnded(ended), scanned)
        return { answer: 'objects', rows: await rowsOf(client, id, both), scanned }
      } catch (error) {
        const cause = causeOf(error, both, timeLimitMs)
        if (both.aborted) await stop(client, id)
        return failed(cause, scanned)
      }
    },
  }
}

/** Null: nothing is certain to stand in the records, or no day is asked about. */
function parametersOf(anchor: string | null, days: readonly string[]): readonly string[] | null {
  const [first, last] = [days[0], days.at(-1)]
  if (anchor === null || first === undefined || last === undefined) return null
  return [first, last, anchor].map(literal)
}

/**
 * A parameter is read as SQL, and as a string only in single quotes (same page). A quote in it becomes a `.`, which stands for it and for
 * others: nothing is left that could end the literal.
 */
function literal(text: string): string {
  const safe = text.replaceAll("'", '.')
  if (!/^[ -~]*$/.test(safe)) throw new Error('A parameter is printable ASCII.')
  return `'${safe}'`
}

async function endOf(
  client: AthenaClient,
  id: string | undefined,
  wait: Required<AthenaIndexOptions>['wait'],
  signal: AbortSignal,
): Promise<QueryExecution> {
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    await wait(pause, signal)
    const look = new GetQueryExecutionCommand({ QueryExecutionId: id })
    const { QueryExecution: query = {} } = await client.send(look, { abortSignal: signal })
    if (!['QUEUED', 'RUNNING'].includes(query.Status?.State ?? '')) return query
  }
}

/** Small queries take about a second. */
const firstPauseMs = 250
const longestPauseMs = 2000

async function rowsOf(
  client: AthenaClient,
  id: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RowsOfObject>> {
  const found = new Map<string, RowsOfObject>()
  let token: string | undefined
  do {
    const page = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token, MaxResults: 1000 })
    const { ResultSet, NextToken } = await client.send(page, { abortSignal: signal })
    for (const row of ResultSet?.Rows ?? []) addRow(found, row)
    token = NextToken
  } while (token !== undefined)
  return found
}

/** The names of the columns come first, and are no path. */
function addRow(found: Map<string, RowsOfObject>, { Data = [] }: Row): void {
  const [path = '', kind, many] = Data.map(({ VarCharValue }) => VarCharValue)
  const key = /^s3:\/\/[^/]+\/(.+)$/s.exec(path)?.[1]
  const count = Number(many)
  if (key === undefined || !Number.isSafeInteger(count)) return
  const { rows, hits } = found.get(key) ?? { rows: 0, hits: 0 }
  found.set(key, kind === 'hit' ? { rows, hits: hits + count } : { rows: rows + count, hits })
}

function whyEnded({ Status }: QueryExecution): string {
  const { State = 'no state', StateChangeReason } = Status ?? {}
  return oneLine(StateChangeReason ?? State, 300)
}

function causeOf(error: unknown, signal: AbortSignal, timeLimitMs: number): string {
  if (signal.aborted && (signal.reason as Error | null)?.name === 'TimeoutError') {
    return `it took more than ${timeLimitMs / 1000} seconds`
  }
  const failure = awsFailure(error, signal)
  return failure === 'refused' && error instanceof Error ? oneLine(`${error.name}: ${error.message}`, 300) : failure
}

/** What nobody waits for any more should not be billed. If it cannot be stopped, it ends by the limit of its workgroup. */
async function stop(client: AthenaClient, id: string | undefined): Promise<void> {
  if (id === undefined) return
  const end = new StopQueryExecutionCommand({ QueryExecutionId: id })
  try {
    await client.send(end, { abortSignal: AbortSignal.timeout(2000) })
  } catch (error) {
    awsFailure(error, new AbortController().signal)
  }
}

function failed(cause: string, scanned: number): Narrowed {
  return { answer: 'failed', cause, scanned }
}

function waitFor(milliseconds: number, signal: AbortSignal): Promise<unknown> {
  return sleep(milliseconds, undefined, { signal })
}
