import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporary } from './synthesized.ts'

/** What an operator may have written, from the least to the most. */
const configurations: readonly (readonly [string, object])[] = [
  ['the smallest one', { domains: ['example.com'] }],
  [
    'one with everything switched on',
    {
      region: 'eu-west-1',
      mode: 'enforce',
      domains: [
        'example.com',
        {
          name: 'bücher.example',
          mode: 'observe',
          dkimSelectors: ['s1'],
          allOutboundSigned: true,
          sendsOnlyVia: 'ses',
        },
        { name: 'alias.example', aliasOf: 'example.com' },
      ],
      receiving: {
        replaceActive: true,
        identities: true,
        hostedZones: { 'example.com': 'Z0123456789ABCDEFGHIJ' },
      },
      recipients: { bounceAddresses: ['news-bounces[+-]*'], srsDomains: ['example.com'] },
      dnsbl: {
        zones: [
          'bl.spamcop.net=127.0.0.2*2',
          'psbl.surriel.com=127.0.0.2*2',
          'ips.backscatterer.org',
          '{dqs}.zen.dq.spamhaus.net=127.0.0.[2..11]*3',
          'list.dnswl.org=127.0.[2..9].[1..3]*-3',
        ],
        keys: { dqs: { secretsManager: 'quietgate/dqs' } },
      },
      bounces: { sentLog: 'ses-events', keys: [{ name: '0', use: 'prvs', source: { ssm: '/quietgate/prvs' } }] },
      trustedRelays: ['192.0.2.0/24'],
      scim: { token: { secretsManager: 'quietgate/scim' } },
      handOver: {
        smtp: { host: 'mail.example.com', credentials: { secretsManager: 'quietgate/smtp' } },
        postmaster: 'admin@example.com',
      },
      alarms: { topicArns: ['arn:aws:sns:eu-west-1:111122223333:mail-alarms'] },
      digest: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:mail-digest', domains: ['example.com'] },
      retention: { onDestroy: 'delete' },
      encryption: { kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
      permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
      outbound: { addresses: ['198.51.100.9'], domains: ['example.com'], domainZones: ['dbl.example'] },
    },
  ],
  [
    'one that uses a rule set that is there',
    { domains: ['example.com'], receiving: { ruleSet: { name: 'inbound', after: 'archive' }, activate: false } },
  ],
]

type Resource = { readonly Type: string; readonly DependsOn?: readonly string[]; readonly Properties?: unknown }
type Template = {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Parameters?: Readonly<Record<string, unknown>>
  readonly Outputs: unknown
}

describe('the template of', () => {
  // Its own process and every check of a deploy: cdk-nag, the silence, and CloudFormation's rules for each resource type.
  it.each(configurations)(
    '%s passes the checks of a deploy and names nothing that is not there',
    (_what, quietgate) => {
      const outdir = temporary('configuration')
      const { status, output } = synthesized(outdir, { quietgate })
      expect([status, output]).toEqual([0, ''])
      const template = templateIn(outdir, 'Quietgate')
      const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})])
      const named = [...namesIn(template.Resources), ...namesIn(template.Outputs)]
      expect(named.filter((name) => !known.has(name) && !name.startsWith('AWS::'))).toEqual([])
      expect(named.length).toBeGreaterThan(50)
      expect(JSON.stringify(template)).not.toContain('${Token[')
      expect(missingAssets(outdir)).toEqual([])
    },
    300_000,
  )

  it('an environment is that of its name alone, in a stack that is called after it', () => {
    const environments = {
      test: { domains: ['test.example'] },
      production: { domains: ['example.com'], region: 'eu-west-1' },
    }
    const outdir = temporary('environment')
    const context = { quietgate: { environments }, env: 'production' }
    expect(synthesized(outdir, context, { CDK_VALIDATION: 'false' })).toEqual({ status: 0, output: '' })
    const manifest = readFileSync(join(outdir, 'manifest.json'), 'utf8')
    expect(manifest).toContain('"stackName":"Quietgate-production"'.replace(':', ': '))
    expect(manifest).toContain('aws://unknown-account/eu-west-1')
    const { Resources } = templateIn(outdir, 'Quietgate')
    expect(JSON.stringify(Resources)).not.toContain('test.example')
    expect(Object.keys(Resources)).toContain('StorageMail2F16B83F')
  }, 120_000)

  it('no environment is made where none was chosen', () => {
    const context = { quietgate: { environments: { test: { domains: ['test.example'] } } } }
    expect(synthesized(temporary('none'), context)).toEqual({
      status: 1,
      output:
        'cdk.json, context quietgate holds several environments (test): say which one with -c env=NAME (quietgate: --env NAME).\n',
    })
  }, 60_000)
})

function synthesized(outdir: string, context: object, more: Readonly<Record<string, string>> = {}) {
  const { PATH = '', HOME = '' } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'infra/app.ts'],
    {
      encoding: 'utf8',
      env: { PATH, HOME, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context), ...more },
    },
  )
  return { status, output: stdout + stderr }
}

function templateIn(outdir: string, id: string): Template {
  return JSON.parse(readFileSync(join(outdir, `${id}.template.json`), 'utf8')) as Template
}

/** What Ref, Fn::GetAtt, Fn::Sub and DependsOn name. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner]
    if (key === 'Fn::GetAtt' && Array.isArray(inner)) return [String(inner[0])]
    if (key === 'DependsOn') return [inner].flat().map(String)
    if (key === 'Fn::Sub') {
      const text = String([inner].flat()[0])
      return Array.from(text.matchAll(/\$\{([\w:]+)[^}]*\}/g), ([, name = '']) => name)
    }
    return namesIn(inner)
  })
}

function missingAssets(outdir: string): readonly string[] {
  const file = readdirSync(outdir).find((name) => name.endsWith('.assets.json')) ?? ''
  const { files } = JSON.parse(readFileSync(join(outdir, file), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>
  }
  return Object.values(files).flatMap(({ source }) => (existsSync(join(outdir, source.path)) ? [] : [source.path]))
}
