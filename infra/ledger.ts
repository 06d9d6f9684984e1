import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'

/**
 * What bounces are judged with: what we really sent, the keys that have proved it, how often a proof was used, and the bursts.
 * It stays when the stack goes, and can be restored to any second of the last 35 days. It is not protected from deletion as the
 * directory is: a ledger that is lost takes proofs away, and a bounce without proof is delivered all the same.
 */
export class Ledger extends Construct {
  readonly table: Table

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires_at',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }
}
