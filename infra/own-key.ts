import { Aspects, Stack, type IAspect } from 'aws-cdk-lib'
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb'
import { Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnQueue } from 'aws-cdk-lib/aws-sqs'
import type { IConstruct } from 'constructs'

/**
 * Encrypts tables, queues and the answers of Athena below `scope` with a key of the operator, and lets each role use the key as far as it uses what
 * the key protects. Buckets take the key themselves (storage.ts), so that grants of theirs include it.
 *
 * The key's own policy is not ours to write: docs/deploying.md says what must stand in it.
 */
export function useKey(scope: IConstruct, key: IKey): void {
  Aspects.of(scope).add(new UseKey(key))
}

class UseKey implements IAspect {
  readonly #key: IKey

  constructor(key: IKey) {
    this.#key = key
  }

  visit(node: IConstruct): void {
    const { keyArn } = this.#key
    if (node instanceof CfnTable) {
      node.sseSpecification = { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn }
    } else if (node instanceof CfnQueue) {
      node.sqsManagedSseEnabled = false
      node.kmsMasterKeyId = keyArn
    } else if (node instanceof CfnWorkGroup) {
      const encryption = { EncryptionOption: 'SSE_KMS', KmsKey: keyArn }
      node.addPropertyOverride('WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration', encryption)
    } else if (node instanceof Role) {
      for (const statement of uses(node, keyArn)) node.addToPolicy(statement)
    }
  }
}

const rewrapping = ['kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo']

/**
 * What of the key an allowance needs: S3 User Guide, "Using server-side encryption with AWS KMS keys"; DynamoDB Developer Guide,
 * "DynamoDB encryption at rest: How it works" (every call, as the caller; in the division that the CDK's own tables have); SQS Developer Guide, "Key management", "Least-privilege
 * permissions" (a sender also decrypts, because SQS uses a data key several times).
 */
const needs: readonly (readonly [pattern: RegExp, service: string, apis: readonly string[]])[] = [
  [/^s3:GetObject/, 's3', ['kms:Decrypt']],
  [/^s3:PutObject/, 's3', ['kms:GenerateDataKey']],
  [/^dynamodb:/, 'dynamodb', ['kms:Decrypt', 'kms:DescribeKey']],
  [/^dynamodb:(?:Put|Update|Delete|BatchWrite|TransactWrite)/, 'dynamodb', ['kms:Encrypt', ...rewrapping]],
  [/^sqs:SendMessage/, 'sqs', ['kms:Decrypt', 'kms:GenerateDataKey']],
  [/^sqs:ReceiveMessage/, 'sqs', ['kms:Decrypt']],
]

/** Only on the way through a service, so that no role can decrypt anything by itself. */
function uses(role: Role, keyArn: string): readonly PolicyStatement[] {
  const { region } = Stack.of(role)
  const allowed = allowedBy(role)
  return ['s3', 'dynamodb', 'sqs'].flatMap((service) => {
    const apis = needs.flatMap(([pattern, of, wanted]) =>
      of === service && allowed.some((action) => pattern.test(action)) ? wanted : [],
    )
    if (apis.length === 0) return []
    const way = `${service}.${region}.amazonaws.com`
    const conditions = { StringEquals: { 'kms:ViaService': way } }
    return [new PolicyStatement({ actions: [...new Set(apis)].sort(), resources: [keyArn], conditions })]
  })
}

function allowedBy(role: Role): readonly string[] {
  return role.node.findAll().flatMap((node) => {
    if (!(node instanceof Policy)) return []
    const { Statement: statements = [] } = Stack.of(role).resolve(node.document.toJSON()) as Document
    return statements.flatMap(({ Effect, Action = [] }) => (Effect === 'Allow' ? [Action].flat() : []))
  })
}

type Document = {
  readonly Statement?: readonly { readonly Effect: string; readonly Action?: string | readonly string[] }[]
}
