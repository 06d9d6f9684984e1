import { authenticate as evaluate, type DKIMResult, type DMARCResult, type SPFResult } from 'mailauth'

import { type Envelope, oneLine } from './envelope.ts'

/** Asks the DNS as `dns.promises.resolve` does, errors with their codes included. */
export type Resolver = (name: string, type: string) => Promise<string[][] | string[]>

export type SesVerdict = 'PASS' | 'FAIL' | 'GRAY' | 'PROCESSING_FAILED'

/** SPF, DKIM and DMARC of a message, in the words of SES. */
export type Authentication = {
  readonly spf: SesVerdict
  readonly dkim: SesVerdict
  readonly dmarc: SesVerdict
  /** Only when DMARC failed. */
  readonly dmarcPolicy: 'none' | 'quarantine' | 'reject' | null
  /** Value of Received-SPF. */
  readonly receivedSpf: string
  /** Value of Authentication-Results, one result an item. */
  readonly authenticationResults: readonly string[]
}

/**
 * Evaluates SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989) as SES does for every message it receives, and words
 * the results as SES does. Resolves for any message; what could not be evaluated is PROCESSING_FAILED.
 *
 * @param message the sender's bytes, without SES's own headers
 */
export async function authenticate(message: Buffer, envelope: Envelope, resolver: Resolver): Promise<Authentication> {
  const evaluated = await evaluation(message, envelope, resolver)
  if (evaluated === null) return unevaluated(envelope)
  const { dkim, dmarc } = evaluated
  const spf = evaluated.spf === false ? 'temperror' : evaluated.spf.status.result
  const receivedSpf = spfLine(spf, envelope)
  return {
    spf: spfVerdict(spf),
    dkim: dkimVerdict(dkim.results),
    ...dmarcVerdict(dmarc),
    receivedSpf,
    authenticationResults: ['amazonses.com;', `spf=${receivedSpf}`, ...dkim.results.map(dkimWords), dmarcWords(dmarc)],
  }
}

async function evaluation(message: Buffer, envelope: Envelope, resolver: Resolver) {
  try {
    return await evaluate(message, {
      ip: envelope.clientIp,
      helo: envelope.helo,
      sender: senderOf(envelope),
      mta: 'amazonses.com',
      resolver,
      disableArc: true,
      disableBimi: true,
    })
  } catch {
    return null
  }
}

/** A null sender is checked by its HELO name (RFC 7208 2.4), which SES shows as a postmaster's address. */
function senderOf({ reversePath, helo }: Envelope): string {
  return reversePath ?? `postmaster@${helo}`
}

function unevaluated(envelope: Envelope): Authentication {
  const receivedSpf = spfLine('temperror', envelope)
  return {
    spf: 'PROCESSING_FAILED',
    dkim: 'PROCESSING_FAILED',
    dmarc: 'PROCESSING_FAILED',
    dmarcPolicy: null,
    receivedSpf,
    authenticationResults: ['amazonses.com;', `spf=${receivedSpf}`, 'dkim=temperror;', 'dmarc=temperror;'],
  }
}

type SpfWord = SPFResult['status']['result']

function spfVerdict(result: SpfWord): SesVerdict {
  if (result === 'pass') return 'PASS'
  if (result === 'fail') return 'FAIL'
  return result === 'none' || result === 'softfail' || result === 'neutral' ? 'GRAY' : 'PROCESSING_FAILED'
}

/** The wording is that of captured mail; where no sample was found (fail, softfail), that of the library behind it. */
function spfLine(result: SpfWord, envelope: Envelope): string {
  const sender = senderOf(envelope)
  const ip = envelope.clientIp
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  const comments: Partial<Record<SpfWord, string>> = {
    pass: `domain of ${domain} designates ${ip} as permitted sender`,
    fail: `domain of ${domain} does not designate ${ip} as permitted sender`,
    softfail: `domain of transitioning ${domain} does not designate ${ip} as permitted sender`,
    neutral: `${ip} is neither permitted nor denied by domain of ${domain}`,
    none: `${ip} is neither permitted nor denied by domain of ${domain}`,
    permerror: 'Error in processing SPF Record',
  }
  const comment = comments[result] ?? 'Error in retrieving data from DNS'
  return oneLine(`${result} (spfCheck: ${comment}) client-ip=${ip}; envelope-from=${sender}; helo=${envelope.helo};`)
}

/** GRAY: not signed, or signed by somebody else's domain. One aligned signature that verifies is enough. */
function dkimVerdict(results: readonly DKIMResult[]): SesVerdict {
  const words = results.map(({ status }) => status.result)
  if (results.some(({ status }) => status.result === 'pass' && Boolean(status.aligned))) return 'PASS'
  if (words.includes('pass')) return 'GRAY'
  if (words.includes('temperror')) return 'PROCESSING_FAILED'
  return words.every((word) => word === 'none') ? 'GRAY' : 'FAIL'
}

function dkimWords({ status, signingDomain }: DKIMResult): string {
  const word = dkimWord(status.result, status.comment ?? '')
  return signingDomain === undefined ? `dkim=${word};` : oneLine(`dkim=${word} header.i=@${signingDomain};`)
}

function dkimWord(result: string, comment: string): string {
  if (result === 'pass' || result === 'fail' || result === 'temperror' || result === 'none') return result
  return comment === 'body hash did not verify' ? 'fail' : 'permerror'
}

/**
 * GRAY: no policy, or a pass under `p=none`. A failure under `p=none` is FAIL: the guide lists `none` among the values
 * of dmarcPolicy, which is there only when DMARC fails.
 */
function dmarcVerdict(dmarc: DMARCResult | false): Pick<Authentication, 'dmarc' | 'dmarcPolicy'> {
  const result = dmarc === false ? 'permerror' : dmarc.status.result
  const policy = policyWord(dmarc === false ? undefined : dmarc.policy)
  if (result === 'fail') return { dmarc: 'FAIL', dmarcPolicy: policy }
  if (result === 'none' || (result === 'pass' && policy === 'none')) return { dmarc: 'GRAY', dmarcPolicy: null }
  return { dmarc: result === 'pass' ? 'PASS' : 'PROCESSING_FAILED', dmarcPolicy: null }
}

function policyWord(policy: string | undefined): 'none' | 'quarantine' | 'reject' {
  return policy === 'reject' || policy === 'quarantine' ? policy : 'none'
}

function dmarcWords(dmarc: DMARCResult | false): string {
  if (dmarc === false) return 'dmarc=permerror;'
  const header: Readonly<Record<string, unknown>> = dmarc.status.header ?? {}
  const from = typeof header['from'] === 'string' ? header['from'] : ''
  return oneLine(`dmarc=${dmarc.status.result} header.from=${from};`)
}
