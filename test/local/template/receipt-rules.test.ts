import { describe, expect, it } from 'vitest'
import type { Json } from '../../../local/template/json.ts'
import { receiptRulesOf } from '../../../local/template/receipt-rules.ts'
import { templateOf } from './template-of.ts'

const rule = (Name: string, After: Json = null, Actions: Json = []) => ({
  Type: 'AWS::SES::ReceiptRule',
  Properties: { RuleSetName: 'inbound', Rule: { Name, Actions }, ...(After !== null && { After }) },
})

describe('receipt rules', () => {
  it('stand behind the rule that they name, however the template lists them', () => {
    const template = templateOf({ C: rule('c', { Ref: 'B' }), B: rule('b', 'a'), A: rule('a'), D: rule('d', 'a') })
    const [set] = receiptRulesOf(template)
    // d was added behind a after b was: SES puts it right there.
    expect(set?.rules.map(({ name }) => name)).toEqual(['a', 'd', 'b', 'c'])
    expect(set?.logicalId).toBeNull()
  })

  it('are off and do not scan unless they say so', () => {
    const [set] = receiptRulesOf(templateOf({ A: rule('a') }))
    expect(set?.rules[0]).toMatchObject({ enabled: false, scanEnabled: false, tlsPolicy: 'Optional' })
  })

  it('refuse a rule that stands behind nothing, or in a circle', () => {
    expect(() => receiptRulesOf(templateOf({ A: rule('a', 'lost') }))).toThrow(
      /Resources\.A\.Properties\.After: expected the name of another rule of the set, found "lost"/,
    )
    expect(() => receiptRulesOf(templateOf({ A: rule('a', 'b'), B: rule('b', 'a') }))).toThrow(/After/)
  })

  it('show a Bounce action and one that is not supported', () => {
    const [set] = receiptRulesOf(
      templateOf({
        A: rule('a', null, [{ BounceAction: {} }, { WorkmailAction: {} }, { LambdaAction: { FunctionArn: 'f' } }]),
      }),
    )
    expect(set?.rules[0]?.actions).toEqual([
      { kind: 'bounce' },
      { kind: 'unsupported', type: 'WorkmailAction' },
      { kind: 'lambda', functionArn: 'f', invocationType: 'Event' },
    ])
  })

  it('refuse an entry with two actions', () => {
    const actions = [{ StopAction: {}, BounceAction: {} }]
    expect(() => receiptRulesOf(templateOf({ A: rule('a', null, actions) }))).toThrow(
      /Actions\[0\]: expected exactly one action/,
    )
  })
})
