import type { ProofKeyPolicy } from '../core/policy.ts'
import type { TagKey } from '../core/protocol/keyed-hash.ts'
import type { ProofKeys } from '../ports/proof-keys.ts'
import { createKeyReader, type KeySources } from './keys.ts'

/**
 * The secrets of tags and of the header field, from where the policy says that they are kept. A secret is the octets of its
 * text; one final line end is none of them, as with `--key-file` of the command line.
 */
export const createProofKeys = (
  policy: readonly ProofKeyPolicy[],
  sources: KeySources,
  clock: () => number = Date.now,
): ProofKeys => {
  // A prvs key and a tag key may both be called 1.
  const slotName = ({ use, name }: ProofKeyPolicy): string => `${use} ${name}`
  const read = createKeyReader(
    policy.map((key) => ({ ...key, name: slotName(key) })),
    sources,
    clock,
    secretOf,
  )
  return async (use, signal) => {
    const wanted = policy.filter((key) => key.use === use)
    const keys = await Promise.all(
      wanted.map(async (key): Promise<TagKey | null> => {
        const secret = await read(slotName(key), signal)
        return secret === null ? null : { name: key.name, secret: Buffer.from(secret, 'utf8') }
      }),
    )
    const readable = keys.filter((key) => key !== null)
    return readable.length < wanted.length ? null : readable
  }
}

/** An empty secret would make tags that everybody can make. */
const secretOf = (text: string): string | null => {
  const secret = text.replace(/\r?\n$/, '')
  return secret === '' ? null : secret
}
