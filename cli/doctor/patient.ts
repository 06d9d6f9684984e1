import type { Config } from '../../lambda/config.ts'
import type { Account } from './account.ts'
import type { Finding } from './finding.ts'

/** A deployed filter that is looked at. */
export type Patient = {
  readonly config: Config
  /** What configures it: "cdk.json, context quietgate". */
  readonly where: string
  readonly account: Account
  /** The outputs of its stack. */
  readonly outputs: {
    readonly filterFunction: string
    readonly mailBucket: string
    readonly ruleSet: string
  }
}

export type Check = (patient: Patient) => Promise<readonly Finding[]>

/** The finding of a question that was not answered: a doctor who could not look must not say that all is well. */
export function couldNotLook(what: string, why: string): Finding {
  return {
    id: 'could-not-look',
    severity: 'notice',
    what: `Whether all is well with ${what} is not known.`,
    evidence: why,
    remedy: 'Ask again with credentials that may read it, from a network that reaches AWS.',
  }
}
