import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDirectoryEditor, type DirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbImportLock } from '../../lambda/adapters/dynamodb-import-lock.ts'
import { createDynamoDbImportTable } from '../../lambda/adapters/dynamodb-import-table.ts'
import { createDynamoDbSeenDays } from '../../lambda/adapters/dynamodb-seen-days.ts'
import { openFileScratch } from '../../lambda/adapters/file-scratch.ts'
import { createS3ImportArchive } from '../../lambda/adapters/s3-import-archive.ts'
import { policyOf } from '../../lambda/config.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { ImportPorts } from '../../lambda/ports/import-ports.ts'
import { readConfiguration } from '../configuration.ts'
import type { Domains } from '../entry-keys.ts'
import type { ExitCode } from '../exit-codes.ts'
import { findStack } from '../target.ts'
import type { Terminal } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'

/** Everything that an import needs of a stack, and the policy that it was made of. */
export type OpenImports = Domains & {
  readonly policy: Policy
  readonly ports: ImportPorts
  readonly editor: DirectoryEditor
  /** "the local stack" */
  readonly name: string
  /** Who asks, for the history and for those who are told to wait. */
  readonly by: string
}

export async function withImports(verb: Verb, work: (imports: OpenImports) => Promise<ExitCode>): Promise<ExitCode> {
  const read = readConfiguration(verb)
  if (read.answer === 'unreadable') return fail(verb, read.sentence)
  const { config, where } = read.configuration
  const found = await findStack(
    { ...verb.target, region: verb.target.region ?? config.region },
    'DirectoryTable',
    verb.terminal,
  )
  if (found.answer === 'missing') return fail(verb, found.sentence)
  const { stack, output: directory } = found
  const ledger = stack.outputs.get('LedgerTable')
  const bucket = stack.outputs.get('RecordBucket')
  if (ledger === undefined || bucket === undefined) {
    return fail(verb, `The stack's outputs should have LedgerTable and RecordBucket (${stack.name}): deploy it again.`)
  }
  const [dynamoDb, s3] = [stack.dynamoDb(), await stack.s3()]
  const folder = createFolder()
  const scratch = await openFileScratch(folder.path)
  try {
    const ports = {
      table: createDynamoDbImportTable(dynamoDb, directory),
      seenDays: createDynamoDbSeenDays(dynamoDb, ledger),
      lock: createDynamoDbImportLock(dynamoDb, directory),
      archive: createS3ImportArchive(s3, bucket),
      scratch,
      clock: Date.now,
    }
    const { domains } = config
    const editor = createDirectoryEditor(dynamoDb, directory)
    const by = whoAsks(verb.terminal)
    return await work({ policy: policyOf(config), domains, where, ports, editor, name: stack.name, by })
  } finally {
    await scratch.close()
    folder.remove()
    dynamoDb.destroy()
    s3.destroy()
  }
}

/** Everybody's addresses lie in it for a while: it goes with the process, too, if that is told to end. */
function createFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'quietgate-'))
  const clear = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', clear)
  return {
    path,
    remove: () => {
      process.off('exit', clear)
      clear()
    },
  }
}

function whoAsks({ env }: Terminal): string {
  return `${env['USER'] ?? env['LOGNAME'] ?? env['USERNAME'] ?? 'somebody'} on ${hostname()}`
}
