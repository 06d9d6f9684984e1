import { createEmfMetrics } from '../lambda/adapters/emf-metrics.ts'
import { dispositionOf, readMessage } from '../lambda/adapters/ses-event.ts'
import type { DecisionRecord } from '../lambda/core/record.ts'
import { filter, type Deadlines, type Ports } from '../lambda/filter.ts'
import { createMemoryBouncePorts } from '../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../local/memory/entries.ts'
import { createMemorySeenMarks } from '../local/memory/seen-marks.ts'
import { createMemoryDirectory } from '../local/memory/recipient-directory.ts'
import { createMemoryRecordStore } from '../local/memory/record-store.ts'
import { zoneLookupOf } from '../local/memory/zone-lookup.ts'
import { sampleAnswer, sampleDirectory, sampleEvents, samplePolicy } from './samples.ts'

export type Decisions = {
  /** Message in, decision and the JSON of its record out, and all ports answer at once. */
  readonly decisions_per_second: number
  /** The same with all that the function does around it: the event read from JSON, metric lines written. */
  readonly events_per_second: number
  /** Characters of a record's JSON, on average. */
  readonly record_bytes: number
}

/** Messages in a round. A round has a record store of its own: one that grows for the whole run would measure memory. */
const round = 100

/** Measures the filter in this process. Takes about `seconds` for each of its two rates. */
export async function measureDecisions(seconds: number): Promise<Decisions> {
  const messages = Array.from({ length: round }, (_, i) => readMessage(eventAt(i)))
  const texts = Array.from({ length: round }, (_, i) => JSON.stringify(eventAt(i)))
  let written = 0
  let bytes = 0
  const count = (json: string): void => {
    written += 1
    bytes += json.length
  }
  const decisions = await rate(seconds, async () => {
    const ports = portsOf(count, uncounted)
    const deadlines = deadlinesOf()
    for (const message of messages) await filter(message, policy, ports, deadlines)
  })
  const events = await rate(seconds, async () => {
    const ports = portsOf(
      count,
      createEmfMetrics(() => undefined, Date.now),
    )
    const deadlines = deadlinesOf()
    for (const text of texts) {
      const message = readMessage(JSON.parse(text) as unknown)
      dispositionOf(await filter(message, policy, ports, deadlines))
    }
  })
  return { decisions_per_second: decisions, events_per_second: events, record_bytes: Math.round(bytes / written) }
}

const policy = samplePolicy(null)

const uncounted: Ports['metrics'] = { decided: () => undefined, failed: () => undefined }

/** One pair for a round: of a pair for each message, ten thousand timers a second would wait for their end. */
function deadlinesOf(): Deadlines {
  return { asking: AbortSignal.timeout(6000), acting: AbortSignal.timeout(8000) }
}

function eventAt(i: number): unknown {
  const sample = sampleEvents[i % sampleEvents.length]
  if (sample === undefined) throw new Error('There is no sample.')
  return sample.event(`bench${String(i).padStart(35, '0')}`)
}

/** Ports that answer at once. Records become JSON, as on their way to S3. */
function portsOf(count: (json: string) => void, metrics: Ports['metrics']): Ports {
  const store = createMemoryRecordStore()
  return {
    ...createMemoryBouncePorts(),
    seen: createMemorySeenMarks(),
    directory: createMemoryDirectory(sampleDirectory),
    entries: createMemoryEntries(),
    zones: zoneLookupOf((name) => Promise.resolve(sampleAnswer(name))),
    records: {
      append: (key: string, record: DecisionRecord, signal) => {
        count(JSON.stringify(record))
        return store.append(key, record, signal)
      },
      point: (key, pointer, signal) => {
        JSON.stringify(pointer)
        return store.point(key, pointer, signal)
      },
    },
    metrics,
    clock: Date.now,
    stopwatch: () => performance.now(),
    run: { coldStart: false, codeVersion: 'bench', keptKey: 's3://mail/mail/x' },
    dispositionOf,
  }
}

/** The best quarter of a second: what this process is able to do, and not what others left of the machine meanwhile. */
async function rate(seconds: number, once: () => Promise<unknown>): Promise<number> {
  const ends = performance.now() + seconds * 1000
  let best = 0
  while (performance.now() < ends) {
    const started = performance.now()
    let rounds = 0
    do {
      await once()
      rounds += 1
    } while (performance.now() - started < 250)
    best = Math.max(best, (rounds * round * 1000) / (performance.now() - started))
  }
  return Math.round(best)
}
