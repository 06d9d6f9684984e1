/**
 * The test of a version of the filter before it gets mail: the real code, with the real policy and the real clients, on a
 * message for nobody. Nothing is written, counted or asked of the network: a record without a message would be found missing
 * by whoever looks for the mail, and a directory that is down for a minute is no fault of the version.
 */
export const trialEvent = {
  // SES puts nothing beside `Records`, and no sender can.
  quietgate: 'trial',
  Records: [
    {
      eventSource: 'aws:ses',
      eventVersion: '1.0',
      ses: {
        mail: {
          messageId: 'quietgate-trial',
          timestamp: '2026-01-01T00:00:00.000Z',
          source: 'trial@quietgate.invalid',
          headers: [
            { name: 'Return-Path', value: '<trial@quietgate.invalid>' },
            { name: 'From', value: 'trial@quietgate.invalid' },
            { name: 'To', value: 'nobody@quietgate.invalid' },
            { name: 'Subject', value: 'A version is tried' },
          ],
        },
        // RFC 2606 2: nobody's mail can ever be for a name below `invalid`.
        receipt: { timestamp: '2026-01-01T00:00:00.000Z', recipients: ['nobody@quietgate.invalid'] },
      },
    },
  ],
} as const

/** `trial` stands beside the disposition: whoever does not know trials answers CONTINUE as well, and has shown nothing. */
export type TrialAnswer = { readonly disposition: string; readonly trial: 'passed' }

export function isTrial(event: unknown): boolean {
  return (event as { readonly quietgate?: unknown } | null | undefined)?.quietgate === 'trial'
}

/** What is wrong with a version's answer; null: nothing. */
export function trialProblem(answer: unknown): string | null {
  const { disposition, trial } = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<
    string,
    unknown
  >
  if (trial === 'passed' && disposition === 'CONTINUE') return null
  const found = answer === undefined ? 'nothing' : JSON.stringify(answer).slice(0, 500)
  return `expected {"disposition":"CONTINUE","trial":"passed"}, found ${found}`
}
