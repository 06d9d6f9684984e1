/** What stood before we changed it. */
export type Displaced = {
  /** The rule set that was active; null: none was. */
  readonly previous: string | null
}

/**
 * Keeps which rule set was active before ours became it, by the name of ours.
 *
 * It outlives the call that writes it: CloudFormation asks again when an answer was lost, and then ours is active already. What
 * the network and DynamoDB do is rejected: to go on without the memory would be to forget what has to come back.
 */
export type ActivationMemory = {
  readonly recall: (ruleSet: string) => Promise<Displaced | null>
  readonly remember: (ruleSet: string, displaced: Displaced) => Promise<void>
  readonly forget: (ruleSet: string) => Promise<void>
}
