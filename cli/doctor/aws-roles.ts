import {
  GetRolePolicyCommand,
  NoSuchEntityException,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  type IAMClient,
} from '@aws-sdk/client-iam'
import type { RoleSeen } from './account.ts'

/** What a role may do by its own policies, and the policies that are attached to it; null: there is no such role. */
export async function roleNamed(iam: IAMClient, RoleName: string): Promise<RoleSeen | null> {
  try {
    const statements: unknown[] = []
    for await (const { PolicyNames = [] } of paginateListRolePolicies({ client: iam }, { RoleName })) {
      for (const PolicyName of PolicyNames) {
        const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))
        statements.push(...statementsIn(PolicyDocument))
      }
    }
    const managedPolicies: string[] = []
    for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client: iam }, { RoleName })) {
      managedPolicies.push(...AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn))
    }
    return { statements, managedPolicies }
  } catch (error) {
    if (error instanceof NoSuchEntityException) return null
    throw error
  }
}

/** IAM API Reference, GetRolePolicy: JSON, encoded as in an address (RFC 3986). What is none counts as a statement nobody knows. */
function statementsIn(document: string): readonly unknown[] {
  try {
    const { Statement } = JSON.parse(decodeURIComponent(document)) as { readonly Statement?: unknown }
    return Array.isArray(Statement) ? (Statement as readonly unknown[]) : [Statement]
  } catch {
    return [document]
  }
}
