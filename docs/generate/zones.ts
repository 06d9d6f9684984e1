import { catalogue } from '../../lambda/core/catalogue.ts'
import type { CatalogueEntry, DeadList, RefusedList, Use } from '../../lambda/core/catalogue/entry.ts'
import { deadLists, refusedLists } from '../../lambda/core/catalogue/refused-lists.ts'
import { literal, pageOf, type Page } from './page.ts'

/** docs/zones.md: every list that is known by name, from lambda/core/catalogue/. */
export function zonesPage(): Promise<Page> {
  return pageOf('zones.md', [
    '# Lists',
    '',
    '<!-- Made from lambda/core/catalogue/ by `npm run docs`. -->',
    '',
    'The lists (RFC 5782) that Quietgate knows by name. Of these a term under `dnsbl.zones` is enough; of any other list the',
    'configuration must say who runs it, and should say what it answers for its test entry. The terms given here are safe to',
    'start with: no list stops mail by itself, and a list of whole networks is no second opinion.',
    '',
    'A list may change its terms of use, its codes or its mind. Read its own page before you rely on it.',
    '',
    '| zone | list | operator | good for | addresses | resolvers of clouds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...catalogue.map(rowOf),
    ...catalogue.flatMap(sectionOf),
    '',
    '## Dead',
    '',
    'A configuration that names one of these, or a zone below it, is refused. What is not asked cannot list the world.',
    '',
    '| zone | list | ended | since then |',
    '| --- | --- | --- | --- |',
    ...deadLists.map(deadRow),
    '',
    '## Refused',
    '',
    '| zone | why |',
    '| --- | --- |',
    ...refusedLists.map(refusedRow),
  ])
}

const useWords: { readonly [U in Use]: string } = {
  score: 'adding to the sum',
  allow: 'speaking for the client',
  hint: 'a hint about bounces, in safe mode',
  collateral: 'recording; it lists whole networks',
}

const familyWords = { both: 'IPv4, IPv6', ipv4: 'IPv4', ipv6: 'IPv6' } as const

const cloudWords = { refused: 'refused', limited: 'limited', 'not-known': 'nothing known' } as const

function rowOf({ zone, title, operator, use, families, cloudResolvers }: CatalogueEntry): string {
  const cells = [`\`${zone}\``, title, operator, useWords[use], familyWords[families], cloudWords[cloudResolvers]]
  return `| ${cells.join(' | ')} |`
}

function sectionOf(entry: CatalogueEntry): readonly string[] {
  const { title, url, lookupUrl, termsOfUse, codes, errorCodes, key, defaultTerms } = entry
  const pages = [`<${url}>`, ...(lookupUrl === null ? [] : [`one address: \`${lookupUrl}\``])]
  return [
    '',
    `## ${title}`,
    '',
    `${pages.join(', ')}. ${literal(termsOfUse)}`,
    '',
    ...defaultTerms.map((term) => `- \`"${term}"\``),
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...codes.map(({ pattern, meaning }) => `| \`${pattern}\` | ${literal(meaning)} |`),
    ...errorCodes.map((pattern) => `| \`${pattern}\` | No listing: the list refuses to answer. |`),
    ...(key === null ? [] : ['', `The key goes into a secret, and where that is into \`dnsbl.keys.${key}\`.`]),
  ]
}

function deadRow({ zones, title, died, after }: DeadList): string {
  const names = zones.map((zone) => `\`${zone}\``).join(', ')
  return `| ${names} | ${title} | ${died} | ${after === 'empty' ? 'lists nobody' : 'listed the whole world'} |`
}

function refusedRow({ zones, why, unlessKeyed }: RefusedList): string {
  const names = zones.map((zone) => `\`${zone}\``).join(', ')
  return `| ${names}${unlessKeyed ? ' without a key' : ''} | ${literal(why)}. |`
}
