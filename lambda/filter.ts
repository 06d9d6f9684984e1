import { decide } from './core/decide.ts'
import { effectsOf, type Effect } from './core/effects.ts'
import { noEntries, type EntriesFact } from './core/entries/entries-fact.ts'
import type { Facts } from './core/facts.ts'
import type { Message } from './core/message.ts'
import { domainGroupsOf } from './core/metric-names.ts'
import type { Action, Policy } from './core/policy.ts'
import {
  directoryQuestions,
  entryQuestion,
  recipientFacts,
  recipientQuestions,
  zoneFacts,
  zoneQuestions,
  type ZoneQuestion,
} from './core/questions.ts'
import { recordOf, type RecordedTimings } from './core/record.ts'
import { needsControl } from './core/rules/dnsxl.ts'
import { entriesFound } from './core/rules/recipients.ts'
import type { BouncePorts } from './filter/bounce-ports.ts'
import { gatherBounce } from './filter/gather-bounce.ts'
import type { Entries } from './ports/entries.ts'
import type { Metrics } from './ports/metrics.ts'
import type { RecipientDirectory } from './ports/recipient-directory.ts'
import type { RecordStore } from './ports/record-store.ts'
import type { SeenMarks } from './ports/seen-marks.ts'
import type { ZoneHeard, ZoneLookup } from './ports/zone-lookup.ts'

/** What the filter needs of the world, and what it cannot know by itself. */
export type Ports = BouncePorts & {
  readonly directory: RecipientDirectory
  readonly zones: ZoneLookup
  readonly entries: Entries
  readonly records: RecordStore
  readonly seen: SeenMarks
  readonly metrics: Metrics
  /** Milliseconds since 1970. For the record's own time: no verdict depends on it. */
  readonly clock: () => number
  /** Milliseconds since any moment, never set back. For durations. */
  readonly stopwatch: () => number
  readonly run: { readonly coldStart: boolean; readonly codeVersion: string; readonly keptKey: string | null }
  readonly dispositionOf: (action: Action) => string
}

/** When to stop asking, and when to stop altogether. The time between the two is kept for writing the record. */
export type Deadlines = { readonly asking: AbortSignal; readonly acting: AbortSignal }

/** Ask what is needed, decide, act. Resolves with what was done, which is not always what was decided. */
export async function filter(message: Message, policy: Policy, ports: Ports, deadlines: Deadlines): Promise<Action> {
  const started = ports.stopwatch()
  const { facts, timings } = await gatherFacts(message, policy, ports, deadlines.asking)
  const verdict = decide(facts, policy)
  const record = recordOf(facts, verdict, policy, {
    ...ports.run,
    decidedAt: new Date(ports.clock()).toISOString(),
    timings: { ...timings, total: rounded(ports.stopwatch() - started) },
    disposition: ports.dispositionOf(verdict.action),
  })
  const seen = verdict.action === 'deliver' ? entriesFound(facts, policy) : []
  const groups = domainGroupsOf(
    facts.recipients.map(({ domainName }) => domainName),
    policy,
  )
  return perform(effectsOf(record, seen), ports, deadlines.acting, groups)
}

/** Asks in two stages: who it is for, and only if somebody is left, who sent it and, of a bounce, what it returns. */
export async function gatherFacts(
  message: Message,
  policy: Policy,
  ports: Pick<Ports, 'zones' | 'entries' | 'stopwatch'> & BouncePorts,
  signal: AbortSignal,
): Promise<{ readonly facts: Facts; readonly timings: Omit<RecordedTimings, 'total'> }> {
  const { directory, zones, stopwatch } = ports
  const started = stopwatch()
  const asked = recipientQuestions(message, policy)
  const questions = directoryQuestions(asked)
  const heard = await (questions.keys.length > 0 ? directory(questions, signal) : { entries: none, domains: none })
  const recipients = recipientFacts(asked, heard.entries, heard.domains)
  const between = stopwatch()
  const budget = AbortSignal.any([signal, AbortSignal.timeout(policy.dns.budgetMs)])
  const since = (): number => rounded(stopwatch() - between)
  const [client, returned, entries] = await Promise.all([
    askZones(zoneQuestions(message, recipients, policy), policy, zones, budget).then((fact) => ({
      fact,
      took: since(),
    })),
    gatherBounce({ message, recipients, zones: [], entries: noEntries('not-needed') }, policy, ports, signal).then(
      (fact) => ({ fact, took: since() }),
    ),
    askEntries(message, recipients, policy, ports.entries, signal),
  ])
  return {
    facts: { message, recipients, zones: client.fact, bounce: returned.fact, entries },
    timings: { directory: rounded(between - started), zones: client.took, bounce: returned.took },
  }
}

/**
 * Carries out the effects in their order. A stop whose record could not be written is a delivery instead; where a record of
 * the same message stands already, that one is obeyed, and nothing is counted twice. `domainGroups`: what it is counted under.
 */
export async function perform(
  effects: readonly Effect[],
  { records, metrics, seen, stopwatch }: Pick<Ports, 'records' | 'metrics' | 'seen' | 'stopwatch'>,
  signal: AbortSignal,
  domainGroups: readonly string[],
): Promise<Action> {
  let action: Action = 'deliver'
  let written = { recorded: false, recordMilliseconds: 0 }
  for (const effect of effects) {
    if (effect.kind === 'append-record') {
      const started = stopwatch()
      const appended = await records.append(effect.key, effect.record, signal)
      if (appended.answer === 'existed') {
        metrics.failed('event-repeated')
        return appended.first.action
      }
      written = { recorded: appended.answer !== 'failed', recordMilliseconds: rounded(stopwatch() - started) }
      if (appended.answer === 'failed') metrics.failed('record-failed')
      else action = effect.record.action
    } else if (effect.kind === 'point-to-quarantined') {
      if (action === 'deliver') continue
      if ((await records.point(effect.key, effect.pointer, signal)) === 'failed') metrics.failed('pointer-failed')
    } else if (effect.kind === 'mark-seen') {
      if ((await seen.mark(effect.keys, effect.day, signal)) === 'failed') metrics.failed('seen-unmarked')
    } else {
      metrics.decided({ ...effect.measurement, action, ...written, domainGroups })
    }
  }
  return action
}

async function askEntries(
  message: Message,
  recipients: Facts['recipients'],
  policy: Policy,
  entries: Entries,
  signal: AbortSignal,
): Promise<EntriesFact> {
  const question = entryQuestion(message, recipients, policy)
  return typeof question === 'string' ? noEntries(question) : entries(question, signal)
}

/**
 * All zones at once: the slowest one sets the time, and the budget ends it. Then, where an answer would count, the control
 * questions of its zone: they must be put after that answer was heard, or a zone could go wrong in between.
 */
async function askZones(
  questions: readonly ZoneQuestion[],
  policy: Policy,
  zones: ZoneLookup,
  signal: AbortSignal,
): Promise<Facts['zones']> {
  const heard = new Map<string, ZoneHeard>()
  await Promise.all(
    questions.map(
      async ({ zone, name }) => name !== null && heard.set(zone, await zones.lookUp({ zone, name }, signal)),
    ),
  )
  const answers = new Map([...heard].map(([zone, { answer }]) => [zone, answer]))
  const facts = zoneFacts(questions, answers)
  return Promise.all(
    facts.map(async (fact, index) => {
      const question = questions[index]
      if (question === undefined || question.name === null || !needsControl(fact, facts, policy)) return fact
      const since = heard.get(fact.zone)?.heardAt ?? 0
      return { ...fact, control: await zones.control(fact.zone, question.family, since, signal) }
    }),
  )
}

const none: ReadonlyMap<string, never> = new Map<string, never>()

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
