import type { Stack } from 'aws-cdk-lib'
import { Validations } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { grantRelease, releaseFindings, releaseStatements } from '../../infra/release-permissions.ts'
import { releasePrefix, Storage } from '../../infra/storage.ts'
import { releasesPrefix } from '../../lambda/release/trail.ts'
import { emptyStack } from './resources.ts'

type Statement = { readonly Effect: string; readonly Action: string | readonly string[]; readonly Resource: unknown }

function made(give: (role: Role, storage: Storage, queue: Queue) => void) {
  const { app, stack } = emptyStack()
  const storage = new Storage(stack, 'Storage', { retention: { recordsDays: 400, mailDays: 30 } })
  const queue = new Queue(stack, 'Queue', { enforceSSL: true })
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  give(role, storage, queue)
  return { app, stack, statements: () => statementsOf(stack) }
}

function statementsOf(stack: Stack): readonly (readonly [string, string])[] {
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')) as unknown as readonly {
    readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }
  }[]
  return (policy?.Properties.PolicyDocument.Statement ?? []).map(({ Effect, Action, Resource }) => [
    `${Effect} ${[Action].flat().join(',')}`,
    [...JSON.stringify(Resource).matchAll(/"\/([^"]*)"|"(Queue|StorageMail|StorageRecords)[0-9A-F]{8}"/g)]
      .map(([, path, name]) => path ?? name)
      .join(' '),
  ])
}

describe('what a release may do', () => {
  it('is to read what was stopped, to write the trail and an entry, and to queue; it deletes nothing and sends nothing', () => {
    const { statements } = made((role, storage, queue) => {
      for (const statement of releaseStatements(storage, { queue })) role.addToPolicy(statement)
    })
    expect(statements()).toEqual([
      ['Allow s3:ListBucket', 'StorageMail StorageRecords'],
      [
        'Allow s3:GetObject',
        'StorageMail mail/* StorageRecords entries/* StorageRecords in/* StorageRecords quarantine/* ' +
          'StorageRecords records/* StorageRecords releases/*',
      ],
      ['Allow s3:PutObject', 'StorageRecords entries/* StorageRecords releases/*'],
      ['Allow sqs:SendMessage', 'Queue'],
    ])
  })

  it('has the place of the trail from the code that writes it', () => {
    expect(releasePrefix).toBe(releasesPrefix)
  })

  it('leaves no finding of cdk-nag without a reason', () => {
    const checked = (acknowledges: boolean) => {
      const { app } = made((role, storage, queue) => {
        for (const statement of releaseStatements(storage, { queue })) role.addToPolicy(statement)
        if (acknowledges) Validations.of(role).acknowledge(...releaseFindings(role, storage))
        Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'A queue of this test.' })
      })
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
      return () => app.synth().stacks.length
    }
    expect(checked(true)()).toBe(1)
    expect(checked(false)).toThrow()
  }, 60_000)

  it('can be granted to people, with a queue only where mail is handed over', () => {
    const actions = (queued: boolean) =>
      made((role, storage, queue) => void grantRelease(role, storage, queued ? { queue } : null))
        .statements()
        .flatMap(([what]) => what.replace(/^Allow /, '').split(','))
    expect(actions(true)).toContain('sqs:SendMessage')
    expect(actions(false).filter((action) => action.startsWith('sqs:'))).toEqual([])
    expect(actions(true).filter((action) => /Delete|ses:/.test(action))).toEqual([])
    expect(actions(true)).toEqual(expect.arrayContaining(['s3:PutObject', 's3:List*']) as unknown)
  })

  it('leaves a trail that is kept as long as records are', () => {
    const { stack } = made(() => undefined)
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'releases/', ExpirationInDays: 400 })]),
      },
    })
  })
})
