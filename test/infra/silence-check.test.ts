import { Validations } from 'aws-cdk-lib'
import { ManagedPolicy, PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam'
import { ReceiptRule } from 'aws-cdk-lib/aws-ses'
import { Bounce, BounceTemplate, Sns } from 'aws-cdk-lib/aws-ses-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import type { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import type { FilterFunction } from '../../infra/filter-function.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import type { QuietgateStack } from '../../infra/stack.ts'
import { stackOf, templateOf } from './synthesized.ts'

/** What somebody may one day add to the stack, and what must then be said. */
const additions: readonly (readonly [string, (stack: QuietgateStack) => void, string])[] = [
  ['a Bounce action on the rule', (stack) => ruleOf(stack).addAction(bounce(stack)), 'an SES BounceAction'],
  [
    'a rule that bounces, in the same set',
    (stack) => {
      const ruleSet = ruleSetOf(stack)
      new ReceiptRule(stack, 'Bouncing', { ruleSet, actions: [bounce(stack)] })
    },
    'an SES BounceAction',
  ],
  [
    'an SNS action, which bounces what is over 150 KB',
    (stack) => ruleOf(stack).addAction(new Sns({ topic: new Topic(stack, 'Topic') })),
    'an SES SNSAction',
  ],
  ['ses:SendRawEmail', (stack) => allow(stack, 'ses:SendRawEmail'), 'a permission for ses:SendRawEmail'],
  ['ses:SendBounce', (stack) => allow(stack, 'ses:SendBounce'), 'a permission for ses:SendBounce'],
  [
    'the grant of an identity',
    (stack) => EmailIdentity.fromEmailIdentityName(stack, 'Id', 'example.com').grantSendEmail(roleOf(stack)),
    'a permission for ses:SendEmail',
  ],
  ['SES as a whole', (stack) => allow(stack, 'ses:*'), 'a permission for ses:SendBounce'],
  ['everything', (stack) => allow(stack, '*'), 'a permission for ses:SendBounce'],
  ['a pattern in another case', (stack) => allow(stack, 'SES:send*EMAIL'), 'a permission for ses:SendEmail'],
  ['a pattern with a question mark', (stack) => allow(stack, 'ses:SendBounc?'), 'a permission for ses:SendBounce'],
  [
    'everything but something else',
    (stack) => roleOf(stack).addToPrincipalPolicy(new PolicyStatement({ notActions: ['s3:*'], resources: ['*'] })),
    'a permission for ses:SendBounce',
  ],
  [
    'a policy of AWS that allows it',
    (stack) => roleOf(stack).addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AmazonSESFullAccess')),
    'AmazonSESFullAccess, which allows sending',
  ],
]

describe('the silence of the stack', () => {
  it('is kept as it is shipped', () => {
    expect(noiseIn(templateOf().toJSON())).toEqual([])
  })

  it.each(additions)('is not broken by %s: the synthesis fails and says what it found', (_what, add, said) => {
    const { app, stack } = stackOf()
    Validations.of(app).addPlugins(new SilenceCheck())
    add(stack)
    const printed = whilePrinting(() => expect(() => app.synth()).toThrow('Validation failed'))
    expect(printed).toContain(said.split(',')[0])
  })

  it('is checked without hindering what sends nothing', () => {
    const { app, stack } = stackOf()
    Validations.of(app).addPlugins(new SilenceCheck())
    allow(stack, 'ses:DescribeActiveReceiptRuleSet')
    allow(stack, 'sesx:SendEmail')
    allow(stack, 's3:*')
    roleOf(stack).addToPrincipalPolicy(
      new PolicyStatement({ notActions: ['s3:*', 'ses:*'], resources: ['*'] }),
    )
    expect(app.synth().stacks).toHaveLength(1)
  })

  it('does not trust an action that only CloudFormation can read', () => {
    const statement = { Effect: 'Allow', Action: { 'Fn::Sub': '${What}' }, Resource: '*' }
    const template = { Resources: { P: { Properties: { PolicyDocument: { Statement: [statement] } } } } }
    expect(noiseIn(template)).toEqual([
      { logicalId: 'P', at: 'Properties.PolicyDocument.Statement.0', what: 'a permission for what cannot be read here' },
    ])
  })

  it('is decided in time for a pattern of many stars', () => {
    const statement = { Effect: 'Allow', Action: `ses:${'*?'.repeat(2000)}x`, Resource: '*' }
    expect(noiseIn({ Resources: { P: { Properties: statement } } })).toEqual([])
  })
})

function bounce(stack: QuietgateStack): Bounce {
  void stack
  return new Bounce({ sender: 'postmaster@example.com', template: BounceTemplate.MAILBOX_DOES_NOT_EXIST })
}

function ruleOf(stack: QuietgateStack): ReceiptRule {
  return child(stack, 'Rules', 'Rule') as ReceiptRule
}

function ruleSetOf(stack: QuietgateStack) {
  return (stack.node.findChild('Rules') as unknown as { readonly ruleSet: ReceiptRule['node'] }).ruleSet as never
}

function roleOf(stack: QuietgateStack): IRole {
  return (stack.node.findChild('Filter') as FilterFunction).function.role!
}

function allow(stack: QuietgateStack, action: string): void {
  roleOf(stack).addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: ['*'] }))
}

function child(stack: QuietgateStack, ...path: readonly string[]): Construct {
  return path.reduce<Construct>((at, id) => at.node.findChild(id) as Construct, stack)
}

function whilePrinting(run: () => void): string {
  const { write } = process.stderr
  let printed = ''
  process.stderr.write = (text: string | Uint8Array) => {
    printed += String(text)
    return true
  }
  try {
    run()
  } finally {
    process.stderr.write = write
  }
  return printed
}
