import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporary } from './synthesized.ts'

describe('the app', () => {
  it('synthesizes offline, passes every check of a deploy, and gives the laptop the same template', () => {
    const deployed = temporary('deployed')
    const arguments_ = ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--app', `${process.execPath} infra/app.ts`]
    const cdk = run([...arguments_, '--output', deployed], { AWS_REGION: '', AWS_EC2_METADATA_DISABLED: 'true' })
    expect([cdk.status, cdk.stdout]).toEqual([0, ''])
    const laptop = temporary('laptop')
    expect(run(['infra/app.ts'], { CDK_OUTDIR: laptop, CDK_VALIDATION: 'false' })).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(templateIn(laptop)).toEqual(templateIn(deployed))
  }, 120_000)

  it('takes the configuration that it is handed before that of cdk.json', () => {
    const outdir = temporary('handed')
    const context = { quietgate: { domains: ['example.org', 'example.net'] } }
    const { status } = run(['infra/app.ts'], {
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_VALIDATION: 'false',
    })
    expect(status).toBe(0)
    const recipients = Object.values(templateIn(outdir).Resources).flatMap(
      ({ Properties }) => Properties?.Rule?.Recipients ?? [],
    )
    expect(recipients).toEqual(['example.org', 'example.net'])
  }, 60_000)

  it('ends with every problem of the configuration, and no stack trace', () => {
    const quietgate = { domains: [], mode: 'obsevre', regoin: 'eu-west-1' }
    expect(
      run(['infra/app.ts'], { CDK_OUTDIR: temporary('refused'), CDK_CONTEXT_JSON: JSON.stringify({ quietgate }) }),
    ).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'The configuration has 3 problems:',
        '  regoin is not a setting; did you mean region? (cdk.json, context quietgate)',
        '  mode "obsevre" is not "observe", "enforce" or "bypass"; did you mean "observe"? (cdk.json, context quietgate)',
        '  domains is an empty list, not a list of at least one domain (cdk.json, context quietgate)',
        '',
      ].join('\n'),
    })
  }, 60_000)
})

type Rule = { readonly Recipients: readonly string[] }
type Resource = { readonly Type: string; readonly Properties?: { readonly Rule?: Rule }; readonly Metadata?: unknown }
type Template = { readonly Resources: Readonly<Record<string, Resource>> }

/** Without the paths of constructs, which the command line adds for its own use. */
function templateIn(outdir: string): Template {
  const template = JSON.parse(readFileSync(join(outdir, 'Quietgate.template.json'), 'utf8')) as Template
  const bare = Object.entries(template.Resources).map(
    ([id, resource]) => [id, { ...resource, Metadata: null }] as const,
  )
  return { ...template, Resources: Object.fromEntries(bare) }
}

function run(argv: readonly string[], environment: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '' } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH, HOME, ...environment },
  })
  return { status, stdout, stderr }
}
