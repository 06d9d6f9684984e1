import { nodeCrypto } from '../../lambda/adapters/node-crypto.ts'
import { hmacSha1, hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import type { ProofKeyUse } from '../../lambda/core/policy.ts'
import type { TagKey } from '../../lambda/core/protocol/keyed-hash.ts'
import type { SentEntry } from '../../lambda/core/sent-log.ts'
import type { BouncePorts } from '../../lambda/filter/bounce-ports.ts'
import type { KeyLookup } from '../../lambda/ports/key-lookup.ts'
import { createMemoryBounceHistory, type MemoryBounceHistory } from './bounce-history.ts'
import { createMemoryKnownKeys, type MemoryKnownKeys } from './known-keys.ts'
import { createMemoryMailStore, type MemoryMailStore } from './mail-store.ts'
import { createMemorySentLog, type MemorySentLog } from './sent-log.ts'

/** All that bounces are judged with, in memory: nobody is asked but `publicKeys`. */
export type MemoryBouncePorts = Omit<
  BouncePorts,
  'directory' | 'metrics' | 'mail' | 'knownKeys' | 'sentLog' | 'history'
> & {
  readonly mail: MemoryMailStore
  readonly knownKeys: MemoryKnownKeys
  readonly sentLog: MemorySentLog
  readonly history: MemoryBounceHistory
}

export type MemoryBounceWorld = {
  /** Raw mail by SES's id. @default none */
  readonly mails?: ReadonlyMap<string, Uint8Array>
  /** What the DNS says of public keys. @default no such name */
  readonly publicKeys?: KeyLookup
  /** @default none */
  readonly sent?: readonly SentEntry[]
  /** By what they are used for. @default none */
  readonly proofKeys?: Partial<Readonly<Record<ProofKeyUse, readonly TagKey[] | null>>>
}

export function createMemoryBouncePorts(world: MemoryBounceWorld = {}): MemoryBouncePorts {
  const { mails = new Map<string, Uint8Array>(), publicKeys = noSuchKey, sent = [], proofKeys = {} } = world
  return {
    mail: createMemoryMailStore(mails),
    publicKeys,
    knownKeys: createMemoryKnownKeys(),
    sentLog: createMemorySentLog(sent),
    history: createMemoryBounceHistory(),
    proofKeys: (use) => {
      const keys = proofKeys[use]
      return Promise.resolve(keys === undefined ? [] : keys)
    },
    crypto: nodeCrypto,
    sha1: hmacSha1,
    sha256: hmacSha256,
  }
}

const noSuchKey: KeyLookup = () => Promise.resolve({ answer: 'none', why: 'no-such-name' })
