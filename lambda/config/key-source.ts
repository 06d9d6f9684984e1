/** Where a key is kept: the name or ARN of a secret, or the name of a SecureString parameter. */
export type KeySource = { readonly secretsManager: string } | { readonly ssm: string }
