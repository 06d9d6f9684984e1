import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { answerOf } from '../lambda/core/trace/answer.ts'
import { compactedKey } from '../lambda/core/compaction/hours.ts'
import type { RecordIndex, RowsOfObject } from '../lambda/ports/record-index.ts'
import type { RecordObjects } from '../lambda/ports/record-objects.ts'
import { searchRecords } from '../lambda/trace.ts'
import type { IndexOptions } from '../lambda/trace/narrow.ts'
import { recordFixture } from '../test/record-fixture.ts'

/**
 * Looks for one message among many: `node bench/trace.ts [RECORDS]`, a million where nothing is said. The compacted records lie in a
 * folder, a file an hour, and are read through the port as S3 would give them, so that what is measured is the search.
 */
const count = Number(process.argv[2] ?? 1_000_000)
const hours = 24
const [, , , given] = process.argv
const folder = given ?? mkdtempSync(join(tmpdir(), 'quietgate-bench-trace-'))
// Filled by a process of its own: the peak of memory is then that of the search.
if (given === undefined) execFileSync(process.execPath, [import.meta.filename, String(count), folder])
try {
  if (given !== undefined) await fill()
  else await measure()
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const { signal } = new AbortController()
  const question = {
    recipient: 'staff77@example.com',
    sender: 'planted@partner.example',
    messageId: null,
    words: [],
    from: '2026-11-20T00:00:00.000Z',
    until: '2026-11-21T00:00:00.000Z',
  }
  const options = { unpackAtOnce: 4, readAtOnce: 32, onProgress: () => undefined }
  const search = async (more: IndexOptions) => {
    const started = performance.now()
    const found = await searchRecords(folderObjects(), question, { ...options, ...more }, signal)
    return { found, seconds: (performance.now() - started) / 1000 }
  }
  const { found, seconds } = await search({})
  const ground = { domains: null, keptSince: '2026-01-01T00:00:00.000Z', now: '2026-11-21T00:00:00.000Z' }
  const { cause } = answerOf(question, found, ground)
  const { matched, looked } = found
  const peak_rss_mb = Math.round(process.resourceUsage().maxRSS / 1024)
  const compressed_mb = Math.round((await storedOctets()) / 1_000_000)
  // What is left to do when an index has said where to look.
  const narrowed = await search({ index: knowing(), indexFrom: 0 })
  if (narrowed.found.matched !== matched || narrowed.found.looked !== looked) throw new Error('The answers differ.')
  const result = { looked, matched, cause, seconds, peak_rss_mb, compressed_mb, narrowed_seconds: narrowed.seconds }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

/** Says at once in which object the planted row is. */
function knowing(): RecordIndex {
  const rows = new Map<string, RowsOfObject>()
  const planted = Math.floor(count / 2)
  for (let hour = 0, before = 0; hour < hours; hour += 1) {
    const upTo = Math.ceil(((hour + 1) * count) / hours)
    rows.set(keyOf(hour), { rows: upTo - before, hits: planted >= before && planted < upTo ? 1 : 0 })
    before = upTo
  }
  return { narrow: () => Promise.resolve({ answer: 'objects', rows, scanned: 0 }) }
}

async function storedOctets(): Promise<number> {
  let octets = 0
  for await (const page of folderObjects().list('records/dt=2026-11-20/', new AbortController().signal)) {
    for (const { size } of page) octets += size
  }
  return octets
}

function keyOf(hour: number): string {
  return compactedKey({ day: '2026-11-20', hour: `2026-11-20T${String(hour).padStart(2, '0')}` })
}

/** Rows of about 2 KB whose addresses, ids and subjects differ; one of them is planted in the middle. */
async function fill(): Promise<void> {
  const row = JSON.stringify(recordFixture())
  let number = 0
  for (let hour = 0; hour < hours; hour += 1) {
    const rows: string[] = []
    for (; number < ((hour + 1) * count) / hours; number += 1) rows.push(rowOf(row, number))
    const path = join(folder, keyOf(hour))
    mkdirSync(join(path, '..'), { recursive: true })
    await writeFile(path, gzipSync(`${rows.join('\n')}\n`))
  }
}

function rowOf(row: string, number: number): string {
  const noise = (number * 2_654_435_761).toString(36)
  const sender = number === Math.floor(count / 2) ? 'planted@partner.example' : `user${number % 9973}@partner.example`
  return row
    .replaceAll('2026-11-21T10', `2026-11-20T10`)
    .replaceAll('o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1', `o3vrnil0e2ic28trm7df${noise}${number}`)
    .replaceAll('bob@partner.example', sender)
    .replaceAll('alice@', sender.startsWith('planted') ? 'Staff77@' : `staff${number % 4999}@`)
    .replaceAll('198.51.100.9', `198.51.${number % 251}.${number % 241}`)
    .replaceAll('1@partner.example', `${noise}@partner.example`)
    .replaceAll('Lunch', `About ${noise} and ${number}`)
}

function folderObjects(): RecordObjects {
  const unused = () => Promise.reject(new Error('A search writes nothing.'))
  return {
    list: async function* (prefix) {
      const path = join(folder, prefix)
      const names = existsSync(path) ? readdirSync(path).sort() : []
      yield await Promise.resolve(
        names.map((name) => ({
          key: `${prefix}${name}`,
          writtenAt: '2026-11-21T00:00:00.000Z',
          size: statSync(join(path, name)).size,
        })),
      )
    },
    read: (key) => Promise.resolve(createReadStream(join(folder, key)) as AsyncIterable<Uint8Array>),
    stat: unused,
    write: unused,
  }
}
