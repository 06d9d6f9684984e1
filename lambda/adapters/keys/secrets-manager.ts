import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { clientOptions, isTroubleOfAws, type ReadSecret } from './read-secret.ts'

/** The text of a secret in Secrets Manager, by name or ARN. The role needs secretsmanager:GetSecretValue on it. */
export const readSecret: ReadSecret = async (id, signal) => {
  // Four times an hour: a connection that was kept would be dead by then.
  const client = new SecretsManagerClient(clientOptions)
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: signal })
    return SecretString ?? null
  } catch (error) {
    if (isTroubleOfAws(error, signal)) return null
    throw error
  } finally {
    client.destroy()
  }
}
