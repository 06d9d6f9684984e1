import { parseAddress } from '../protocol/address.ts'
import type { DecisionRecord } from '../record.ts'
import { alwaysExists } from '../rules/recipients.ts'
import type { HandOverJob } from './job.ts'

/** A recipient whom the message is handed over to. */
export type Survivor = {
  /** As it stands in the envelope. */
  readonly recipient: string
  /** The address that the target is told. Another one than `recipient` for postmaster@ and abuse@ alone. */
  readonly to: string
}

/**
 * Who gets the message: each recipient whom the record does not stop. Without a record nobody has stopped anybody, and all
 * get it; so does a recipient whom the record does not know. An error costs one delivery too many, never one too few. The recipients of
 * a release were chosen by somebody who knew that they were stopped: all of them get it.
 *
 * @param postmaster who reads what comes for postmaster@ (RFC 5321 4.5.1) and abuse@ (RFC 2142); null: they keep their address
 */
export function survivorsOf(
  job: HandOverJob,
  record: Pick<DecisionRecord, 'recipients'> | null,
  postmaster: string | null,
): readonly Survivor[] {
  const judged = job.origin === 'release' ? [] : (record?.recipients ?? [])
  const stopped = new Set(judged.flatMap(({ address, action }) => (action === 'deliver' ? [] : [address])))
  const left = [...new Set(job.recipients)].filter((recipient) => !stopped.has(recipient))
  return left.map((recipient) => ({ recipient, to: postmaster !== null && isRole(recipient) ? postmaster : recipient }))
}

function isRole(recipient: string): boolean {
  const address = parseAddress(recipient)
  return address.kind === 'address' && alwaysExists(address.localPart)
}
