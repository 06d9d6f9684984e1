import { Validations } from 'aws-cdk-lib'
import { ManagedPolicy, PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam'
import { EmailIdentity, ReceiptRule } from 'aws-cdk-lib/aws-ses'
import { Bounce, BounceTemplate, Sns } from 'aws-cdk-lib/aws-ses-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { describe, expect, it } from 'vitest'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import type { QuietgateStack } from '../../infra/stack.ts'
import { stackOf, templateOf } from './synthesized.ts'

const everySend =
  'a permission for ses:SendBounce, ses:SendBulkEmail, ses:SendBulkTemplatedEmail, ses:SendCustomVerificationEmail, ses:SendEmail, ses:SendRawEmail, ses:SendTemplatedEmail'

/** What somebody may one day add to the stack, and what must then be said. */
const additions: readonly (readonly [string, (stack: QuietgateStack) => void, string])[] = [
  ['a Bounce action on the rule', (stack) => stack.rules.rule.addAction(bounce()), 'an SES BounceAction'],
  [
    'a rule that bounces, in the same set',
    (stack) => {
      const { ruleSet } = stack.rules
      new ReceiptRule(stack, 'Bouncing', { ruleSet, actions: [bounce()] })
    },
    'an SES BounceAction',
  ],
  [
    'an SNS action, which bounces what is over 150 KB',
    (stack) => stack.rules.rule.addAction(new Sns({ topic: new Topic(stack, 'Topic') })),
    'an SES SNSAction',
  ],
  ['ses:SendRawEmail', (stack) => allow(stack, 'ses:SendRawEmail'), 'a permission for ses:SendRawEmail'],
  ['ses:SendBounce', (stack) => allow(stack, 'ses:SendBounce'), 'a permission for ses:SendBounce'],
  [
    'the grant of an identity',
    (stack) => EmailIdentity.fromEmailIdentityName(stack, 'Id', 'example.com').grantSendEmail(roleOf(stack)),
    'a permission for ses:SendEmail, ses:SendRawEmail',
  ],
  ['SES as a whole', (stack) => allow(stack, 'ses:*'), everySend],
  ['everything', (stack) => allow(stack, '*'), everySend],
  ['a pattern in another case', (stack) => allow(stack, 'SES:send*rawEMAIL'), 'a permission for ses:SendRawEmail'],
  ['a pattern that starts with a star', (stack) => allow(stack, 'ses:*endBounce'), 'a permission for ses:SendBounce'],
  [
    'everything but something else',
    (stack) => roleOf(stack).addToPrincipalPolicy(new PolicyStatement({ notActions: ['s3:*'], resources: ['*'] })),
    everySend,
  ],
  [
    'a policy of AWS that allows it',
    (stack) => roleOf(stack).addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AmazonSESFullAccess')),
    'the policy {"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::aws:policy/AmazonSESFullAccess"]]}, which allows sending',
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
    expect(() => app.synth()).toThrow(`ERROR ${said}: it could answer a forged sender.`)
  })

  it('is checked without hindering what sends nothing', () => {
    const { app, stack } = stackOf()
    Validations.of(app).addPlugins(new SilenceCheck())
    allow(stack, 'ses:DescribeActiveReceiptRuleSet')
    allow(stack, 'sesx:SendEmail')
    allow(stack, 's3:*')
    roleOf(stack).addToPrincipalPolicy(new PolicyStatement({ notActions: ['s3:*', 'ses:*'], resources: ['*'] }))
    expect(app.synth().stacks).toHaveLength(1)
  })

  it('does not trust an action that only CloudFormation can read', () => {
    const statement = { Effect: 'Allow', Action: { 'Fn::Sub': '${What}' }, Resource: '*' }
    const template = { Resources: { P: { Properties: { PolicyDocument: { Statement: [statement] } } } } }
    expect(noiseIn(template)).toEqual([
      {
        logicalId: 'P',
        at: 'Properties.PolicyDocument.Statement.0',
        what: 'a permission for what cannot be read here',
      },
    ])
  })

  it('reads a question mark as one character', () => {
    const allowed = (Action: string) =>
      noiseIn({ Resources: { P: { Properties: { Effect: 'Allow', Action } } } }).length
    expect([allowed('ses:SendBounc?'), allowed('ses:SendBounce?'), allowed('ses:?*'), allowed('?es:S*')]).toEqual([
      1, 0, 1, 1,
    ])
  })

  it('is decided in time for a pattern of many stars', () => {
    const statement = { Effect: 'Allow', Action: `ses:${'*?'.repeat(2000)}x`, Resource: '*' }
    expect(noiseIn({ Resources: { P: { Properties: statement } } })).toEqual([])
  })
})

function bounce(): Bounce {
  return new Bounce({ sender: 'postmaster@example.com', template: BounceTemplate.MAILBOX_DOES_NOT_EXIST })
}

function roleOf(stack: QuietgateStack): IRole {
  return stack.filter.function.role!
}

function allow(stack: QuietgateStack, action: string): void {
  roleOf(stack).addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: ['*'] }))
}
