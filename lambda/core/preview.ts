import { decodeField, strictly } from './classify/decode-field.ts'
import { shown } from './plain-text.ts'
import type { HeaderField } from './protocol/header.ts'
import { textOfHtml } from './protocol/html-text.ts'
import { parameterOf, readMail, type Part } from './protocol/mime.ts'
import { decodeTransfer } from './protocol/transfer-encoding.ts'

/** What a message looks like to whoever decides about it: decoded, bounded, and text and nothing else. */
export type Preview = {
  /** In the order in which they stand there. */
  readonly fields: readonly PreviewField[]
  /** Fields that are not among them. */
  readonly moreFields: number
  /** The first part that is text; null: there is none in what was read. Lines end in LF. */
  readonly text: string | null
  /** `text/html`: its markup was taken off. */
  readonly textType: string | null
  /** There is more of it. */
  readonly isCut: boolean
  /** What the message is made of, without what only holds parts together. */
  readonly parts: readonly PreviewPart[]
}

export type PreviewField = { readonly name: string; readonly value: string }

export type PreviewPart = {
  readonly type: string
  /** As its sender named it; null: without a name. */
  readonly name: string | null
  /** Octets, still encoded, as far as they were read. */
  readonly octets: number
}

/** So many octets of a message are worth reading for it. */
export const previewOctets = 256 * 1024

/** UTF-16 units. */
export const mostText = 10_000
const mostFields = 80
const longestValue = 1000
const mostParts = 40

/** Never throws, whatever the octets are; time grows with their number. */
export function previewOf(octets: Uint8Array): Preview {
  const source = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.byteLength, previewOctets))
  const { fields, parts } = readMail(source.toString('latin1'))
  const leaves = parts.filter(({ type }) => !type.startsWith('multipart/'))
  const part = leaves.find((one) => isReadable(one, 'text/plain')) ?? leaves.find((one) => isReadable(one, 'text/html'))
  const text = part === undefined ? null : textOf(part)
  return {
    fields: fields.slice(0, mostFields).map(previewField),
    moreFields: Math.max(0, fields.length - mostFields),
    text: text?.slice(0, mostText) ?? null,
    textType: part?.type ?? null,
    isCut: (text?.length ?? 0) > mostText,
    parts: leaves.slice(0, mostParts).map((one) => ({
      type: cut(shown(one.type), 100),
      name: nameOf(one),
      octets: one.body.length,
    })),
  }
}

function previewField({ name, value }: HeaderField): PreviewField {
  return { name: cut(name, 100), value: cut(decoded(value), longestValue) }
}

/** Control characters would be blanks once they are decoded: they are cut out before, so that they show. */
function decoded(value: string): string {
  const pieces = value.slice(0, 4 * longestValue).replaceAll('\t', ' ')
  return shown(
    pieces
      .split(/[\x00-\x1f\x7f]/)
      .map(decodeField)
      .join('\ufffd'),
  ).replaceAll(/[\n\u2028\u2029]/g, '\ufffd')
}

function isReadable({ type, fields }: Part, wanted: string): boolean {
  return type === wanted && !/^attachment\b/i.test(valueOf(fields, 'content-disposition'))
}

/** Markup is many times longer than its text. */
function textOf({ type, body, contentType, encoding }: Part): string {
  const written = decodeTransfer(body, encoding)
  const text = inCharset(Buffer.from(written, 'latin1'), parameterOf(contentType, 'charset'))
  const plain = type === 'text/html' ? textOfHtml(text) : text
  const lines = plain
    .slice(0, 8 * mostText)
    .replaceAll('\t', '    ')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd())
  return shown(
    lines
      .join('\n')
      .trim()
      .replaceAll(/\n{3,}/g, '\n\n'),
  )
}

/** What is not in its charset, or in none that the runtime knows, is UTF-8 wherever it can be. */
function inCharset(octets: Uint8Array, charset: string | null): string {
  const declared = charset?.trim().toLowerCase() ?? ''
  const isPlain = declared === '' || declared === 'us-ascii' || declared === 'ascii'
  return (
    (isPlain ? null : strictly(octets, declared)) ?? strictly(octets, 'utf-8') ?? loosely(octets, declared || 'latin1')
  )
}

function loosely(octets: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(octets)
  } catch {
    return new TextDecoder('latin1').decode(octets) // the runtime does not know this charset
  }
}

function nameOf({ fields, contentType }: Part): string | null {
  const name = parameterOf(valueOf(fields, 'content-disposition'), 'filename') ?? parameterOf(contentType, 'name')
  return name === null ? null : cut(decoded(name), 200)
}

function valueOf(fields: readonly HeaderField[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.value ?? ''
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text
}
