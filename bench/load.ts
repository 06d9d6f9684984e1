import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { functionEnvironment, type FunctionFolder } from './function-folder.ts'
import { medianOf, rounded } from './median.ts'

/** Milliseconds from the start of a fresh Node process until it has imported the module. */
export type Load = { readonly module_load_ms: number; readonly empty_module_load_ms: number }

/** Imports the bundle and an empty module by turns, so that both meet the same disturbances. */
export async function measureLoad(folder: FunctionFolder, processes: number): Promise<Load> {
  const bundle = join(folder.path, 'index.mjs')
  const empty = join(folder.path, 'empty.mjs')
  await writeFile(empty, 'export {}\n')
  // The first processes read the files from the disk.
  for (const module of [bundle, empty]) millisecondsToImport(module, folder)
  const pairs = Array.from({ length: processes }, () => ({
    bundle: millisecondsToImport(bundle, folder),
    empty: millisecondsToImport(empty, folder),
  }))
  return {
    module_load_ms: rounded(medianOf(pairs.map((pair) => pair.bundle))),
    empty_module_load_ms: rounded(medianOf(pairs.map((pair) => pair.empty))),
  }
}

/** `performance.now()` counts from the start of the process. */
const timed = 'await import(process.argv[1]); process.stdout.write(String(performance.now())); process.exit()'

function millisecondsToImport(module: string, { path }: FunctionFolder): number {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', timed, pathToFileURL(module).href], {
    cwd: path,
    env: { ...functionEnvironment, AWS_REGION: 'us-east-1' },
    encoding: 'utf8',
  })
  const milliseconds = Number(child.stdout)
  if (child.status !== 0 || !(milliseconds > 0)) throw new Error(`${module} could not be imported:\n${child.stderr}`)
  return milliseconds
}
