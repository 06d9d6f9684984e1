import { ArnFormat, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { KeyPolicy } from '../lambda/core/policy.ts'

/**
 * Permission to read the keys that stand in the names of zones, each by its own ARN, and none where there are no keys.
 * A parameter that is encrypted with a KMS key of the operator's own needs kms:Decrypt in that key's policy.
 */
export function keyStatements(scope: Construct, keys: readonly KeyPolicy[]): readonly PolicyStatement[] {
  return keys.map(({ kept, id }) =>
    kept === 'secrets-manager'
      ? new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn(scope, id)] })
      : new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameterArn(scope, id)] }),
  )
}

/** Secrets Manager User Guide, "Secret ARN": it ends in six characters that nobody chose. */
function secretArn(scope: Construct, id: string): string {
  if (id.startsWith('arn:')) return id
  const resourceName = `${id}-??????`
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
}

function parameterArn(scope: Construct, id: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: id.replace(/^\//, '') })
}
