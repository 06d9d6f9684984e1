import { createKeyLookup } from '../../lambda/adapters/dns-keys.ts'
import { policyOf } from '../../lambda/config.ts'
import { parseAddress } from '../../lambda/core/protocol/address.ts'
import type { KeyLookup } from '../../lambda/ports/key-lookup.ts'
import { keyLookupOf } from '../../local/dns/lookup.ts'
import { readConfiguration } from '../configuration.ts'
import { readDnsFile } from '../dns-file.ts'
import { readMoment } from '../moment.ts'
import type { Verb } from '../verb.ts'
import { policyWith, type JudgeSettings } from './judge-message.ts'

/** What the command line says; null is what it does not. */
export type BounceOptions = {
  readonly offline: boolean
  readonly dns: string | null
  readonly ownDomains: readonly string[]
  readonly recipient: string | null
  readonly now: string | null
}

export type ReadJudge =
  /** Null: nobody said which domains are ours, so that there is nothing to judge by. */
  | { readonly answer: 'judge'; readonly settings: JudgeSettings | null }
  | { readonly answer: 'problems'; readonly problems: readonly string[] }

/** Reads what a bounce is judged by. Own domains come from `--own-domain`, and from the configuration if it is named. */
export function readJudge({ offline, dns, ownDomains, recipient, now }: BounceOptions, verb: Verb): ReadJudge {
  const configured = verb.configFile === null ? null : readConfiguration(verb)
  if (configured?.answer === 'unreadable') return problems(configured.sentence)
  const moment = readMoment(now)
  if (moment.answer === 'problem') return problems(moment.problem)
  if (recipient !== null && parseAddress(recipient).kind !== 'address') {
    return problems(`--rcpt is an address such as alice@example.com, found ${JSON.stringify(recipient.slice(0, 60))}.`)
  }
  if (ownDomains.length === 0 && configured === null) {
    if (dns === null && recipient === null && now === null) return { answer: 'judge', settings: null }
    return problems('--dns, --rcpt and --now are for a verdict, and a verdict needs --own-domain (or --config).')
  }
  const policy = policyWith(ownDomains, configured === null ? null : policyOf(configured.configuration.config))
  if (policy.answer === 'problem') return problems(policy.problem)
  const keys = publicKeysOf(offline, dns, policy.policy.dns)
  if ('problems' in keys) return { answer: 'problems', problems: keys.problems }
  return { answer: 'judge', settings: { policy: policy.policy, publicKeys: keys.lookUp, recipient, now: moment.at } }
}

type Keys = { readonly lookUp: KeyLookup } | { readonly problems: readonly string[] }

function publicKeysOf(offline: boolean, file: string | null, dns: Parameters<typeof createKeyLookup>[0]): Keys {
  if (file !== null) {
    const read = readDnsFile(file)
    return read.answer === 'problems' ? { problems: read.problems } : { lookUp: keyLookupOf(read.records) }
  }
  if (!offline) return { lookUp: createKeyLookup(dns) }
  return { lookUp: () => Promise.resolve({ answer: 'failed', cause: 'not-asked' }) }
}

function problems(...sentences: readonly string[]): ReadJudge {
  return { answer: 'problems', problems: sentences }
}
