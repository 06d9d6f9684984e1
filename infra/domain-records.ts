import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import { Construct, type IDependable } from 'constructs'
import type { Config } from '../lambda/config.ts'

export type DomainRecordsProps = {
  readonly config: Pick<Config, 'domains' | 'receiving'>
  /** What must be there before mail may come: an MX record that leads to no rule has all mail refused for good. */
  readonly after: IDependable
}

/**
 * What the domains need in the DNS and at SES: identities where they are asked for, MX records and those of Easy DKIM where
 * the hosted zone is given. The others are outputs, to be copied by hand.
 *
 * An MX record that is there already is not overwritten: CloudFormation refuses to make it, and the deploy fails.
 */
export class DomainRecords extends Construct {
  constructor(scope: Construct, id: string, { config, after }: DomainRecordsProps) {
    super(scope, id)
    const { hostedZones, identities } = config.receiving
    const inbound = `10 inbound-smtp.${Stack.of(this).region}.amazonaws.com`
    const names = config.domains.map(({ name }) => name)
    for (const name of names) {
      const zone = hostedZones[name]
      if (identities) this.#identity(name, zone, names.indexOf(name))
      if (zone === undefined) continue
      const mx = new CfnRecordSet(this, `Mx-${name}`, {
        hostedZoneId: zone,
        name: `${name}.`,
        type: 'MX',
        ttl: '300',
        resourceRecords: [inbound],
      })
      mx.node.addDependency(after)
    }
    const byHand = names.filter((name) => hostedZones[name] === undefined)
    if (byHand.length > 0) {
      const more = byHand.length > mostShown ? ` and ${byHand.length - mostShown} more` : ''
      this.#output(
        'MxRecords',
        `${byHand.slice(0, mostShown).join(', ')}${more}: MX ${inbound}`,
        'The record that each of these domains needs in its DNS, once the rule set is active.',
      )
    }
  }

  /** It stays when the stack goes: by then somebody may send through it. */
  #identity(name: string, zone: string | undefined, index: number): void {
    const identity = new EmailIdentity(this, `Identity-${name}`, { identity: Identity.domain(name) })
    identity.applyRemovalPolicy(RemovalPolicy.RETAIN)
    if (zone === undefined) {
      if (index >= mostShown) return
      const records = identity.dkimRecords.map((record) => `${record.name}. CNAME ${record.value}`)
      this.#output(
        `DkimRecords${index + 1}`,
        records.join('; '),
        `The records by which SES knows that ${name} is yours.`,
      )
      return
    }
    for (const [at, record] of identity.dkimRecords.entries()) {
      new CfnRecordSet(this, `Dkim${at + 1}-${name}`, {
        hostedZoneId: zone,
        name: record.name,
        type: 'CNAME',
        ttl: '1800',
        resourceRecords: [record.value],
      })
    }
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(Stack.of(this), name, { value, description })
  }
}

/** CloudFormation takes 200 outputs of 4 KB each. */
const mostShown = 40
