import { existsSync, readFileSync } from 'node:fs'

/**
 * Adds up the counts that test/run.ts left in .cache, and ends .ci/run with one line. Exits with 1 when a test failed, when
 * a run left no counts, or when nothing ran at all.
 */
type Counts = { readonly numPassedTests: number; readonly numFailedTests: number; readonly numPendingTests: number }

let passed = 0
let failed = 0
let skipped = 0
for (const project of process.argv.slice(2)) {
  const path = new URL(`../.cache/tests-${project}.json`, import.meta.url)
  if (!existsSync(path)) {
    process.stderr.write(`The ${project} tests left no counts: they did not run to their end.\n`)
    failed += 1
    continue
  }
  const counts = JSON.parse(readFileSync(path, 'utf8')) as Counts
  passed += counts.numPassedTests
  failed += counts.numFailedTests
  skipped += counts.numPendingTests
}
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
