import type { ActivationMemory } from './ports/activation-memory.ts'
import type { RuleSets } from './ports/rule-sets.ts'

/** What a deploy wants to be active. */
export type Wanted = {
  readonly ruleSet: string
  /** The rule of the filter. Without it the set is not made active: nobody's mail would be taken. */
  readonly rule: string
  /** The stack made the set, and deletes it when it goes; otherwise it is the operator's. */
  readonly own: boolean
  readonly activate: boolean
  readonly replaceActive: boolean
}

export type Change =
  | { readonly kind: 'create'; readonly wanted: Wanted }
  | { readonly kind: 'update'; readonly wanted: Wanted; readonly before: Wanted }
  | { readonly kind: 'delete'; readonly before: Wanted }

export type Outcome =
  | { readonly kind: 'done'; readonly state: ActivationState; readonly said: string }
  | { readonly kind: 'refused'; readonly said: string }

export type ActivationState =
  'activated' | 'active-already' | 'untouched' | 'displaced' | 'gone' | 'restored' | 'deactivated' | 'left-active'

export type ActivationPorts = { readonly ruleSets: RuleSets; readonly memory: ActivationMemory }

/**
 * Makes the rule set of a deploy the active one, and undoes it when the stack goes.
 *
 * An account has one active set in a region; whatever was active stops receiving the moment another one is. So it looks first:
 * only ours or none is replaced without being told to, and it is undone only while ours is still active. A change may come
 * several times and may be the rollback of another one, so that each step looks at what is, and an update that asks for
 * nothing new never fails: a rollback that fails leaves the stack stuck.
 */
export function activateRuleSet(change: Change, ports: ActivationPorts): Promise<Outcome> {
  return change.kind === 'delete' ? withdraw(change.before, ports) : establish(change, ports)
}

async function establish(change: Exclude<Change, { kind: 'delete' }>, ports: ActivationPorts): Promise<Outcome> {
  const { wanted } = change
  if (!wanted.activate) return leaveAlone(change, ports.ruleSets)
  const missing = await missingPart(wanted, ports.ruleSets)
  if (missing !== null) return asksAnew(change) ? refused(missing) : done('gone', missing)
  const active = await ports.ruleSets.active()
  if (active === wanted.ruleSet) return done('active-already', `The rule set ${active} is active.`)
  const before = change.kind === 'update' && change.before.activate ? change.before.ruleSet : null
  const isOurs = active === null || active === before
  if (!isOurs && !wanted.replaceActive) {
    const words = foreignWords(active, wanted)
    return asksAnew(change) ? refused(words) : done('displaced', words)
  }
  return takeOver(wanted, active, before, ports)
}

/** The rule moves to another set: if the set that it leaves is the active one, mail would from then on find no rule. */
async function leaveAlone(change: Exclude<Change, { kind: 'delete' }>, ruleSets: RuleSets): Promise<Outcome> {
  const { wanted } = change
  if (change.kind === 'update' && change.before.ruleSet !== wanted.ruleSet) {
    const active = await ruleSets.active()
    if (active === change.before.ruleSet) {
      return refused(
        `The rule of the filter moves from the rule set ${active}, which is active, to ${wanted.ruleSet}, and nobody may activate that ` +
          '(receiving.activate is false): mail would be refused. Nothing was changed. Activate it by hand first, or set receiving.activate to true.',
      )
    }
  }
  return done('untouched', 'receiving.activate is false: whichever rule set is active stays it.')
}

/** Remembered first: if the answer is lost after the activation, the next try finds ours active and the memory written. */
async function takeOver(
  { ruleSet }: Wanted,
  active: string | null,
  before: string | null,
  { ruleSets, memory }: ActivationPorts,
): Promise<Outcome> {
  const earlier = active !== null && active === before ? await memory.recall(active) : null
  const previous = active === before ? (earlier?.previous ?? null) : active
  await memory.remember(ruleSet, { previous })
  if ((await ruleSets.activate(ruleSet)) === 'absent') return refused(absentWords(ruleSet))
  if (before !== null && before !== ruleSet) await memory.forget(before)
  const displaced = previous === null ? '' : ` It displaced ${previous}, which comes back when the stack goes.`
  return done('activated', `The rule set ${ruleSet} is active.${displaced}`)
}

async function withdraw(before: Wanted, { ruleSets, memory }: ActivationPorts): Promise<Outcome> {
  const { ruleSet } = before
  // A set of the operator's that nobody was to touch is not touched now either; one of ours must not be active when it is deleted.
  if (!before.own && !before.activate) return done('untouched', `The rule set ${ruleSet} was never ours to activate.`)
  const active = await ruleSets.active()
  if (active !== ruleSet) {
    await memory.forget(ruleSet)
    return done('untouched', `The rule set ${ruleSet} is not active; ${active ?? 'none'} is, and stays so.`)
  }
  const displaced = await memory.recall(ruleSet)
  const previous = displaced?.previous ?? null
  if (previous !== null && (await ruleSets.activate(previous)) === 'activated') {
    await memory.forget(ruleSet)
    return done('restored', `The rule set ${previous} is active again.`)
  }
  // The operator's set holds rules of theirs: to deactivate it would end the receiving of all of them.
  if (before.own) await ruleSets.activate(null)
  await memory.forget(ruleSet)
  return before.own
    ? done('deactivated', 'No rule set is active: the account receives no mail in this region.')
    : done('left-active', `The rule set ${ruleSet} stays active, without the rule of the filter.`)
}

/** Whether the change asks for something that the state before it did not: only then may it be refused. */
function asksAnew(change: Exclude<Change, { kind: 'delete' }>): boolean {
  if (change.kind === 'create') return true
  return !change.before.activate
}

/** What keeps the set from being activated; null: nothing. A set without the rule would refuse all mail for good. */
async function missingPart({ ruleSet, rule }: Wanted, ruleSets: RuleSets): Promise<string | null> {
  const rules = await ruleSets.rulesOf(ruleSet)
  if (rules === null) return absentWords(ruleSet)
  if (rules.some(({ name, enabled }) => name === rule && enabled)) return null
  return `The rule set ${ruleSet} has no enabled rule ${rule}, so that active it would refuse all mail. Nothing was changed. Deploy again; if it stays so, delete the stack's receipt rule and deploy once more.`
}

function absentWords(ruleSet: string): string {
  return `There is no rule set ${ruleSet} in this account and region. Nothing was changed. Name one that is there in receiving.ruleSet, or none.`
}

function foreignWords(active: string | null, { ruleSet }: Wanted): string {
  return (
    `The rule set ${active ?? ''} is active, and only one can be; ${ruleSet} is not. Nothing was changed. ` +
    `Add the filter to that set (receiving.ruleSet: {"name": "${active ?? ''}"}), or have it displaced ` +
    '(receiving.replaceActive: true), or activate by hand (receiving.activate: false); then deploy again.'
  )
}

function done(state: ActivationState, said: string): Outcome {
  return { kind: 'done', state, said }
}

function refused(said: string): Outcome {
  return { kind: 'refused', said }
}
