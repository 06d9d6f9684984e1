import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage } from '../../infra/package/build.ts'
import { temporary } from './synthesized.ts'

const modules = join(import.meta.dirname, '..', '..', 'node_modules')

/** A folder as `cdk init` leaves it, with the package installed from its tarball. */
let app: string

beforeAll(async () => {
  const built = join(temporary('package'), 'package')
  await buildPackage(built)
  const packed = temporary('packed')
  const packing = run('npm', ['pack', built, '--offline', '--ignore-scripts', '--pack-destination', packed], packed)
  const [tarball = packing.output] = readdirSync(packed)
  app = temporary('app')
  const installed = join(app, 'node_modules', 'quietgate')
  mkdirSync(installed, { recursive: true })
  expect(run('tar', ['-xzf', join(packed, tarball), '-C', installed, '--strip-components=1'], app).status).toBe(0)
  for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(join(modules, name), join(app, 'node_modules', name))
  writeFileSync(join(app, 'package.json'), '{"name":"theirs","version":"0.1.0"}')
}, 180_000)

const theirs = `
const { App, Stack, Duration } = require('aws-cdk-lib')
const { ReceiptRuleSet, ReceiptRule } = require('aws-cdk-lib/aws-ses')
const { Topic } = require('aws-cdk-lib/aws-sns')
const { Queue } = require('aws-cdk-lib/aws-sqs')
const { SqsQueue } = require('aws-cdk-lib/aws-events-targets')
const { Role, ServicePrincipal } = require('aws-cdk-lib/aws-iam')
const { HostedZone } = require('aws-cdk-lib/aws-route53')
const { MailFilter } = require('quietgate')

const app = new App({ outdir: 'cdk.out' })
const stack = new Stack(app, 'Theirs', { env: { region: 'eu-west-1' } })
const filter = new MailFilter(stack, 'Filter', {
  domains: ['example.com', 'example.net'],
  mode: 'enforce',
  lists: ['bl.spamcop.net=127.0.0.2*2', 'psbl.surriel.com=127.0.0.2*2'],
  keepMail: Duration.days(14),
  ruleSet: new ReceiptRuleSet(stack, 'Set'),
  after: ReceiptRule.fromReceiptRuleName(stack, 'Archive', 'archive'),
  shareEnforce: true,
  hostedZones: { 'example.net': HostedZone.fromHostedZoneId(stack, 'Zone', 'Z123') },
  alarmTopic: new Topic(stack, 'Alarms'),
  settings: { retention: { recordsDays: 90, mailDays: 7 }, scans: { spam: 'quarantine' } },
})
const reviewer = new Role(stack, 'Reviewer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
filter.grantReadRecords(reviewer)
filter.grantReleaseMail(reviewer)
filter.grantChangeEntries(reviewer)
filter.onDecision('OnDecision', { target: new SqsQueue(new Queue(stack, 'Decisions')) })
filter.metricMessages('discard').createAlarm(stack, 'Discards', { threshold: 100, evaluationPeriods: 1 })
app.synth()
`

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }

describe('the package, in a CommonJS app of somebody else', () => {
  it('is required, makes its parts in their stack, and ships the functions that it brings', () => {
    writeFileSync(join(app, 'app.js'), theirs)
    expect(run(process.execPath, ['app.js'], app)).toEqual({ status: 0, output: '' })
    const resources = resourcesIn(app)
    const only = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)
    expect(only('AWS::SES::ReceiptRule').map(({ Properties }) => Properties)).toMatchObject([
      {
        RuleSetName: { Ref: expect.stringMatching(/^Set/) as string },
        After: 'archive',
        Rule: { Name: 'Theirs-filter', Recipients: ['example.com', 'example.net'] },
      },
    ])
    expect(only('AWS::Route53::RecordSet').map(({ Properties }) => Properties)).toMatchObject([
      { HostedZoneId: 'Z123', Name: 'example.net.', ResourceRecords: ['10 inbound-smtp.eu-west-1.amazonaws.com'] },
    ])
    const toldOf = only('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties['AlarmActions'] !== undefined)
    expect(toldOf.length).toBeGreaterThan(2)
    expect(JSON.stringify(only('AWS::S3::Bucket'))).toContain('"ExpirationInDays":14,"Id":"mail-14-days"')
    expect(only('AWS::Events::Rule').map(({ Properties }) => Properties['EventPattern'])).toContainEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [{ Ref: expect.stringContaining('Records') as string }] },
        object: { key: [{ prefix: 'in/' }] },
      },
    })
    const granted = Object.entries(resources).find(([id]) => id.startsWith('ReviewerDefaultPolicy'))?.[1]
    expect(JSON.stringify(granted)).toMatch(/\/in\/\*.*\/quarantine\/\*.*\/mail\/\*/)
    expect(policyOf(app)).toMatchObject({ mode: 'enforce', scans: { spam: 'quarantine' } })
  }, 60_000)

  it('says all that is wrong with its props', () => {
    writeFileSync(
      join(app, 'wrong.js'),
      `const { App, Stack } = require('aws-cdk-lib')
       const { MailFilter } = require('quietgate')
       new MailFilter(new Stack(new App(), 'S'), 'Filter', { domains: [], mode: 'enforced', settings: { scans: { spma: 1 } } })`,
    )
    const { status, output } = run(process.execPath, ['wrong.js'], app)
    expect(status).toBe(1)
    expect(output).toContain('domains is an empty list')
    expect(output).toContain('mode "enforced" is not "observe", "enforce" or "bypass"')
    expect(output).toContain('scans.spma is not a setting; did you mean scans.spam?')
  })

  it('is typed: a TypeScript app is told of a prop that does not exist', () => {
    const source = (prop: string) => `import { App, Stack } from 'aws-cdk-lib'
      import { MailFilter, type MailFilterProps } from 'quietgate'
      const props: MailFilterProps = { domains: ['example.com'], ${prop} }
      const filter = new MailFilter(new Stack(new App(), 'S'), 'Filter', props)
      export const bucket: string = filter.storage.mail.bucketName`
    expect(complaints('right.ts', source("mode: 'enforce'"))).toEqual([])
    expect(complaints('wrong.ts', source("mode: 'enforced'"))).toEqual([
      'Type \'"enforced"\' is not assignable to type \'"observe" | "enforce" | "bypass" | undefined\'. Did you mean \'"enforce"\'?',
    ])
  }, 120_000)
})

function complaints(name: string, source: string): readonly string[] {
  const file = join(app, name)
  writeFileSync(file, source)
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(modules, '@types')],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

function resourcesIn(folder: string): Readonly<Record<string, Resource>> {
  const text = readFileSync(join(folder, 'cdk.out', 'Theirs.template.json'), 'utf8')
  return (JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> }).Resources
}

function policyOf(folder: string): unknown {
  const assets = readdirSync(join(folder, 'cdk.out')).filter((name) => name.startsWith('asset.'))
  const shipped = assets.find((name) => readdirSync(join(folder, 'cdk.out', name)).includes('policy.json')) ?? ''
  expect(readdirSync(join(folder, 'cdk.out', shipped))).toContain('index.mjs')
  return JSON.parse(readFileSync(join(folder, 'cdk.out', shipped, 'policy.json'), 'utf8'))
}

function run(command: string, args: readonly string[], cwd: string) {
  const { PATH = '', HOME = '' } = process.env
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { PATH, HOME } })
  return { status, output: stdout + stderr }
}
