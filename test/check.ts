import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** `npm run check`: everything that is checked without running the tests. All of it runs, so that all is said at once. */
const root = fileURLToPath(new URL('..', import.meta.url))

const checks: readonly (readonly [what: string, ...command: readonly string[]])[] = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['lint', 'eslint', '.'],
  ['types', 'tsc', '-p', '.'],
  ["types of the browser's side", 'tsc', '-p', 'local/page/client'],
  [
    'import rules',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    'lambda',
    'infra',
    'local',
    'cli',
    'test',
    'bench',
    'docs',
  ],
  ['generated docs', 'node', '--disable-warning=ExperimentalWarning', 'docs/generate.ts', '--check'],
  ['cdk synth', 'cdk', 'synth', '--quiet'],
]

const failed = checks.filter(([what, command = '', ...rest]) => {
  process.stdout.write(`--- ${what}\n`)
  return spawnSync(command, rest, { cwd: root, stdio: 'inherit' }).status !== 0
})
process.stdout.write(
  failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.map(([what]) => what).join(', ')}\n`,
)
process.exitCode = failed.length === 0 ? 0 : 1
