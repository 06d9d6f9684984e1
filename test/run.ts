import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * `npm test`: every test that needs nothing but Node. `-- NAME` runs the files whose path holds NAME; `--system` runs the
 * tests against real servers instead, which .ci/run installs first.
 *
 * The counts are left in .cache, so that .ci/run can end with the real ones.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const given = process.argv.slice(2)
const project = given.includes('--system') ? 'system' : 'unit'
mkdirSync(`${root}/.cache`, { recursive: true })

const { status } = spawnSync(
  process.execPath,
  [
    `${root}/node_modules/vitest/vitest.mjs`,
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${root}/.cache/tests-${project}.json`,
    ...given.filter((argument) => argument !== '--system'),
  ],
  { cwd: root, stdio: 'inherit' },
)
process.exitCode = status ?? 1
