import type { TargetOptions } from './target.ts'

/** What AWS, the network and the credentials do to a verb, as a sentence with a way out; `null` for a bug. */
export function sentenceOfFailure(error: unknown, { local }: TargetOptions): string | null {
  if (!(error instanceof Error)) return null
  if (error.message.includes('Region is missing')) {
    return 'No AWS region is known: name one with --region or AWS_REGION, or talk to the local stack with --local.'
  }
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError') {
    return (
      `No usable AWS credentials were found (${firstLine(error.message)}). ` +
      'Name a profile with AWS_PROFILE, or talk to the local stack with --local.'
    )
  }
  if ('$fault' in error) return `AWS answered ${error.name}: ${firstLine(error.message)}`
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (!networkCodes.has(code)) return null
  return local
    ? `The local stack does not answer (${code}): start it again with npm start.`
    : `AWS cannot be reached (${code}): is there a network, and is the region right?`
}

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
])

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
