import { describe, expect, it } from 'vitest'
import type { JsonRecord } from '../../../local/template/json.ts'
import { rolePoliciesOf } from '../../../local/template/role-policies.ts'
import { templateOf } from './template-of.ts'

const role = (Properties: JsonRecord) => ({ Type: 'AWS::IAM::Role', Properties })
const none = { actions: [], notActions: [], resources: [], notResources: [], conditions: null }

describe('the statements of a role', () => {
  it('come from inline policies, with one action written as a text', () => {
    const statement = {
      Effect: 'Deny',
      NotAction: 's3:GetObject',
      NotResource: ['arn:aws:s3:::a'],
      Condition: { Bool: { 'aws:X': 'true' } },
    }
    const template = templateOf({
      R: role({ Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statement } }] }),
    })
    expect(rolePoliciesOf(template, 'R')).toEqual([
      {
        ...none,
        effect: 'Deny',
        notActions: ['s3:GetObject'],
        notResources: ['arn:aws:s3:::a'],
        conditions: { Bool: { 'aws:X': 'true' } },
      },
    ])
  })

  it('do not come from the policy of another role', () => {
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Other' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    }
    expect(rolePoliciesOf(templateOf({ R: role({}), Other: role({}), P: policy }), 'R')).toEqual([])
  })

  it('are refused where they would be incomplete: an unknown managed policy, a permissions boundary', () => {
    const managed = templateOf({ R: role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }) })
    expect(() => rolePoliciesOf(managed, 'R')).toThrow(
      /Resources\.R\.Properties\.ManagedPolicyArns: expected one of service-role\/AWSLambdaBasicExecutionRole, found "AdministratorAccess"/,
    )
    expect(() => rolePoliciesOf(templateOf({ R: role({ PermissionsBoundary: 'arn:x' }) }), 'R')).toThrow(
      /expected no permissions boundary/,
    )
  })
})
