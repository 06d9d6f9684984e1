import { readMail } from '../../lambda/core/protocol/mime.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import type { ReturnForm } from './mail-server-outcomes.ts'
import type { RealBounce } from './real-bounces.ts'

/** How a server returned the variants, by their ids. */
export function formOf(bounces: ReadonlyMap<string, RealBounce>): ReturnForm {
  const typesOf = (id: string): readonly string[] => typesIn(bounces.get(id)!.bounce)
  const actionOf = (id: string): string => readReport(bounces.get(id)!.bounce).recipients[0]!.action!
  // What a relay before the server rewrites is not the server's doing.
  const own = [...bounces].filter(([id]) => id !== 'recoded')
  const differences = own.map(([id, { sent, bounce }]) => ({ id, ...differencesOf(sent, bounce) }))
  const listed = (kind: 'drops' | 'rewrites' | 'appends'): readonly string[] =>
    differences.flatMap(({ id, [kind]: names }) => names.map((name) => `${name} (${id})`)).toSorted()
  return {
    report: typesOf('relaxed')[0]!,
    small: typesOf('relaxed').find(isReturn)!,
    large: typesOf('large').find(isReturn)!,
    headersOnly: typesOf('headers-only').find(isReturn)!,
    delayed: typesOf('delayed').find(isReturn)!,
    relayed: typesOf('relayed').find(isReturn)!,
    delayedAction: actionOf('delayed'),
    relayedAction: actionOf('relayed'),
    puts: differences[0]!.puts,
    drops: listed('drops'),
    rewrites: listed('rewrites'),
    appends: listed('appends'),
  }
}

function isReturn(type: string): boolean {
  return type === 'message/rfc822' || type === 'text/rfc822-headers'
}

/** Of the report, and of its parts. */
function typesIn(bounce: Buffer): readonly string[] {
  return readMail(bounce.toString('latin1')).parts.map(({ type }) => type)
}

type Differences = { readonly [K in 'puts' | 'drops' | 'rewrites' | 'appends']: readonly string[] }

function differencesOf(sent: Buffer, bounce: Buffer): Differences {
  const before = fieldsOf(sent.toString('latin1').split('\r\n\r\n', 1)[0]!)
  const after = fieldsOf(readReport(bounce).returned!.header)
  const first = after.findIndex(({ name }) => name === 'dkim-signature')
  const below = after.slice(first)
  const of = (fields: readonly Field[], wanted: string): Field | undefined => fields.find(({ name }) => name === wanted)
  return {
    puts: [...new Set(after.slice(0, first).map(({ name }) => name))],
    drops: before.filter(({ name }) => of(below, name) === undefined).map(({ name }) => name),
    rewrites: before
      .filter(({ name, text }) => of(below, name) !== undefined && of(below, name)?.text !== text)
      .map(({ name }) => name),
    appends: below.filter(({ name }) => of(before, name) === undefined).map(({ name }) => name),
  }
}

type Field = { readonly name: string; readonly text: string }

function fieldsOf(header: string): readonly Field[] {
  const fields = header.split(/\r\n(?![ \t])/).filter((text) => text !== '')
  return fields.map((text) => ({ name: text.slice(0, text.indexOf(':')).toLowerCase(), text }))
}
