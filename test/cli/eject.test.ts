import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stepsToLeave, type Leaving } from '../../cli/eject/steps.ts'
import { describeStack } from '../../local/local-stack-file.ts'
import { startedStack, type StartedStack } from '../local/started-stack.ts'
import { linesOf, quietgate } from './command.ts'

const leaving: Leaving = {
  stackName: 'Quietgate-production',
  environment: 'production',
  outputs: new Map([
    ['MailBucket', 'the-mail'],
    ['RecordBucket', 'the-records'],
    ['DirectoryTable', 'the-directory'],
    ['StateTable', 'the-state'],
    ['LedgerTable', 'the-ledger'],
    ['RuleSet', 'ours'],
  ]),
  domains: ['example.com'],
  ownRuleSet: true,
  activates: true,
  onDestroy: 'keep',
  active: 'ours',
  previous: 'theirs',
  previousExists: true,
}

describe('the way out', () => {
  it('gives the mail back first, then takes along, deletes the stack, and names what remains', () => {
    expect(stepsToLeave(leaving).map(({ commands }) => commands)).toEqual([
      ['aws ses describe-receipt-rule-set --rule-set-name theirs', 'dig +short MX example.com'],
      ['aws s3 ls s3://the-records/quarantine/ --recursive'],
      [
        'aws s3 sync s3://the-records/ ./quietgate-records',
        'aws s3 sync s3://the-mail/mail/ ./quietgate-mail',
        'npx quietgate --stack Quietgate-production --json recipients list > quietgate-directory.jsonl',
      ],
      ['npx cdk destroy -c env=production'],
      [
        'aws s3 rb s3://the-mail --force',
        'until aws s3 rb s3://the-records; do aws s3api delete-objects --bucket the-records --delete "$(aws s3api list-object-versions --bucket the-records --max-items 500 --output json --query \'{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}\')" || break; done',
        'aws dynamodb update-table --table-name the-directory --no-deletion-protection-enabled',
        'aws dynamodb delete-table --table-name the-directory',
        'aws dynamodb delete-table --table-name the-state',
        'aws dynamodb delete-table --table-name the-ledger',
        "aws logs describe-log-groups --log-group-name-prefix Quietgate-production- --query 'logGroups[].logGroupName'",
      ],
    ])
  })

  it('waits for the hand-over where there is one, because its queues go with the stack', () => {
    const outputs = new Map([...leaving.outputs, ['HandOverQueue', 'https://queue']])
    expect(stepsToLeave({ ...leaving, outputs })[1]?.commands).toEqual([
      'aws sqs get-queue-attributes --queue-url https://queue --attribute-names ApproximateNumberOfMessages ApproximateNumberOfMessagesNotVisible',
    ])
  })

  it('leaves nothing to be deleted by hand where all of it goes with the stack, and says so before', () => {
    const steps = stepsToLeave({ ...leaving, onDestroy: 'delete' })
    expect(steps.slice(-2).map(({ title, commands }) => [title, commands])).toEqual([
      [
        'Delete the stack, and all that it holds.',
        ['npx cdk deploy -c env=production', 'npx cdk destroy -c env=production'],
      ],
      [
        'Look whether something remains.',
        [
          "aws logs describe-log-groups --log-group-name-prefix /aws/lambda/Quietgate-production- --query 'logGroups[].logGroupName'",
        ],
      ],
    ])
    expect(steps.at(-2)?.why).toMatch(/retention\.onDestroy is "delete": .* Nothing brings them back\./)
    expect(stepsToLeave(leaving).at(-2)?.why).toMatch(/tables and logs stay \(retention\.onDestroy: "keep"\)\.$/)
  })

  it.each([
    ['the set before comes back', {}, /^The rule set theirs becomes the active one again/],
    [
      'the set before was deleted since',
      { previousExists: false },
      /^No rule set will be active .* Point the MX records elsewhere first/,
    ],
    ['none was active before', { previous: null, previousExists: false }, /^No rule set will be active/],
    [
      'another one is active by now',
      { active: 'others' },
      /^The rule set others is active, and not ours: leaving changes nothing/,
    ],
    ['none is active', { active: null }, /^No rule set is active, and not ours/],
    [
      "the set is the operator's and was active before",
      { ownRuleSet: false, previous: null, previousExists: false },
      /^The rule set ours is yours and stays active/,
    ],
    [
      "the set is the operator's and displaced another",
      { ownRuleSet: false },
      /^The rule set theirs becomes the active one again/,
    ],
    [
      "the set is the operator's, and activated by hand",
      { ownRuleSet: false, activates: false },
      /^The rule set ours is yours and stays active/,
    ],
  ])('says what becomes of the mail where %s', (_what, changes: Partial<Leaving>, words) => {
    expect(stepsToLeave({ ...leaving, ...changes })[0]?.why).toMatch(words)
  })
})

describe('quietgate eject', () => {
  let started: StartedStack
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-eject-'))
  const env = { QUIETGATE_LOCAL: join(folder, 'local-stack.json') }
  beforeAll(async () => {
    started = await startedStack()
    writeFileSync(env.QUIETGATE_LOCAL, JSON.stringify(describeStack(started.stack)))
  })
  afterAll(async () => {
    await started.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('prints the plan of the running stack, with its own names in it', async () => {
    const { exitCode, stdout } = await quietgate(['--local', 'eject', '--plan', '--json'], env)
    const steps = linesOf(stdout).map(
      (line) => JSON.parse(line) as { readonly step: number; readonly commands: readonly string[] },
    )
    expect([exitCode, steps.map(({ step }) => step)]).toEqual([0, [1, 2, 3, 4, 5]])
    expect(steps[4]?.commands).toContain(`aws s3 rb s3://${started.stack.outputs['MailBucket'] ?? ''} --force`)
  })

  it('is no command that does anything: it wants to hear that a plan is meant', async () => {
    expect((await quietgate(['--local', 'eject'], env)).exitCode).toBe(2)
  })
})
