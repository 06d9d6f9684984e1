import { createKeyReader, type KeyReader, type KeySources } from '../../lambda/adapters/keys.ts'
import type { ReadSecret } from '../../lambda/adapters/keys/read-secret.ts'
import type { KeyPolicy } from '../../lambda/core/policy.ts'
import { sentenceOfFailure } from '../failures.ts'

/**
 * The keys of zones, as the function reads them, but with the credentials and the region of whoever asks. A key that
 * cannot be had is told once, with the reason and without the key; the zone is then shown as having none.
 */
export function createZoneKeys(
  policy: readonly KeyPolicy[],
  region: string | null,
  onTrouble: (sentence: string) => void,
): KeyReader {
  const told = (kept: KeyPolicy['kept'], read: ReadSecret): ReadSecret => {
    return async (id, signal) => {
      const tell = (why: string): void => onTrouble(`A zone's key cannot be read from ${keptWords[kept]} ${id}: ${why}`)
      try {
        const text = await read(id, signal)
        if (text === null || !keyForm.test(text.trim())) tell(noKey)
        return text
      } catch (error) {
        const why = signal.aborted
          ? 'it took too long.'
          : sentenceOfFailure(error, { local: false, stack: null, region })
        if (why === null) throw error
        tell(why)
        return null
      }
    }
  }
  const sources: KeySources = {
    'secrets-manager': told('secrets-manager', (id, signal) => readSecret(region, id, signal)),
    ssm: told('ssm', (id, signal) => readParameter(region, id, signal)),
  }
  return createKeyReader(policy, sources)
}

/** The name of the key stands for the key: in the file of `--dns`, `{dqs}.zen.example` is `dqs.zen.example`. */
export const nameAsKey: KeyReader = (name) => Promise.resolve(name)

/** As the reader of keys takes it: one label of a name. */
const keyForm = /^[a-z0-9-]{1,63}$/i

const noKey = 'what it holds is no key, which is letters, digits and hyphens, and nothing around them.'

const keptWords: { readonly [K in KeyPolicy['kept']]: string } = {
  'secrets-manager': 'the secret',
  ssm: 'the parameter',
}

async function readSecret(region: string | null, id: string, abortSignal: AbortSignal): Promise<string | null> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const client = new SecretsManagerClient(region === null ? {} : { region })
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal })).SecretString ?? null
  } finally {
    client.destroy()
  }
}

async function readParameter(region: string | null, id: string, abortSignal: AbortSignal): Promise<string | null> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm')
  const client = new SSMClient(region === null ? {} : { region })
  try {
    const request = new GetParameterCommand({ Name: id, WithDecryption: true })
    return (await client.send(request, { abortSignal })).Parameter?.Value ?? null
  } finally {
    client.destroy()
  }
}
