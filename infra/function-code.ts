import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AssetHashType, Stage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { BundledFunction } from './bundle.ts'

/**
 * A bundle with a JSON file beside it, which the function reads when it starts: all environment variables together may have
 * 4 KB, and a policy may have more. The asset changes when one of the two does.
 */
export function codeWith(scope: Construct, bundle: BundledFunction, fileName: string, content: unknown): Code {
  const json = JSON.stringify(content)
  const directory = prepared(scope, bundle)
  writeFileSync(join(directory, fileName), json)
  return codeIn(directory, createHash('sha256').update(bundle.hash).update(json).digest('hex'))
}

/** A bundle alone. */
export function codeOf(scope: Construct, bundle: BundledFunction): Code {
  return codeIn(prepared(scope, bundle), bundle.hash)
}

/** Parts are named after their bytes: those of an earlier build would be shipped as well. */
function prepared(scope: Construct, bundle: BundledFunction): string {
  const directory = join(Stage.of(scope)?.outdir ?? bundle.directory, `prepared-${bundle.name}`)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const file of bundle.files) copyFileSync(join(bundle.directory, file), join(directory, file))
  return directory
}

function codeIn(directory: string, assetHash: string): Code {
  return Code.fromAsset(directory, { assetHashType: AssetHashType.CUSTOM, assetHash })
}
