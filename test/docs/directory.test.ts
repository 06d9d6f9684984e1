import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nothingKnown } from '../../cli/ask-directory.ts'
import { parseConfig, policyOf } from '../../lambda/config.ts'
import type { ListedKind } from '../../lambda/core/directory-import/entry.ts'
import { createNormalise, type RawRow } from '../../lambda/core/directory-import/normalise.ts'
import type { DomainAnswer, EntryAnswer } from '../../lambda/core/facts.ts'
import { directoryQuestions, recipientFacts, recipientQuestions } from '../../lambda/core/questions.ts'
import { resolveRecipient } from '../../lambda/core/rules/recipients.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'directory.md'), 'utf8')
const now = '2026-11-21T12:00:00.000Z'

/** The configuration that the page names, and the rows of its table of rules. */
const config = (() => {
  const parsed = parseConfig(JSON.parse(/```json\n([^`]*)```/.exec(page)?.[1] ?? ''), 'docs/directory.md')
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
})()
const policy = policyOf(config)
const normalise = createNormalise(
  config.domains.map(({ name, foldCase, aliasOf }) => ({ name, foldCase, listedUnder: aliasOf })),
  null,
)
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').slice(1, -1))
  .filter((cells) => cells.length === 4 && cells[1]?.includes('`'))
  .map(([rule = '', list = '', address = '', answer = '']) => ({
    rule: rule.trim(),
    list: codesIn(list),
    address: codesIn(address)[0] ?? '',
    answer: answer.trim(),
  }))

describe('docs/directory.md', () => {
  it.each(rows)('is right about: $rule ($address)', ({ list, address, answer }) => {
    expect(resolved(list, address)).toBe(answer)
  })

  it('has a table of rules that the test finds, with every kind of entry and of answer', () => {
    expect(rows.length).toBeGreaterThan(45)
    const text = JSON.stringify(rows)
    for (const word of ['alias ', 'group ', 'deny ', 'pattern ', 'removed ', 'unavailable', 'not-checked']) {
      expect(text).toContain(word)
    }
  })
})

/** Each text in backticks, with the characters that `\u` stands for. */
function codesIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]*)`/g), ([, code = '']) =>
    code.replace(/\\u([0-9a-f]{4})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
  )
}

/** What the filter says of an address whose domain has this list. */
function resolved(list: readonly string[], address: string): string {
  const entries = new Map<string, EntryAnswer>()
  const patterns = new Map<string, readonly string[]>()
  for (const text of list) {
    const pattern = /^pattern (\S+) of (\S+)$/.exec(text)
    if (pattern !== null) patterns.set(pattern[2] ?? '', [pattern[1] ?? ''])
    else entries.set(...entryOf(text))
  }
  const questions = recipientQuestions({ ...nothingKnown, recipients: [address] }, policy)
  const asked = directoryQuestions(questions)
  const heard = asked.keys.map((key) => [key, entries.get(key) ?? { answer: 'absent' }] as const)
  const domains = asked.domains.map((name): readonly [string, DomainAnswer] => {
    const found = patterns.get(name)
    return [name, { answer: 'complete', ...(found === undefined ? {} : { patterns: found }) }]
  })
  const [fact] = recipientFacts(questions, new Map(heard), new Map(domains))
  if (fact === undefined) throw new Error('one recipient has one fact')
  const { answer, matchedBy, finding } = resolveRecipient(fact, policy, now)
  return `${answer} (${matchedBy ?? finding?.reason.code ?? ''})`
}

/** `deny old@example.com`, under the key that an import would give it. */
function entryOf(text: string): readonly [string, EntryAnswer] {
  const removed = /^removed (\S+) (.*)$/.exec(text)
  const [, kindName, rest] = /^(alias|group|deny) (.*)$/.exec(removed?.[2] ?? text) ?? []
  const address = rest ?? removed?.[2] ?? text
  const kind = (kindName ?? (address.startsWith('@') ? 'catch-all' : 'mailbox')) as ListedKind
  const row: RawRow = { line: 1, address, kind, target: kind === 'alias' ? 'alice@example.com' : null }
  const read = normalise(row)
  if (read.kind !== 'entry') throw new Error(`${text} is no entry: ${JSON.stringify(read)}`)
  const { key, target } = read.entry
  const removedAt = removed === null ? null : `${removed[1] ?? ''}T00:00:00.000Z`
  return [key, { answer: 'found', entry: { kind, target, removedAt } }]
}
