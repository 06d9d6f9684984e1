import { basename, extname } from 'node:path'
import { usualLimits, type Limits } from '../../lambda/core/directory-import/guards.ts'
import type { CsvColumns } from '../../lambda/core/directory-import/readers/columns.ts'
import type { Format } from '../../lambda/core/directory-import/recognise.ts'
import { isSourceName } from '../../lambda/import-directory.ts'
import type { ImportOptions } from '../../lambda/import-directory/import.ts'
import { notServed, readDomain, type Domains } from '../entry-keys.ts'

/** As they were typed; null where they were not. */
export type ImportSettings = {
  readonly source: string | null
  readonly format: Format | null
  readonly columns: readonly string[]
  readonly defaultDomain: string | null
  readonly maxRemoved: string | null
  readonly dryRun: boolean
  readonly force: boolean
  readonly skipBad: boolean
  readonly partial: boolean
}

export type ReadSettings =
  | { readonly answer: 'settings'; readonly source: string; readonly options: ImportOptions }
  | { readonly answer: 'problems'; readonly problems: readonly string[] }

/** What an import of this file is to do, or everything that is wrong with how it was asked for. */
export function readSettings(path: string, settings: ImportSettings, domains: Domains): ReadSettings {
  const source = readSource(path, settings.source)
  const columns = readColumns(settings.columns)
  const limits = readLimits(settings.maxRemoved)
  const domain = readDefaultDomain(settings.defaultDomain, domains)
  const problems = [source, columns, limits, domain].flatMap((read) => ('problem' in read ? [read.problem] : []))
  if ('problem' in source || 'problem' in columns || 'problem' in limits || 'problem' in domain) {
    return { answer: 'problems', problems }
  }
  const { format, skipBad, partial } = settings
  const options = {
    format,
    columns: columns.value,
    domains: servedDomains(domains),
    defaultDomain: domain.value,
    skipBad,
    partial,
    limits: limits.value,
  }
  return { answer: 'settings', source: source.value, options }
}

/** An alias domain has no list: whoever stands there under it is looked up, and so is listed, under its target. */
export function servedDomains({ domains }: Domains): ImportOptions['domains'] {
  return domains.map(({ name, foldCase, aliasOf }) => ({ name, foldCase, listedUnder: aliasOf }))
}

/** `10%` of the source's entries, or `500` of them. */
export function readLimits(text: string | null): Value<Limits> {
  if (text === null) return { value: usualLimits }
  const count = /^\d{1,9}%?$/.test(text) ? Number(text.replace('%', '')) : null
  if (count === null || (text.endsWith('%') && count > 100)) {
    return { problem: `--max-removed is a share such as 10%, or a number such as 500, found ${JSON.stringify(text)}` }
  }
  return {
    value: text.endsWith('%')
      ? { removedShare: count / 100, removedCount: null }
      : { ...usualLimits, removedCount: count },
  }
}

export function readSource(path: string, given: string | null): Value<string> {
  if (given === null && path === '-') {
    return { problem: 'Standard input has no name: say with --source what the list is called in every import' }
  }
  const name = given ?? basename(path, extname(path))
  if (name.toLowerCase() === 'scim') {
    return { problem: 'The source "scim" is what SCIM writes: give the list another name with --source' }
  }
  if (isSourceName(name)) return { value: name }
  const rule = 'a source is called by 1 to 64 letters, digits, ".", "_" or "-"'
  return { problem: `${JSON.stringify(name)} is no name of a source: ${rule}; choose one with --source` }
}

type Value<T> = { readonly value: T } | { readonly problem: string }

const roles: ReadonlyMap<string, keyof CsvColumns> = new Map([
  ['address', 'address'],
  ['alias', 'aliases'],
  ['aliases', 'aliases'],
  ['kind', 'kind'],
  ['target', 'target'],
])

function readColumns(texts: readonly string[]): Value<CsvColumns | null> {
  const found: { -readonly [R in keyof CsvColumns]?: string } = {}
  const parts = texts.flatMap((text) => text.split(',')).map((part) => part.trim())
  for (const part of parts) {
    const at = part.indexOf('=')
    const role = roles.get(part.slice(0, Math.max(0, at)).trim().toLowerCase())
    const name = part.slice(at + 1).trim()
    if (role === undefined || name === '') {
      const expected = 'ROLE=NAME, where ROLE is address, alias, kind or target'
      return { problem: `--column is ${expected}, found ${JSON.stringify(part)}` }
    }
    found[role] = name
  }
  if (parts.length === 0) return { value: null }
  const { address } = found
  return address === undefined
    ? { problem: '--column has to say which one holds the addresses: address=NAME' }
    : { value: { ...found, address } }
}

function readDefaultDomain(text: string | null, domains: Domains): Value<string | null> {
  if (text === null) return { value: null }
  const domain = readDomain(text)
  if (domain.answer === 'problem') return { problem: `--default-domain ${domain.problem}` }
  const stranger = notServed(domain.name, domains)
  return stranger === null ? { value: domain.name } : { problem: `--default-domain ${stranger}` }
}
