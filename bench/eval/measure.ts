import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readReport, type Report } from '../../lambda/core/read-report.ts'

/** A line of index.jsonl: what a message is known to be. */
export type Entry = {
  readonly file: string
  readonly label: string
  /** Near-copies share one. */
  readonly cluster?: string
  readonly doubtful?: boolean
  /** With or without angle brackets. */
  readonly originalMessageId?: string
  readonly originalMessageIdAlt?: string | readonly string[]
}

export type Miss = {
  readonly file: string
  readonly wanted: string
  readonly found: string
  readonly doubtful: boolean
}

export type Share = {
  readonly right: number
  readonly of: number
  /** The mean over clusters, each counting once: 0 to 1; null if there is none. */
  readonly overClusters: number | null
}

export type Measured = {
  readonly bounces: Share
  /** Bounces that nobody marked as doubtful. */
  readonly certainBounces: Share
  readonly messageIds: Share
  /** Called a bounce, by label, of all with that label. */
  readonly calledBounce: Readonly<Record<string, Share>>
  readonly kinds: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly misses: readonly Miss[]
  readonly medianMs: number
  readonly slowestMs: number
}

/** Reads every message that DIR/index.jsonl names. Rejects if one of them is not there. */
export async function measure(directory: string, onRead: (done: number, of: number) => void): Promise<Measured> {
  const index = await readFile(join(directory, 'index.jsonl'), 'utf8')
  const entries = index
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Entry)
  const seen: Seen[] = []
  for (const entry of entries) {
    const message = await readFile(join(directory, entry.file))
    const start = performance.now()
    const report = readReport(message)
    seen.push({ entry, report, ms: performance.now() - start })
    onRead(seen.length, entries.length)
  }
  return summed(seen)
}

type Seen = { readonly entry: Entry; readonly report: Report; readonly ms: number }

function summed(seen: readonly Seen[]): Measured {
  const bounces = seen.filter(({ entry }) => entry.label === 'bounce')
  const withId = bounces.filter(({ entry }) => entry.originalMessageId !== undefined)
  const others = Object.groupBy(
    seen.filter(({ entry }) => entry.label !== 'bounce'),
    ({ entry }) => entry.label,
  )
  const times = seen.map(({ ms }) => ms).sort((a, b) => a - b)
  return {
    bounces: shareOf(bounces, isBounce),
    certainBounces: shareOf(
      bounces.filter(({ entry }) => entry.doubtful !== true),
      isBounce,
    ),
    messageIds: shareOf(withId, hasRightId),
    calledBounce: Object.fromEntries(
      Object.entries(others).map(([label, some = []]) => [label, shareOf(some, isBounce)]),
    ),
    kinds: kindsOf(seen),
    misses: [
      ...bounces.filter((one) => !isBounce(one)).map((one) => missOf(one, 'a bounce', one.report.kind)),
      ...withId
        .filter((one) => !hasRightId(one))
        .map((one) => missOf(one, idsOf(one.entry).join(' or '), one.report.returned?.messageId ?? 'no Message-ID')),
      ...seen
        .filter((one) => one.entry.label !== 'bounce' && isBounce(one))
        .map((one) => missOf(one, one.entry.label, `${one.report.kind} (${one.report.evidence.join(', ')})`)),
    ],
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    slowestMs: times.at(-1) ?? 0,
  }
}

const isBounce = ({ report }: Seen): boolean => report.kind === 'dsn' || report.kind === 'dsn-nonstandard'

const hasRightId = ({ entry, report }: Seen): boolean => {
  const found = report.returned?.messageId ?? null
  return found !== null && idsOf(entry).includes(found)
}

const idsOf = ({ originalMessageId, originalMessageIdAlt = [] }: Entry): readonly string[] =>
  [originalMessageId ?? [], originalMessageIdAlt].flat().map((id) => id.replace(/^<|>$/g, ''))

const missOf = ({ entry }: Seen, wanted: string, found: string): Miss => ({
  file: entry.file,
  wanted,
  found,
  doubtful: entry.doubtful === true,
})

function shareOf(seen: readonly Seen[], holds: (one: Seen) => boolean): Share {
  const clusters = Object.values(Object.groupBy(seen, ({ entry }) => entry.cluster ?? entry.file))
  const means = clusters.map((some = []) => some.filter(holds).length / some.length)
  const overClusters = means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length
  return { right: seen.filter(holds).length, of: seen.length, overClusters }
}

function kindsOf(seen: readonly Seen[]): Measured['kinds'] {
  const kinds: Record<string, Record<string, number>> = {}
  for (const { entry, report } of seen) {
    const row = (kinds[entry.label] ??= {})
    row[report.kind] = (row[report.kind] ?? 0) + 1
  }
  return kinds
}
