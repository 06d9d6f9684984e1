import type { SendKind, SendRequest } from '../../api.ts'

/** What stands in the form. */
export type Filled = {
  readonly from: string
  /** Separated by commas or blanks. */
  readonly to: string
  readonly clientIp: string
  readonly helo: string
  readonly kind: SendKind
  readonly subject: string
  readonly body: string
  /** The chosen file, base64. */
  readonly raw: string
}

export const filled: Filled = {
  from: 'carol@partner.example',
  to: 'alice@example.com',
  clientIp: '198.51.100.10',
  helo: 'mail.partner.example',
  kind: 'plain',
  subject: 'Lunch on Friday?',
  body: 'The usual place, at noon.',
  raw: '',
}

/** The request of a form; of a file, the form has the envelope alone. */
export function requestOf(form: Filled, isFile: boolean): SendRequest {
  const from = form.from.trim()
  const to = form.to.split(/[\s,]+/).filter((address) => address !== '')
  const helo = form.helo.trim()
  const envelope = {
    from: from === '' ? null : from,
    to,
    clientIp: form.clientIp.trim(),
    ...(helo === '' ? {} : { helo }),
  }
  if (isFile) return { ...envelope, raw: form.raw }
  return { ...envelope, subject: form.subject, body: form.body, kind: form.kind }
}

/** In pieces: a function takes only so many arguments. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768))
  return btoa(text)
}
