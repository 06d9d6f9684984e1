import { Aspects, CfnResource, RemovalPolicy, type IAspect } from 'aws-cdk-lib'
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { CfnReceiptRule } from 'aws-cdk-lib/aws-ses'
import type { IConstruct } from 'constructs'

/**
 * Has buckets, tables and logs below `scope` deleted with the stack, as `retention.onDestroy: "delete"` asks for. Buckets must
 * have been made with `autoDeleteObjects`: S3 deletes no bucket that holds something.
 */
export function leaveNothing(scope: IConstruct): void {
  Aspects.of(scope).add(new LeaveNothing(scope))
}

class LeaveNothing implements IAspect {
  readonly #scope: IConstruct

  constructor(scope: IConstruct) {
    this.#scope = scope
  }

  visit(node: IConstruct): void {
    if (node instanceof CfnTable || node instanceof CfnBucket || node instanceof CfnLogGroup) {
      node.applyRemovalPolicy(RemovalPolicy.DESTROY)
    }
    if (node instanceof CfnTable) node.deletionProtectionEnabled = false
    if (node instanceof CfnFunction || node instanceof CfnReceiptRule) this.#endsFirst(node)
  }

  /** Whoever could still put something into a bucket has to be gone before it is emptied, or it is not empty when it is deleted. */
  #endsFirst(writer: CfnResource): void {
    for (const emptying of emptyings(this.#scope)) writer.addResourceDependency(emptying)
  }
}

function emptyings(scope: IConstruct): readonly CfnResource[] {
  return scope.node.findAll().flatMap((node) => {
    if (!(node instanceof Bucket)) return []
    const resource = node.node.tryFindChild('AutoDeleteObjectsCustomResource')?.node.defaultChild
    return resource instanceof CfnResource ? [resource] : []
  })
}
