import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { clientOptions, isTroubleOfAws, type ReadSecret } from './read-secret.ts'

/** A parameter of Systems Manager, decrypted. The role needs ssm:GetParameter, and kms:Decrypt where the key is its own. */
export const readParameter: ReadSecret = async (id, signal) => {
  const client = new SSMClient(clientOptions)
  try {
    const request = new GetParameterCommand({ Name: id, WithDecryption: true })
    const { Parameter } = await client.send(request, { abortSignal: signal })
    return Parameter?.Value ?? null
  } catch (error) {
    if (isTroubleOfAws(error, signal)) return null
    throw error
  } finally {
    client.destroy()
  }
}
