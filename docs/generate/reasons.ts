import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { remedies, sentenceOf } from '../../lambda/core/explain.ts'
import type { Reason, ReasonCode } from '../../lambda/core/reasons.ts'
import { literal, pageOf, type Page } from './page.ts'
import { readReasonUnion, type DocumentedReason, type Evidence, type Value } from './reason-union.ts'

const source = join(import.meta.dirname, '..', '..', 'lambda', 'core', 'reasons.ts')

/** docs/reasons.md: every reason that a decision can give, from the union and from the sentences that explain it. */
export async function reasonsPage(docs: string): Promise<Page> {
  const reasons = readReasonUnion(source)
  const operations = await readFile(join(docs, 'operations.md'), 'utf8').catch(() => '')
  return pageOf('reasons.md', [
    '# Reasons',
    '',
    '<!-- Made from lambda/core/reasons.ts and lambda/core/explain.ts by `npm run docs`. -->',
    '',
    'Every decision gives all of its reasons, also those that changed nothing. A reason is a code out of this closed set, with',
    'its evidence beside it; the code is also the value of the dimension `Reason` of the metric `Reasons`. Here is what each',
    'means, the sentence in which it is told (what stands in braces is evidence), and what to do.',
    '',
    '| reason | means |',
    '| --- | --- |',
    ...reasons.map(({ code, meaning }) => `| [\`${code}\`](#${code}) | ${literal(meaning)} |`),
    ...reasons.flatMap((reason) => sectionOf(reason, operations)),
  ])
}

function sectionOf({ code, meaning, evidence }: DocumentedReason, operations: string): readonly string[] {
  const remedy = remedies[code as ReasonCode]
  const more = operations.includes(`\n## ${code}\n`) ? ` More: [operations](operations.md#${code}).` : ''
  return [
    '',
    `## ${code}`,
    '',
    literal(meaning),
    '',
    ...sentencesOf(code, evidence).flatMap((sentence) => [`> ${literal(sentence)}`, '']),
    ...evidence.map(
      ({ name, optional, value }) => `- \`${name}\`${optional ? ' (if there is one)' : ''}${wordsOf(value)}`,
    ),
    '',
    `**What to do.** ${remedy}${more}`,
  ]
}

/** The sentence with each field's name for its value. Where the words depend on a value, each wording once. */
function sentencesOf(code: string, evidence: readonly Evidence[]): readonly string[] {
  const plain = evidence.map((field) => [field.name, placeholderOf(field.name, field.value)] as const)
  const told = (change: readonly (readonly [string, unknown])[]): string =>
    sentenceOf(Object.fromEntries([['code', code], ...plain, ...change]) as unknown as Reason)
  const general = told([])
  const nameAgain = (sentence: string, word: string, name: string): string =>
    general.includes(`{${name}}`) ? sentence.replaceAll(word, `{${name}}`) : sentence
  const special = evidence.flatMap(({ name, optional, value }) => [
    ...(optional ? [told([[name, undefined]])] : []),
    ...(value.kind === 'one-of' ? value.words.map((word) => nameAgain(told([[name, word]]), word, name)) : []),
  ])
  return [...new Set([general, ...special])]
}

function placeholderOf(name: string, value: Value): unknown {
  if (value.kind === 'list') return [placeholderOf(name, value.item)]
  if (value.kind === 'fields')
    return Object.fromEntries(value.fields.map((field) => [field.name, placeholderOf(field.name, field.value)]))
  return `{${name}}`
}

function wordsOf(value: Value): string {
  if (value.kind === 'one-of') return `: ${value.words.map((word) => `\`${word}\``).join(', ')}`
  if (value.kind === 'list') return `: a list${value.item.kind === 'fields' ? `, each with${wordsOf(value.item)}` : ''}`
  if (value.kind === 'fields') return ` ${value.fields.map(({ name }) => `\`${name}\``).join(', ')}`
  return ''
}
