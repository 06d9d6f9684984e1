import type { Principal, PrincipalOf } from './aws/principal.ts'
import { accessKeyOf, runnableFunctions } from './functions.ts'
import { rolePoliciesOf } from './template/role-policies.ts'
import type { Template } from './template/template.ts'

/** The keys of whoever runs the laptop: everything is allowed to them. */
export const operatorKeys = { accessKeyId: 'QUIETGATEOPERATOR', secretAccessKey: 'local' } as const

/** Who calls: the operator, or a function with what its role allows. */
export function principalsOf(template: Template): PrincipalOf {
  const principals = new Map<string, Principal>([[operatorKeys.accessKeyId, { kind: 'operator' }]])
  for (const fn of runnableFunctions(template)) {
    const statements = rolePoliciesOf(template, fn.roleLogicalId)
    principals.set(accessKeyOf(fn), { kind: 'role', name: fn.roleLogicalId, statements })
  }
  return (accessKeyId) => principals.get(accessKeyId) ?? null
}
