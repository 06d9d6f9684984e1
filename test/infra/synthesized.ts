import { createHash } from 'node:crypto'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import type { BundledFunction } from '../../infra/bundle.ts'
import { QuietgateStack } from '../../infra/stack.ts'
import { parseConfig, problemsText, type Config } from '../../lambda/config.ts'

const temporaries: string[] = []
afterAll(() => temporaries.forEach((folder) => rmSync(folder, { recursive: true })))

/** An app with the feature flags of cdk.json. CloudFormation's own rules take seconds; the test of the whole app runs them. */
export function emptyApp(): App {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: Record<string, unknown> }
  return new App({ context, outdir: temporary('cdk.out'), autoSynth: false, builtinCloudFormationValidation: false })
}

/** The stack of a configuration, with a function of one line. */
export function stackOf(settings: object = {}): { readonly app: App; readonly stack: QuietgateStack } {
  const app = emptyApp()
  return { app, stack: new QuietgateStack(app, 'Quietgate', { config: configOf(settings), functions: bundles }) }
}

export function templateOf(settings: object = {}): Template {
  return Template.fromStack(stackOf(settings).stack)
}

/** A new folder, which is gone when the tests of the file are over. */
export function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `quietgate-${name}-`))
  temporaries.push(folder)
  return folder
}

function configOf(settings: object): Config {
  const parsed = parseConfig({ domains: ['example.com'], ...settings }, 'the test')
  if (parsed.kind === 'problems') throw new Error(problemsText(parsed.problems))
  return parsed.config
}

const code = 'export const handler = async () => ({ disposition: "CONTINUE" })\n'

/** As `bundle` leaves them: dist/functions/NAME/index.mjs. */
export const bundles: readonly BundledFunction[] = [
  'filter',
  'probe-zones',
  'sent-log',
  'try-version',
  'activate-rule-set',
  'import-directory',
  'scim',
  'compact-records',
  'hand-over',
  'deliver',
  'sweep',
  'digest',
  'widget-read',
  'widget-release',
].map((name) => {
  const directory = join(temporary('dist'), 'functions', name)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'index.mjs'), code)
  const hash = createHash('sha256').update(code).digest('hex')
  return {
    name,
    directory,
    files: ['index.mjs'],
    bytes: code.length,
    hash,
    codeVersion: `0.1.0+${hash.slice(0, 8)}`,
  }
})
