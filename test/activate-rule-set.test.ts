import { SESClient } from '@aws-sdk/client-ses'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { activateRuleSet, type Change, type Wanted } from '../lambda/activate-rule-set.ts'
import { createSesRuleSets } from '../lambda/adapters/ses-rule-sets.ts'
import type { Displaced } from '../lambda/ports/activation-memory.ts'
import { createSes, type SesAccount } from '../local/aws/ses.ts'

/** Time passes only while somebody waits. */
let now = 0
const account: SesAccount = { active: null, ruleSets: new Map(), calls: [] }
const remembered = new Map<string, Displaced>()
const ses = createSes({ account, now: () => now })
let client: SESClient

beforeAll(async () => {
  await ses.listen()
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B' }
  client = new SESClient({ region: 'eu-west-1', endpoint: ses.url, credentials, maxAttempts: 1 })
})
afterAll(async () => {
  client.destroy()
  await ses.close()
})

const rule = { name: 'filter', enabled: true, recipients: ['example.com'] }

beforeEach(() => {
  account.active = null
  account.ruleSets.clear()
  for (const name of ['ours', 'named']) account.ruleSets.set(name, [rule])
  for (const name of ['theirs', 'others']) account.ruleSets.set(name, [{ ...rule, name: 'inbox' }])
  remembered.clear()
  ses.setFault(null)
})

const ours: Wanted = { ruleSet: 'ours', rule: 'filter', own: true, activate: true, replaceActive: false }
const named: Wanted = { ...ours, ruleSet: 'named', own: false }
const byHand = { activate: false }
const replacing = { replaceActive: true }

/** What a change did: how it ended, each call that it made, and what is active after it. */
async function after(change: Change): Promise<readonly string[]> {
  account.calls.length = 0
  // CloudFormation does not ask twice within a second.
  now += 60_000
  const pace = {
    now: () => now,
    wait: (ms: number) => {
      now += ms
      return Promise.resolve()
    },
  }
  const memory = {
    recall: (name: string) => Promise.resolve(remembered.get(name) ?? null),
    remember: (name: string, displaced: Displaced) => {
      remembered.set(name, displaced)
      account.calls.push(`remember ${String(displaced.previous)}`)
      return Promise.resolve()
    },
    forget: (name: string) => {
      if (remembered.delete(name)) account.calls.push('forget')
      return Promise.resolve()
    },
  }
  const outcome = await activateRuleSet(change, { ruleSets: createSesRuleSets(client, pace), memory })
  const ended = outcome.kind === 'refused' ? 'refused' : outcome.state
  return [ended, ...account.calls.map(short), `active: ${account.active ?? 'none'}`]
}

const create = (wanted: Wanted = ours) => after({ kind: 'create', wanted })
const update = (wanted: Wanted, before: Wanted) => after({ kind: 'update', wanted, before })
const remove = (before: Wanted = ours) => after({ kind: 'delete', before })

describe('a stack that is made', () => {
  it('activates its rule set where none is active', async () => {
    expect(await create()).toEqual(['activated', 'rules ours', 'active?', 'remember null', 'set ours', 'active: ours'])
  })

  it('leaves its set as it is where somebody has activated it already', async () => {
    account.active = 'ours'
    expect(await create()).toEqual(['active-already', 'rules ours', 'active?', 'active: ours'])
  })

  it('is refused where the set of somebody else is active, and changes nothing', async () => {
    account.active = 'theirs'
    expect(await create()).toEqual(['refused', 'rules ours', 'active?', 'active: theirs'])
  })

  it('displaces the set of somebody else where it is told to, and remembers it', async () => {
    account.active = 'theirs'
    expect(await create({ ...ours, ...replacing })).toEqual([
      'activated',
      'rules ours',
      'active?',
      'remember theirs',
      'set ours',
      'active: ours',
    ])
  })

  it('touches nothing and asks nothing where somebody activates by hand', async () => {
    account.active = 'theirs'
    expect(await create({ ...ours, ...byHand })).toEqual(['untouched', 'active: theirs'])
  })

  it('never makes a set live that has no rule of the filter, or a disabled one', async () => {
    for (const rules of [[], [{ ...rule, enabled: false }], [{ ...rule, name: 'inbox' }]]) {
      account.ruleSets.set('ours', rules)
      expect(await create()).toEqual(['refused', 'rules ours', 'active: none'])
    }
  })

  it('is refused where the set is not there', async () => {
    account.ruleSets.delete('ours')
    expect(await create()).toEqual(['refused', 'rules ours: RuleSetDoesNotExist', 'active: none'])
  })

  it('waits while SES is busy, and asks again', async () => {
    let busy = 3
    ses.setFault(() => (busy-- > 0 ? { kind: 'refuse', status: 400, code: 'Throttling' } : null))
    const started = now + 60_000
    expect(await create()).toEqual([
      'activated',
      'rules ours: Throttling',
      'rules ours: Throttling',
      'rules ours: Throttling',
      'rules ours',
      'active?',
      'remember null',
      'set ours',
      'active: ours',
    ])
    expect(now - started).toBeGreaterThanOrEqual(2000 + 4000 + 8000)
  })

  it('gives up after a minute in which SES was busy all the time, with what SES said', async () => {
    ses.setFault(() => ({ kind: 'refuse', status: 400, code: 'Throttling' }))
    await expect(create()).rejects.toThrow('made to fail on purpose')
    expect(account.calls).toHaveLength(6)
    expect(account.active).toBeNull()
  })

  it('is told at once what SES refuses for good', async () => {
    ses.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    await expect(create()).rejects.toThrow('made to fail on purpose')
    expect(account.calls).toHaveLength(1)
  })

  it('may be asked again after its answer was lost, and still knows what was active before', async () => {
    account.active = 'theirs'
    const wanted = { ...ours, ...replacing }
    await create(wanted)
    expect(await create(wanted)).toEqual(['active-already', 'rules ours', 'active?', 'active: ours'])
    expect(await remove(wanted)).toEqual(['restored', 'active?', 'set theirs', 'forget', 'active: theirs'])
  })

  it('may be asked again after it was cut off between the memory and the activation', async () => {
    remembered.set('ours', { previous: null })
    expect(await create()).toEqual(['activated', 'rules ours', 'active?', 'remember null', 'set ours', 'active: ours'])
  })

  it('is rolled back without a trace after it was refused', async () => {
    account.active = 'theirs'
    await create()
    expect(await remove()).toEqual(['untouched', 'active?', 'active: theirs'])
  })

  it('is rolled back after it was activated and something else failed', async () => {
    await create()
    expect(await remove()).toEqual(['deactivated', 'active?', 'set', 'forget', 'active: none'])
  })

  it('never calls SES twice within a second', async () => {
    await create()
    expect(account.calls.filter((call) => call.includes('Throttling'))).toEqual([])
  })
})

describe('a stack that is changed', () => {
  it('leaves its active set active', async () => {
    account.active = 'ours'
    expect(await update(ours, ours)).toEqual(['active-already', 'rules ours', 'active?', 'active: ours'])
  })

  it('does not take the account back from a set that was activated since, and does not fail for it', async () => {
    await create()
    account.active = 'theirs'
    expect(await update(ours, ours)).toEqual(['displaced', 'rules ours', 'active?', 'active: theirs'])
  })

  it('takes it back where it is told to', async () => {
    await create()
    account.active = 'theirs'
    expect(await update({ ...ours, ...replacing }, ours)).toEqual([
      'activated',
      'rules ours',
      'active?',
      'remember theirs',
      'set ours',
      'active: ours',
    ])
  })

  it('goes from by hand to activation as a new one does, refusal and rollback included', async () => {
    account.active = 'theirs'
    const before = { ...ours, ...byHand }
    expect(await update(ours, before)).toEqual(['refused', 'rules ours', 'active?', 'active: theirs'])
    expect(await update(before, ours)).toEqual(['untouched', 'active: theirs'])
  })

  it('moves to another set, carries along what was active before both, and comes back when it is rolled back', async () => {
    account.active = 'theirs'
    const first = { ...ours, ...replacing }
    await create(first)
    expect(await update(named, first)).toEqual([
      'activated',
      'rules named',
      'active?',
      'remember theirs',
      'set named',
      'forget',
      'active: named',
    ])
    expect((await update(first, named)).at(-1)).toBe('active: ours')
    expect((await remove(first)).at(-1)).toBe('active: theirs')
  })

  it('does not move its rule out of the active set into one that nobody may activate', async () => {
    await create()
    expect(await update({ ...named, ...byHand }, ours)).toEqual(['refused', 'active?', 'active: ours'])
    expect(await update(ours, { ...named, ...byHand })).toEqual([
      'active-already',
      'rules ours',
      'active?',
      'active: ours',
    ])
  })

  it('says that its set was deleted by hand, and does not fail for it', async () => {
    await create()
    account.active = null
    account.ruleSets.delete('ours')
    expect(await update(ours, ours)).toEqual(['gone', 'rules ours: RuleSetDoesNotExist', 'active: none'])
  })
})

describe('a stack that goes', () => {
  it('leaves another set active that is active by now', async () => {
    await create()
    account.active = 'others'
    expect(await remove()).toEqual(['untouched', 'active?', 'forget', 'active: others'])
  })

  it('brings back the set that it displaced', async () => {
    account.active = 'theirs'
    await create({ ...ours, ...replacing })
    expect(await remove()).toEqual(['restored', 'active?', 'set theirs', 'forget', 'active: theirs'])
  })

  it('deactivates its own set where the one that it displaced was deleted since', async () => {
    account.active = 'theirs'
    await create({ ...ours, ...replacing })
    account.ruleSets.delete('theirs')
    expect(await remove()).toEqual([
      'deactivated',
      'active?',
      'set theirs: RuleSetDoesNotExist',
      'set',
      'forget',
      'active: none',
    ])
  })

  it('may be asked twice', async () => {
    await create()
    await remove()
    expect(await remove()).toEqual(['untouched', 'active?', 'active: none'])
  })

  it('finds its set deleted by hand, and leaves what is active', async () => {
    await create()
    account.active = 'others'
    account.ruleSets.delete('ours')
    expect(await remove()).toEqual(['untouched', 'active?', 'forget', 'active: others'])
  })

  it('deactivates its own set that somebody activated by hand, because an active set cannot be deleted', async () => {
    account.active = 'ours'
    expect(await remove({ ...ours, ...byHand })).toEqual(['deactivated', 'active?', 'set', 'active: none'])
  })

  it("leaves the operator's set active with the operator's rules, where none was active before", async () => {
    await create(named)
    expect(await remove(named)).toEqual(['left-active', 'active?', 'forget', 'active: named'])
  })

  it("never touches the operator's set where it was never to activate it", async () => {
    account.active = 'named'
    expect(await remove({ ...named, ...byHand })).toEqual(['untouched', 'active: named'])
  })
})

describe('a refusal', () => {
  it('says what is, what was not done, and what to do', async () => {
    account.active = 'theirs'
    const ports = {
      ruleSets: createSesRuleSets(client, { now: () => (now += 2000), wait: () => Promise.resolve() }),
      memory: {
        recall: () => Promise.resolve(null),
        remember: () => Promise.resolve(),
        forget: () => Promise.resolve(),
      },
    }
    expect(await activateRuleSet({ kind: 'create', wanted: ours }, ports)).toEqual({
      kind: 'refused',
      said:
        'The rule set theirs is active, and only one can be; ours is not. Nothing was changed. ' +
        'Add the filter to that set (receiving.ruleSet: {"name": "theirs"}), or have it displaced ' +
        '(receiving.replaceActive: true), or activate by hand (receiving.activate: false); then deploy again.',
    })
  })
})

function short(call: string): string {
  return call
    .replace('DescribeActiveReceiptRuleSet', 'active?')
    .replace('DescribeReceiptRuleSet', 'rules')
    .replace('SetActiveReceiptRuleSet', 'set')
}
