import { createEndpoint, type Endpoint } from './endpoint.ts'
import { readBody } from './read-body.ts'

export type SesRule = { readonly name: string; readonly enabled: boolean; readonly recipients: readonly string[] }

/** The receipt rule sets of one account in one region. Whoever holds it may change it, as somebody at the console would. */
export type SesAccount = {
  active: string | null
  readonly ruleSets: Map<string, readonly SesRule[]>
  /** Every call of the API, as `SetActiveReceiptRuleSet inbound`. A call that was refused says so behind it. */
  readonly calls: string[]
}

export type SesOptions = {
  readonly account: SesAccount
  /** Milliseconds since any moment. SES takes one call about receipt rules a second. */
  readonly now: () => number
}

/**
 * The part of SES's API v1 that is about receipt rule sets (SES API Reference: DescribeActiveReceiptRuleSet,
 * DescribeReceiptRuleSet, SetActiveReceiptRuleSet, DeleteReceiptRuleSet), with its quota and its refusals.
 */
export function createSes({ account, now }: SesOptions): Endpoint {
  let lastCall = -Infinity
  return createEndpoint(
    'ses',
    async ({ request, response, fault }) => {
      const body = await readBody(request, largestBody)
      if (body.kind !== 'read') return
      const parameters = new URLSearchParams(body.bytes.toString())
      const action = parameters.get('Action') ?? ''
      const name = parameters.get('RuleSetName')
      const call = name === null ? action : `${action} ${name}`
      const failed = await fault([{ action: `ses:${action}`, resource: '*' }])
      if (failed === 'over') return
      const tooSoon = now() - lastCall < oneCallEveryMs
      lastCall = now()
      const answer =
        failed?.kind === 'refuse'
          ? refusal(failed.code, 'made to fail on purpose', failed.status)
          : tooSoon
            ? refusal('Throttling', 'Rate exceeded')
            : (actions[action]?.(account, name) ?? refusal('InvalidAction', `${action} is not known here`))
      account.calls.push(answer.code === null ? call : `${call}: ${answer.code}`)
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.xml)
    },
    () => Promise.resolve(),
  )
}

type Answer = { readonly status: number; readonly code: string | null; readonly xml: string }

const oneCallEveryMs = 1000
const largestBody = 64 * 1024

const actions: Readonly<Record<string, (account: SesAccount, name: string | null) => Answer>> = {
  DescribeActiveReceiptRuleSet: ({ active, ruleSets }) =>
    active === null
      ? answerOf('DescribeActiveReceiptRuleSet', '')
      : answerOf('DescribeActiveReceiptRuleSet', described(active, ruleSets.get(active) ?? [])),
  DescribeReceiptRuleSet: ({ ruleSets }, name) => {
    const rules = ruleSets.get(name ?? '')
    return rules === undefined ? absent(name) : answerOf('DescribeReceiptRuleSet', described(name ?? '', rules))
  },
  SetActiveReceiptRuleSet: (account, name) => {
    if (name !== null && !account.ruleSets.has(name)) return absent(name)
    account.active = name
    return answerOf('SetActiveReceiptRuleSet', '')
  },
  DeleteReceiptRuleSet: (account, name) => {
    if (account.active === name) return refusal('CannotDelete', `Cannot delete active rule set: ${name ?? ''}`)
    account.ruleSets.delete(name ?? '')
    return answerOf('DeleteReceiptRuleSet', '')
  },
}

function described(name: string, rules: readonly SesRule[]): string {
  const members = rules.map(({ name: rule, enabled, recipients }) => {
    const conditions = recipients.map((one) => `<member>${escaped(one)}</member>`).join('')
    return `<member><Name>${escaped(rule)}</Name><Enabled>${String(enabled)}</Enabled><Recipients>${conditions}</Recipients></member>`
  })
  const metadata = `<Metadata><Name>${escaped(name)}</Name><CreatedTimestamp>2026-01-01T00:00:00.000Z</CreatedTimestamp></Metadata>`
  return `${metadata}<Rules>${members.join('')}</Rules>`
}

function answerOf(action: string, result: string): Answer {
  const xml = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></${action}Response>`
  return { status: 200, code: null, xml }
}

function absent(name: string | null): Answer {
  return refusal('RuleSetDoesNotExist', `Rule set does not exist: ${name ?? ''}`)
}

function refusal(code: string, message: string, status = 400): Answer {
  const type = status < 500 ? 'Sender' : 'Receiver'
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`
  return {
    status,
    code,
    xml: `<ErrorResponse xmlns="${namespace}">${error}<RequestId>local</RequestId></ErrorResponse>`,
  }
}

const namespace = 'http://ses.amazonaws.com/doc/2010-12-01/'

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
