import { listedKinds } from '../entry.ts'
import type { RawRow } from '../normalise.ts'
import { badRow } from './line-reader.ts'

/** Names of the columns of a CSV file, compared without regard to case. */
export type CsvColumns = {
  readonly address: string
  /** More addresses of the same person, which become aliases of `address`; blanks, commas, semicolons or `+smtp:` between them. */
  readonly aliases?: string
  readonly kind?: string
  readonly target?: string
  /** Rows with something in it are gone already. `quietgate recipients export` alone writes it. */
  readonly removedAt?: string
}

/** Which column of the file is which; -1: it has none. */
export type ColumnIndexes = {
  readonly address: number
  readonly aliases: number
  readonly kind: number
  readonly target: number
  readonly removedAt: number
}

/**
 * Finds the columns by the header row: by the names that were given, else by those that are known, else the one column that
 * is called like an address. Null: none is.
 */
export function columnsOf(header: readonly string[], named: CsvColumns | null): ColumnIndexes | null {
  const names = header.map((name) => name.trim().toLowerCase())
  const index = (name: string | undefined): number =>
    name === undefined ? -1 : names.indexOf(name.trim().toLowerCase())
  const indexes = ({ address, aliases, kind, target, removedAt }: CsvColumns): ColumnIndexes => ({
    address: index(address),
    aliases: index(aliases),
    kind: index(kind),
    target: index(target),
    removedAt: index(removedAt),
  })
  if (named !== null) {
    const found = indexes(named)
    const missing = Object.entries(named).some(([role]) => found[role as keyof CsvColumns] === -1)
    return missing ? null : found
  }
  return known.map(indexes).find(({ address }) => address !== -1) ?? null
}

/** The addresses of a row. Each row has at least one, or is bad. */
export function rowsOfRecord(record: readonly string[], line: number, columns: ColumnIndexes): readonly RawRow[] {
  const isExport = columns.removedAt !== -1
  const at = (index: number): string => {
    const value = index === -1 ? '' : (record[index] ?? '').trim()
    return isExport ? withoutApostrophe(value) : value
  }
  const main = withoutScheme(at(columns.address))
  const kindName = at(columns.kind).toLowerCase()
  const others = addressesIn(at(columns.aliases)).filter((address) => address.toLowerCase() !== main.toLowerCase())
  if (record.every((value) => value.trim() === '') || at(columns.removedAt) !== '') return []
  if (record.some((value) => value.includes('\uFFFD'))) {
    return [badRow(line, main, 'text in UTF-8; this looks like Latin-1 or Windows-1252')]
  }
  // A user without a mailbox has addresses neither here nor there.
  if (main === '' && others.length === 0) return [badRow(line, record.join(','), 'an address')]
  const target = at(columns.target)
  const usual = main.startsWith('@') ? 'catch-all' : target === '' ? 'mailbox' : 'alias'
  const kind = kindName === '' ? usual : listedKinds.find((name) => name === kindName)
  if (kind === undefined) return [badRow(line, kindName, `a kind: ${listedKinds.join(', ')}`)]
  const first: RawRow = { line, address: main, kind, target: target === '' ? null : target }
  const aliases = others.map((address): RawRow => ({ line, address, kind: 'alias', target: main }))
  return main === '' ? others.map((address) => ({ line, address, kind: 'mailbox', target: null })) : [first, ...aliases]
}

/**
 * What those who write exports call their columns. Our own; Google Workspace's list of users and of groups; Microsoft 365's
 * list of active users, the same of Entra ID, and Exchange's Get-Mailbox.
 */
const known: readonly CsvColumns[] = [
  { address: 'address', kind: 'kind', target: 'target', removedAt: 'removed_at' },
  { address: 'Email Address [Required]', aliases: 'Email Aliases' },
  { address: 'Group Email [Required]' },
  { address: 'PrimarySmtpAddress', aliases: 'EmailAddresses' },
  { address: 'User principal name', aliases: 'Proxy addresses' },
  { address: 'userPrincipalName', aliases: 'proxyAddresses' },
  ...['email address', 'email', 'e-mail address', 'e-mail', 'mail', 'group email'].map((address) => ({
    address,
    kind: 'kind',
    target: 'target',
    aliases: 'aliases',
  })),
]

/** `SMTP:alice@example.com+smtp:a@example.com` (the admin centre), `smtp:a@example.com,SIP:a@example.com` (PowerShell). */
function addressesIn(text: string): readonly string[] {
  return text
    .replace(/\+(?=[A-Za-z0-9]{1,10}:)/g, ' ')
    .split(/[\s,;]/)
    .filter((part) => part !== '' && (!part.includes(':') || /^smtp:/i.test(part)))
    .map(withoutScheme)
}

/** Our export puts one before what a spreadsheet would take for a formula, and before an apostrophe. */
function withoutApostrophe(text: string): string {
  return /^'[=+\-@'\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? text.slice(1) : text
}

function withoutScheme(text: string): string {
  return /^smtp:/i.test(text) ? text.slice('smtp:'.length) : text
}
