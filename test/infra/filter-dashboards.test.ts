import { Template } from 'aws-cdk-lib/assertions'
import { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import { addDashboards } from '../../infra/filter-dashboards.ts'
import { parseConfig } from '../../lambda/config.ts'
import { stackOf } from './synthesized.ts'

const everything = {
  domains: ['example.com', 'example.org'],
  dnsbl: { zones: ['bl.spamcop.net=127.0.0.2*2', { term: 'untestable.example', operator: 'One', testEntries: false }] },
  outbound: { domains: ['example.com'], domainZones: ['dbl.example'] },
  bounces: { sentLog: 'ses-events' },
  scim: { token: { ssm: '/quietgate/scim' } },
  digest: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:digests' },
  handOver: { sqs: 'arn:aws:sqs:eu-west-1:111122223333:mail' },
}

describe('the dashboards of a filter', () => {
  it('show every function that runs while mail comes, every table of mail, both buckets and every queue', () => {
    const { shown, deployed } = dashboardsOf(everything)
    const left = deployed.filter(({ id, type }) => type in kept && !shown.names.has(id))
    expect(left.map(({ id }) => id.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual([
      'ActivationFunction',
      'LiveFunction',
      'ScimTable',
    ])
  })

  it('have the lists that are probed, and the domains of the configuration', () => {
    const { text } = dashboardsOf(everything).shown
    expect(text).toContain('"Zone","bl.spamcop.net"')
    expect(text).toContain('"Zone","dbl.example"')
    expect(text).not.toContain('"Zone","untestable.example"')
    expect(text).toContain('"DomainGroup","example.org"')
  })

  it('leave out what the smallest configuration does not have', () => {
    const { text } = dashboardsOf({ domains: ['example.com'] }).shown
    for (const metric of ['ZoneHealthy', 'HandOverTaken', 'ScimRequests', 'SentLogEntries', 'AWS/SQS'])
      expect(text).not.toContain(metric)
    expect(text).toContain('OrphanedMail')
  })
})

const kept = {
  'AWS::Lambda::Function': true,
  'AWS::DynamoDB::Table': true,
  'AWS::S3::Bucket': true,
  'AWS::SQS::Queue': true,
}

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }

/** What is deployed, and what of it the dashboards name. */
function dashboardsOf(settings: object) {
  const parsed = parseConfig(settings, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  const { stack } = stackOf(settings)
  addDashboards(new Construct(stack, 'Shown'), stack.mailFilter, parsed.config)
  const { Resources } = Template.fromStack(stack).toJSON() as { readonly Resources: Readonly<Record<string, Resource>> }
  const resources = Object.entries(Resources)
  const bodies = resources.flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Dashboard' && id.startsWith('Shown') ? [Properties['DashboardBody']] : [],
  )
  const raw = JSON.stringify(bodies)
  const names = new Set(Array.from(raw.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g), ([, id = '']) => id))
  return {
    deployed: resources.map(([id, { Type }]) => ({ id, type: Type })),
    shown: { names, text: raw.replaceAll('\\"', '"') },
  }
}
