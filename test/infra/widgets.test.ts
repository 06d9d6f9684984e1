import { readFileSync } from 'node:fs'
import { Template } from 'aws-cdk-lib/assertions'
import { User } from 'aws-cdk-lib/aws-iam'
import { describe, expect, it } from 'vitest'
import { stackOf, templateOf } from './synthesized.ts'

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }
type Statement = { readonly Effect: string; readonly Action: string | readonly string[]; readonly Resource: unknown }
type Custom = {
  readonly type: string
  readonly width: number
  readonly properties: {
    readonly endpoint: string
    readonly title: string
    readonly params: Readonly<Record<string, string>>
    readonly updateOn: Readonly<Record<'refresh' | 'resize' | 'timeRange', boolean>>
  }
}

const handOver = { handOver: { sqs: 'arn:aws:sqs:eu-west-1:111122223333:mail' } }
const whole = templateOf(handOver)
const least = templateOf()

describe('the widgets of the dashboards', () => {
  it('are a search and the quarantine for the help desk, lists and imports for the operator', () => {
    const shown = (name: string): readonly (readonly string[])[] =>
      customOf(whole, name).map(({ properties: { title, params } }) => [title, params['view'] ?? ''])
    expect(shown('Flow')).toEqual([
      ['Where is my mail?', 'trace'],
      ['Quarantine: what is kept back?', 'quarantine'],
    ])
    expect(shown('Health')).toEqual([
      ['Zones: how is each list?', 'zones'],
      ['Imports: who exists, and since when?', 'imports'],
    ])
    expect(customOf(whole, 'Cost')).toEqual([])
  })

  it('are not asked again for nothing: a search only by its button, quarantine when another time is chosen', () => {
    const updates = ['Flow', 'Health'].flatMap((name) =>
      customOf(whole, name).map(({ properties: { params, updateOn } }) => [params['view'], updateOn]),
    )
    expect(Object.fromEntries(updates)).toEqual({
      trace: { refresh: false, resize: false, timeRange: false },
      quarantine: { refresh: false, resize: false, timeRange: true },
      zones: { refresh: true, resize: false, timeRange: false },
      imports: { refresh: false, resize: false, timeRange: false },
    })
  })

  it('know the function that they ask, and the one that releases only where mail is handed over', () => {
    const functionsOf = (template: Template) =>
      customOf(template, 'Flow').map(({ properties: { endpoint, params } }) => [
        endpoint,
        params['read'],
        params['release'],
      ])
    const both = [arnOf(whole, 'WidgetsRead'), arnOf(whole, 'WidgetsRead'), arnOf(whole, 'WidgetsRelease')]
    expect(functionsOf(whole)).toEqual([both, both])
    const read = [arnOf(least, 'WidgetsRead'), arnOf(least, 'WidgetsRead'), undefined]
    expect(functionsOf(least)).toEqual([read, read])
    expect(idsOf(least, 'AWS::Lambda::Function', 'WidgetsRelease')).toEqual([])
  })

  it('are explained in dashboards.md, one by one', () => {
    const page = readFileSync('docs/dashboards.md', 'utf8')
    const titles = ['Flow', 'Health'].flatMap((name) => customOf(whole, name).map(({ properties }) => properties.title))
    expect(titles.filter((title) => !page.includes(title))).toEqual([])
  })
})

describe('the function behind the widgets that read', () => {
  it('may read, ask Athena, and write nothing but its log and what Athena answers', () => {
    const statements = statementsOf(whole, 'WidgetsReadRole')
    const allowed = statements.flatMap(({ Effect, Action }) => [Action].flat().map((action) => `${Effect} ${action}`))
    expect([...new Set(allowed)].toSorted()).toEqual([
      'Allow athena:GetQueryExecution',
      'Allow athena:GetQueryResults',
      'Allow athena:StartQueryExecution',
      'Allow athena:StopQueryExecution',
      'Allow dynamodb:BatchGetItem',
      'Allow dynamodb:GetItem',
      'Allow glue:GetDatabase',
      'Allow glue:GetTable',
      'Allow logs:CreateLogStream',
      'Allow logs:PutLogEvents',
      'Allow s3:AbortMultipartUpload',
      'Allow s3:GetBucketLocation',
      'Allow s3:GetObject',
      'Allow s3:ListBucket',
      'Allow s3:ListMultipartUploadParts',
      'Allow s3:PutObject',
      'Deny ses:*',
    ])
    expect(pathsOf(statements, 's3:PutObject')).toEqual(['/athena/*'])
    expect([...new Set(pathsOf(statements, 's3:GetObject'))]).toEqual([
      '/athena/*',
      '/directory/history/*',
      '/entries/*',
      '/in/*',
      '/mail/*',
      '/quarantine/*',
      '/records/*',
      '/releases/*',
    ])
  })

  it('has a minute, and what it has to know', () => {
    const [properties] = propertiesOf(whole, 'AWS::Lambda::Function', 'WidgetsRead')
    expect(properties).toMatchObject({ Timeout: 60, MemorySize: 1024, Architectures: ['arm64'] })
    expect(environmentOf(whole, 'WidgetsRead')).toEqual([
      'DIRECTORY_TABLE',
      'MAIL_BUCKET',
      'MAIL_PREFIX',
      'RECORDS_DATABASE',
      'RECORDS_TABLE',
      'RECORDS_WORKGROUP',
      'RECORD_BUCKET',
      'STATE_TABLE',
    ])
  })
})

describe('the function behind the buttons that release', () => {
  it('may write the trail and an entry, and queue a message; it may read neither table', () => {
    const statements = statementsOf(whole, 'WidgetsReleaseRole')
    expect(statements.map(({ Effect, Action }) => [Effect, Action])).toEqual([
      ['Allow', ['logs:CreateLogStream', 'logs:PutLogEvents']],
      ['Allow', 's3:GetObject'],
      ['Allow', 's3:ListBucket'],
      ['Allow', 's3:PutObject'],
      ['Allow', 'sqs:SendMessage'],
      ['Deny', 'ses:*'],
    ])
    expect(pathsOf(statements, 's3:PutObject')).toEqual(['/entries/*', '/releases/*'])
    expect(environmentOf(whole, 'WidgetsRelease')).toEqual(['HAND_OVER_QUEUE', 'RECORD_BUCKET'])
  })
})

describe('both functions', () => {
  it('are asked once for each look: Lambda asks neither of them again', () => {
    const configs = propertiesOf(whole, 'AWS::Lambda::EventInvokeConfig', 'Widgets')
    expect(configs.map(({ MaximumRetryAttempts }) => MaximumRetryAttempts)).toEqual([0, 0])
  })

  it('can be asked by nobody who was not allowed to: no policy of theirs lets anybody in', () => {
    const widgets = ['WidgetsRead', 'WidgetsRelease'].map(
      (name) => idsOf(whole, 'AWS::Lambda::Function', name)[0] ?? '',
    )
    const permissions = JSON.stringify(propertiesOf(whole, 'AWS::Lambda::Permission'))
    const urls = JSON.stringify(propertiesOf(whole, 'AWS::Lambda::Url'))
    expect(widgets.filter((id) => id === '' || permissions.includes(id) || urls.includes(id))).toEqual([])
  })

  it('are granted one by one', () => {
    const { stack } = stackOf(handOver)
    const [reader, releaser] = [new User(stack, 'Reader'), new User(stack, 'Releaser')]
    stack.mailFilter.grantSearch(reader)
    stack.mailFilter.grantReleaseByWidget(releaser)
    const template = Template.fromStack(stack)
    expect(JSON.stringify(statementsOf(template, 'Reader'))).not.toContain('WidgetsRelease')
    expect(JSON.stringify(statementsOf(template, 'Releaser'))).not.toContain('WidgetsRead')
    expect(
      statementsOf(template, 'Reader')
        .concat(statementsOf(template, 'Releaser'))
        .map(({ Action }) => Action),
    ).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunction'])
  })

  it('say so where releasing is granted although nothing is handed over', () => {
    const { stack } = stackOf()
    expect(() => stack.mailFilter.grantReleaseByWidget(new User(stack, 'Releaser'))).toThrow('hands nothing over')
  })

  it('have their ARNs as outputs of the stack', () => {
    const outputs = (template: Template): readonly string[] =>
      Object.keys(template.toJSON()['Outputs'] as object).filter((name) => name.startsWith('Widget'))
    expect([outputs(whole), outputs(least)]).toEqual([['WidgetRead', 'WidgetRelease'], ['WidgetRead']])
  })
})

function resources(template: Template): readonly (readonly [string, Resource])[] {
  return Object.entries(template.toJSON()['Resources'] as Readonly<Record<string, Resource>>)
}

function idsOf(template: Template, type: string, prefix = ''): readonly string[] {
  return resources(template).flatMap(([id, { Type }]) => (Type === type && id.startsWith(prefix) ? [id] : []))
}

function propertiesOf(template: Template, type: string, prefix = ''): readonly Resource['Properties'][] {
  return resources(template).flatMap(([id, { Type, Properties }]) =>
    Type === type && id.startsWith(prefix) ? [Properties] : [],
  )
}

/** Sorted by what they allow. */
function statementsOf(template: Template, prefix: string): readonly Statement[] {
  const [policy] = propertiesOf(template, 'AWS::IAM::Policy', prefix)
  const { Statement } = policy?.['PolicyDocument'] as { readonly Statement: readonly Statement[] }
  const keyOf = ({ Effect, Action }: Statement): string => `${Effect} ${[Action].flat().join()}`
  return Statement.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** What follows the ARN of a bucket, of all statements that allow this. */
function pathsOf(statements: readonly Statement[], action: string): readonly string[] {
  const meant = statements.filter(({ Action }) => [Action].flat().includes(action))
  return Array.from(JSON.stringify(meant).matchAll(/"(\/[^"]+)"/g), ([, path = '']) => path).toSorted()
}

function environmentOf(template: Template, prefix: string): readonly string[] {
  const [properties] = propertiesOf(template, 'AWS::Lambda::Function', prefix)
  const { Variables } = properties?.['Environment'] as { readonly Variables: object }
  return Object.keys(Variables).toSorted()
}

/** As `customOf` writes what CloudFormation will fill in. */
function arnOf(template: Template, prefix: string): string {
  return `<${idsOf(template, 'AWS::Lambda::Function', prefix)[0] ?? 'none'}.Arn>`
}

function customOf(template: Template, dashboard: string): readonly Custom[] {
  const [properties] = propertiesOf(template, 'AWS::CloudWatch::Dashboard', `Dashboards${dashboard}`)
  const [, parts] = (properties?.['DashboardBody'] as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })[
    'Fn::Join'
  ]
  const body = parts.map((part) => (typeof part === 'string' ? part : nameOf(part))).join('')
  const { widgets } = JSON.parse(body) as { readonly widgets: readonly Custom[] }
  return widgets.filter(({ type }) => type === 'custom')
}

function nameOf(part: unknown): string {
  const attribute = (part as { readonly 'Fn::GetAtt'?: readonly string[] })['Fn::GetAtt']
  return attribute === undefined ? 'filled-in' : `<${attribute.join('.')}>`
}
