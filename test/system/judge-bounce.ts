import { judgeMessage } from '../../cli/bounce/judge-message.ts'
import type { BounceVerdict } from '../../lambda/core/judgement.ts'
import type { KeyAnswer } from '../../lambda/core/protocol/dkim/key-record.ts'
import { domainOf, policyOf } from '../builders.ts'
import type { SigningKey } from './signer.ts'

export type Judged = {
  /** The envelope recipient of the bounce. */
  readonly recipient: string
  /** When it arrived. */
  readonly now: Date
  /** What the DNS holds. */
  readonly keys: readonly SigningKey[]
  /** The selectors that the operator declared. */
  readonly selectors: readonly string[]
}

/**
 * What the filter makes of a bounce to somebody at example.com, of which all mail is said to be signed: the strictest that
 * a domain can be declared, and the only one in which a server's changes could make backscatter of a genuine bounce.
 */
export async function judgeBounce(
  bounce: Buffer,
  { recipient, now, keys, selectors }: Judged,
): Promise<BounceVerdict | null> {
  const policy = policyOf({
    domains: [domainOf('example.com', { allOutboundSigned: true, dkimSelectors: selectors })],
  })
  const { verdict } = await judgeMessage(bounce, {
    policy,
    publicKeys: (name) => Promise.resolve(answerOf(name, keys)),
    recipient,
    now,
  })
  return verdict
}

function answerOf(name: string, keys: readonly SigningKey[]): KeyAnswer {
  const records = keys.filter(({ selector, domain }) => `${selector}._domainkey.${domain}` === name)
  if (records.length === 0) return { answer: 'none', why: 'no-such-name' }
  return { answer: 'records', records: records.map(({ record }) => [record]) }
}
