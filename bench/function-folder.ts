import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BundledFunction } from '../infra/bundle.ts'
import type { Policy } from '../lambda/core/policy.ts'

/** What Lambda would unpack to /var/task, and the environment that the stack gives the function. */
export type FunctionFolder = { readonly path: string; readonly remove: () => Promise<void> }

export const functionEnvironment = {
  MAIL_BUCKET: 'bench-mail',
  MAIL_PREFIX: 'mail/',
  RECORD_BUCKET: 'bench-records',
  DIRECTORY_TABLE: 'bench-directory',
  STATE_TABLE: 'bench-state',
  LEDGER_TABLE: 'bench-ledger',
  CODE_VERSION: 'bench',
} as const

/** A folder with the built bundle and the policy beside it, as the deployed asset holds them. */
export async function makeFunctionFolder(
  { directory, files }: BundledFunction,
  policy: Policy,
): Promise<FunctionFolder> {
  const path = await mkdtemp(join(tmpdir(), 'quietgate-bench-'))
  for (const file of files) await copyFile(join(directory, file), join(path, file))
  await writeFile(join(path, 'policy.json'), JSON.stringify(policy))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
