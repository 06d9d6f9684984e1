import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import type { BundledFunction } from '../../infra/bundle.ts'
import { permissionsIn, type Permission, type Template } from '../../infra/permissions.ts'
import { QuietgateStack } from '../../infra/stack.ts'
import { parseConfig, problemsText } from '../../lambda/config.ts'
import { pageOf, type Page } from './page.ts'
import { variants } from './permission-variants.ts'

/** A permission, and the settings that bring it; none: it is always there. */
export type Row = Permission & { readonly settings: readonly string[] }

/** docs/permissions.md: every permission of the synthesized templates. */
export function permissionsPage(): Promise<Page> {
  const all = permissionRows()
  return pageOf('permissions.md', [
    '# Permissions',
    '',
    '<!-- Made from the synthesized templates by `npm run docs`. -->',
    '',
    'All that the functions may do, and all that others may do to the parts of the stack. `npm run check` fails when the templates have',
    'a permission that this table lacks, or lack one that it has.',
    '',
    'Resources of the stack are named by their logical ids, without the hash at the end. REGION and ACCOUNT are those of the deploy.',
    'What stands in capital letters beside these, and the key of KMS, is what a configuration names.',
    '',
    '## What each function may do',
    '',
    'A setting in the last column brings the permission; where there is none, it is always there. No function may send or bounce mail.',
    '',
    ...tableOf(
      'function',
      all.filter(({ who }) => !isOutsider(who)),
    ),
    '',
    '## What others may do',
    '',
    ...tableOf(
      'who',
      all.filter(({ who }) => isOutsider(who)),
    ),
  ])
}

/** Sorted, so that the order of a template's resources does not matter. Worked out once: it takes a dozen templates. */
export function permissionRows(): readonly Row[] {
  return (workedOut ??= workOut())
}

let workedOut: readonly Row[] | null = null

function workOut(): readonly Row[] {
  const always = permissionsOf({})
  const known = new Set(always.map(keyOf))
  const brought = new Map<string, Row>()
  for (const { setting, settings, beside } of variants) {
    const without = beside === undefined ? known : new Set(permissionsOf(beside).map(keyOf))
    for (const permission of permissionsOf({ ...beside, ...settings })) {
      const key = keyOf(permission)
      if (known.has(key) || without.has(key)) continue
      brought.set(key, { ...permission, settings: [...(brought.get(key)?.settings ?? []), setting] })
    }
  }
  return [...always.map((permission) => ({ ...permission, settings: [] })), ...brought.values()].toSorted(
    (one, other) => (keyOf(one) < keyOf(other) ? -1 : 1),
  )
}

/** The permissions of the stack of a configuration. */
export function permissionsOf(settings: Readonly<Record<string, unknown>>): readonly Permission[] {
  const parsed = parseConfig({ domains: ['example.com'], ...settings }, 'docs/generate/permission-variants.ts')
  if (parsed.kind === 'problems') throw new Error(problemsText(parsed.problems))
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
    readonly context: Record<string, unknown>
  }
  const outdir = mkdtempSync(join(tmpdir(), 'quietgate-permissions-'))
  try {
    // CloudFormation's own rules take seconds, and every synth of the app runs them.
    const app = new App({ context, outdir, autoSynth: false, builtinCloudFormationValidation: false })
    const stack = new QuietgateStack(app, 'Quietgate', { config: parsed.config, functions: standIns(outdir) })
    return permissionsIn(app.synth().getStackByName(stack.stackName).template as Template)
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

const root = join(import.meta.dirname, '..', '..')

/** What is in a function changes nothing about what it may do. */
function standIns(directory: string): readonly BundledFunction[] {
  writeFileSync(join(directory, 'index.mjs'), '')
  return readdirSync(join(root, 'lambda', 'functions')).map((file) => {
    const name = file.slice(0, -'.ts'.length)
    return { name, directory, files: ['index.mjs'], bytes: 0, hash: '0'.repeat(64), codeVersion: '0.0.0' }
  })
}

/** Services, and everybody else who is no part of the stack. */
function isOutsider(who: string): boolean {
  return who === 'everybody' || who.endsWith('.amazonaws.com') || who.startsWith('arn:')
}

function keyOf({ who, effect, api, on, condition }: Permission): string {
  return JSON.stringify([who, effect, on, api, condition])
}

function tableOf(first: string, rows: readonly Row[]): readonly string[] {
  return [
    `| ${first} | | API | on | only if | setting |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...mergedRows(rows).map(
      ({ who, effect, api, on, condition, settings }) =>
        `| ${who} | ${effect === 'Deny' ? 'never' : 'may'} | ${code(api)} | ${code(on)} | ${condition === '' ? '' : code(condition)} | ${settings.map(code).join(', ')} |`,
    ),
  ]
}

/** APIs that differ in nothing else stand in one row. */
function mergedRows(rows: readonly Row[]): readonly Row[] {
  const merged = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify({ ...row, api: '' })
    const before = merged.get(key)
    merged.set(key, before === undefined ? row : { ...before, api: `${before.api}, ${row.api}` })
  }
  return [...merged.values()]
}

function code(text: string): string {
  return text
    .split(', ')
    .map((part) => `\`${part.replaceAll('|', '\\|')}\``)
    .join(', ')
}
