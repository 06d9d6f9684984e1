import { remedies } from '../../lambda/core/explain.ts'
import { canonicalIp, parseCidr } from '../../lambda/core/protocol/ip.ts'
import type { ReasonCode } from '../../lambda/core/reasons.ts'
import type { ReleaseQuery } from '../../lambda/core/release/query.ts'
import { readSinceUntil } from '../records/time-range.ts'
import type { ReleaseOptions } from './release-options.ts'

const dayMs = 86_400_000

/** Reads the options that say which messages are meant; a problem is a sentence. Mail that is gone is not looked for. */
export function readQuery(options: ReleaseOptions, mailDays: number, now: Date): ReleaseQuery | string {
  const { zone = null, code = null, sender = null, client = null, to, since = null, until = null } = options
  const range = readSinceUntil(since, until, now)
  if (typeof range === 'string') return range
  if (code !== null && !isCode(code)) {
    return `--code ${JSON.stringify(code.slice(0, 60))} is no reason: docs/reasons.md lists them.`
  }
  const ip = client === null ? null : clientOf(client)
  if (client !== null && ip === null) {
    return `--client is an address or a network in CIDR notation, found ${JSON.stringify(client.slice(0, 60))}.`
  }
  const kept = new Date(now.getTime() - (mailDays + 2) * dayMs).toISOString()
  return {
    zone,
    reason: code,
    sender,
    recipient: to[0] ?? null,
    client: ip,
    from: range.from < kept ? kept : range.from,
    until: range.until,
  }
}

function isCode(text: string): text is ReasonCode {
  return Object.hasOwn(remedies, text)
}

/** Null for what is neither an address nor a network. */
function clientOf(text: string): string | null {
  if (!text.includes('/')) return canonicalIp(text)
  return parseCidr(text) === null ? null : text
}
