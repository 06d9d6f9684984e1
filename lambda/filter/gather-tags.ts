import type { HeaderProofFact, TagFact } from '../core/bounce-facts.ts'
import { tagUses } from '../core/bounce-questions.ts'
import type { RecipientFact } from '../core/facts.ts'
import type { Policy, ProofKeyUse } from '../core/policy.ts'
import { checkPrvs } from '../core/protocol/batv.ts'
import { parseHeaderBlock } from '../core/protocol/header.ts'
import { checkHmacHeader, HMAC_HEADER_NAME } from '../core/protocol/hmac-header.ts'
import { checkHmacTag } from '../core/protocol/hmac-tag.ts'
import type { KeyedHash, TagCheck, TagKey } from '../core/protocol/keyed-hash.ts'
import type { ReturnedMessage } from '../core/protocol/returned-message.ts'
import { checkSrs0 } from '../core/protocol/srs.ts'
import { ownAddress } from '../core/rules/bounce/identity.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ProofKeys } from '../ports/proof-keys.ts'

export type TagPorts = {
  readonly proofKeys: ProofKeys
  /** HMAC-SHA-1, HMAC-SHA-256. */
  readonly sha1: KeyedHash
  readonly sha256: KeyedHash
  readonly metrics: Pick<Metrics, 'failed'>
}

/** Checks the tag that a recipient's address carries, if it carries one for which there are keys. */
export async function gatherTag(
  recipient: RecipientFact,
  receivedAt: string,
  policy: Policy,
  ports: TagPorts,
  signal: AbortSignal,
): Promise<TagFact> {
  const [use] = tagUses(recipient, policy)
  const own = ownAddress(recipient, policy)
  if (use === undefined || own === null) return { answer: 'not-asked', why: 'no-key' }
  const keys = await ports.proofKeys(use, signal)
  if (keys === null) {
    ports.metrics.failed('proof-silent')
    return { answer: 'unavailable' }
  }
  const mailbox = { localPart: own.localPart, domain: own.domain.name }
  const check = checks[use](mailbox, own.domain.subAddressDelimiters, keys, receivedAt, ports)
  return { answer: 'checked', use, check }
}

type Check = (
  mailbox: { readonly localPart: string; readonly domain: string },
  delimiters: string,
  keys: readonly TagKey[],
  receivedAt: string,
  hashes: Pick<TagPorts, 'sha1' | 'sha256'>,
) => TagCheck

const checks: { readonly [Use in Exclude<ProofKeyUse, 'header'>]: Check } = {
  prvs: (mailbox, _, keys, receivedAt, { sha1 }) => checkPrvs(mailbox, keys, receivedAt, sha1),
  srs: ({ localPart }, _, keys, receivedAt, { sha1 }) => checkSrs0(localPart, keys, receivedAt, sha1),
  tag: (mailbox, delimiters, keys, receivedAt, { sha256 }) =>
    checkHmacTag(mailbox, delimiters, keys, receivedAt, sha256),
}

/** Checks the field Quietgate-Proof of a returned header, if there is one and there are keys for it. */
export async function gatherHeaderProof(
  returned: ReturnedMessage | null,
  receivedAt: string,
  policy: Policy,
  { proofKeys, sha256, metrics }: TagPorts,
  signal: AbortSignal,
): Promise<HeaderProofFact> {
  if (!policy.bounces.keys.some(({ use }) => use === 'header')) return { answer: 'not-asked', why: 'no-key' }
  const { fields } = parseHeaderBlock(returned?.header ?? '')
  const wanted = HMAC_HEADER_NAME.toLowerCase()
  if (!fields.some(({ name }) => name.toLowerCase() === wanted)) return { answer: 'not-asked', why: 'nothing-returned' }
  const keys = await proofKeys('header', signal)
  if (keys === null) {
    metrics.failed('proof-silent')
    return { answer: 'unavailable' }
  }
  return { answer: 'checked', check: checkHmacHeader(fields, keys, receivedAt, sha256) }
}
