import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { chooseEnvironment, parseConfig, problemsText, usualStackName } from '../lambda/config.ts'
import { bundled } from './bundle.ts'
import { SilenceCheck } from './silence-check.ts'
import { QuietgateStack } from './stack.ts'

/**
 * What `cdk.json` starts, and what the laptop starts without the CDK's command line.
 *
 * The context of cdk.json is read here as well: a template must not depend on who asked for it, and the CDK reads its
 * feature flags from there. What the caller hands over (`-c`, `CDK_CONTEXT_JSON`) comes before it, key by key.
 *
 * CDK_VALIDATION=false, which the CDK knows as `cdk synth --no-validation`, leaves out the checks that take longer than all
 * the rest, cdk-nag among them: the laptop starts in a third of the time, from the same template. Silence is always checked.
 */
const file = join(import.meta.dirname, '..', 'cdk.json')
const { context } = JSON.parse(readFileSync(file, 'utf8')) as { readonly context: Record<string, unknown> }
const app = new App({ context, autoSynth: false })

const env: unknown = app.node.tryGetContext('env')
const chosen = chooseEnvironment(
  app.node.tryGetContext('quietgate'),
  typeof env === 'string' && env !== '' ? env : null,
  'cdk.json, context quietgate',
)
if (chosen.kind === 'problem') {
  process.stderr.write(`${chosen.sentence}\n`)
  process.exit(1)
}
const { settings, where, stackName } = chosen
const parsed = parseConfig(settings, where)
if (parsed.kind === 'problems') {
  process.stderr.write(problemsText(parsed.problems))
  process.exit(1)
}

Validations.of(app).addPlugins(new SilenceCheck())
if (process.env['CDK_VALIDATION'] !== 'false') {
  const { AwsSolutionsChecks } = await import('cdk-nag')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
}

// The construct is called the same in all environments, and so are the logical ids.
new QuietgateStack(app, usualStackName, { config: parsed.config, functions: await bundled(), stackName })
try {
  app.synth()
} catch (error) {
  // The report that says what is wrong was printed already; a stack trace would only hide it.
  if (!(error instanceof Error && error.message.startsWith('Validation failed.'))) throw error
  process.exitCode = 1
}
