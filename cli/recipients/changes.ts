import type { Plan } from '../../lambda/import-directory/import.ts'
import { stepsOf, type KnownStep } from '../../lambda/import-directory/steps.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import type { OpenImports } from './open-imports.ts'
import { entryObject } from './plan-json.ts'
import { addedLine, changedLine, entryWords, removedLine } from './plan-words.ts'

/** Prints every change of a plan, a line each, by address: `+`, `~` or `-`, and what it is. */
export async function printChanges(plan: Plan, { ports }: OpenImports, verb: Verb): Promise<void> {
  const signal = new AbortController().signal
  for await (const steps of stepsOf(plan.sorted, plan.base, ports.archive, signal)) {
    const removed = steps.flatMap(({ step }) => (step.step === 'tombstone' && step.why === 'removed' ? [step.key] : []))
    const days = removed.length === 0 ? new Map<string, string>() : await ports.seenDays(removed, signal)
    for (const known of steps) {
      const change = changeOf(known, days)
      if (change === null) continue
      if (verb.json) await printJson(verb.terminal, change.object)
      else await print(verb.terminal, ...change.line.split('\t'))
    }
  }
  const { added, changed, removed } = plan.diff
  say(verb.terminal, `${plan.source}: ${added} added, ${changed} changed, ${removed} removed.`)
}

type Change = { readonly line: string; readonly object: object }

function changeOf({ before, step }: KnownStep, days: ReadonlyMap<string, string>): Change | null {
  if (step.step === 'keep' || step.why === 'again' || step.why === 'leftover') return null
  if (step.step === 'tombstone') {
    const seenOn = days.get(step.key) ?? null
    const seen = seenOn === null ? {} : { seen_on: seenOn }
    return { line: removedLine(step.key, seenOn), object: { change: 'removed', address: step.key, ...seen } }
  }
  const object = { change: step.why, ...entryObject(step.entry) }
  if (step.why === 'added') return { line: addedLine(step.entry), object }
  const was = before === null ? '' : `, before: ${entryWords(before)}`
  return { line: `${changedLine(step.entry)}${was}`, object }
}
