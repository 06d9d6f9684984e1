/** What a version of a function said. `threw`: it failed to start, threw, or ran out of time or memory. */
export type VersionAnswer =
  { readonly kind: 'answered'; readonly answer: unknown } | { readonly kind: 'threw'; readonly why: string }

/**
 * Invokes a version of a function, by its ARN with the version behind it, and waits for the answer. Rejects where Lambda
 * could not be asked, after some tries.
 */
export type InvokeVersion = (versionArn: string, event: unknown) => Promise<VersionAnswer>
