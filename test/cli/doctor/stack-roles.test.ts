import { describe, expect, it } from 'vitest'
import { checkRoles } from '../../../cli/doctor/checks/roles.ts'
import { rolesIn } from '../../../cli/doctor/stack-roles.ts'
import { refOf, resolveValue } from '../../../local/template/intrinsics.ts'
import { isRecord, type JsonRecord } from '../../../local/template/json.ts'
import { templateOf as synthesized } from '../../infra/synthesized.ts'
import { templateOf } from '../../local/template/template-of.ts'
import type { RoleSeen } from '../../../cli/doctor/account.ts'
import { healthyAccount, patientIn, type Emulated } from './emulated-account.ts'

/** The real template, and what CloudFormation would make of it, worked out by the resolver of the laptop's stack. */

type Resources = Record<string, { readonly Type: string; readonly Properties?: JsonRecord }>

const resources = synthesized({
  bounces: { sentLog: 'ses-events' },
  scim: { token: { secretsManager: 'quietgate/scim' } },
  handOver: { sqs: 'arn:aws:sqs:eu-west-1:123456789012:mail' },
  encryption: { kmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
  retention: { onDestroy: 'delete' },
}).toJSON()['Resources'] as Resources
const template = templateOf(resources)
const made = new Map(
  Object.entries(resources).map(([id, { Type }]) => [id, { type: Type, physicalId: physicalId(id) }] as const),
)
const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Quietgate/local'
const roles = rolesIn(JSON.stringify({ Resources: resources }), made, stackId)
const deployed = deployedRoles()

describe('the roles of the template', () => {
  it('are as they were deployed', async () => {
    expect(roles.map(({ name }) => name).toSorted()).toEqual(Object.keys(deployed).toSorted())
    expect(roles.length).toBeGreaterThan(9)
    expect(JSON.stringify(deployed)).not.toContain('…')
    expect(JSON.stringify(deployed)).toContain('AWSLambdaBasicExecutionRole')
    expect(await found(deployed)).toEqual([])
  })

  it('are told apart from them when any one of their statements is missing, or stands there twice', async () => {
    for (const [name, role] of Object.entries(deployed)) {
      for (const at of role.statements.keys()) {
        const without = { ...role, statements: role.statements.toSpliced(at, 1) }
        expect(await found({ ...deployed, [name]: without })).toEqual(['harm role-changed'])
        const twice = { ...role, statements: [...role.statements, role.statements[at]] }
        expect(await found({ ...deployed, [name]: twice })).toEqual(['notice role-changed'])
      }
    }
  })

  it('are told apart from them when one word of a statement is another', async () => {
    const changes = [
      [/"arn:aws:s3:::[^"]+\/mail\/\*"/, '"arn:aws:s3:::other/mail/*"'],
      [/\/mail\/\*"/, '/*"'],
      ['"s3:GetObject"', '"s3:*"'],
      ['"Deny"', '"Allow"'],
      ['s3.eu-west-1.amazonaws.com', 's3.eu-west-2.amazonaws.com'],
      [/"Condition":\{[^}]*\}\},?/, ''],
    ] as const
    const [name, role] = Object.entries(deployed).find(([id]) => id.includes('FilterRole')) ?? []
    for (const [before, after] of changes) {
      const text = JSON.stringify(role)
      const changed = text.replace(before, after).replace(',}', '}')
      expect(changed).not.toBe(text)
      const known = { ...deployed, [name ?? '']: JSON.parse(changed) as RoleSeen }
      expect([before, await found(known)]).toEqual([before, ['harm role-changed']])
    }
  })
})

describe('rolesIn', () => {
  it('knows a policy of the stack that is attached, and says what nobody but CloudFormation knows', () => {
    const Statement = { Effect: 'Allow', Action: 'x:Y', Resource: [{ 'Fn::GetAtt': ['Stream', 'StreamArn'] }, '*'] }
    const text = JSON.stringify({
      Resources: {
        R: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] } },
        Own: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: [{ Ref: 'R' }] } },
      },
    })
    const known = new Map([
      ['R', { type: 'AWS::IAM::Role', physicalId: 'role-1' }],
      ['Own', { type: 'AWS::IAM::ManagedPolicy', physicalId: 'arn:aws:iam::123456789012:policy/own' }],
    ])
    expect(rolesIn(text, known, stackId)).toEqual([
      {
        name: 'role-1',
        statements: [{ Effect: 'Allow', Action: 'x:Y', Resource: ['…', '*'] }],
        managedPolicies: ['arn:aws:iam::123456789012:policy/own'],
      },
    ])
  })

  it('finds none in what is no JSON', () => {
    expect(rolesIn('Resources:', made, stackId)).toEqual([])
  })
})

async function found(known: Emulated['roles']): Promise<readonly string[]> {
  const account = { ...healthyAccount(), roles: known }
  account.stack = { ...account.stack, roles }
  return (await checkRoles(patientIn(account))).map(({ severity, id }) => `${severity} ${id}`)
}

function physicalId(id: string): string {
  const resource = template.resources.get(id)
  try {
    return resource === undefined ? id : refOf(template, resource)
  } catch {
    return id
  }
}

function deployedRoles(): Record<string, RoleSeen> {
  const named = Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::IAM::Role')
  return Object.fromEntries(
    named.map((id) => {
      const policies = Object.values(resources).filter(
        ({ Type, Properties }) =>
          Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.['Roles']).includes(`"${id}"`),
      )
      const own = resources[id]?.Properties ?? {}
      const inline = (own['Policies'] ?? []) as readonly JsonRecord[]
      const documents = [...policies.map(({ Properties }) => Properties ?? {}), ...inline]
      const statements = documents.flatMap(({ PolicyDocument }) => {
        const document = resolveValue(template, PolicyDocument ?? null, id)
        return isRecord(document) ? document['Statement'] : []
      })
      const managed = (resolveValue(template, own['ManagedPolicyArns'] ?? null, id) ?? []) as readonly string[]
      return [physicalId(id), { statements, managedPolicies: managed }]
    }),
  )
}
