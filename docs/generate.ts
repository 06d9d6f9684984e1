import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configurationPage } from './generate/configuration.ts'
import type { Page } from './generate/page.ts'
import { permissionsPage } from './generate/permissions.ts'
import { reasonsPage } from './generate/reasons.ts'
import { zonesPage } from './generate/zones.ts'

/**
 * `npm run docs` writes the pages that are made from the code; with `--check` it writes nothing, and ends with 1 if one of
 * them is not what the code says now. Resolves with the exit code.
 */
export async function generate(check: boolean, directory: string, say: (line: string) => void): Promise<number> {
  const pages = await Promise.all([reasonsPage(directory), configurationPage(), zonesPage(), permissionsPage()])
  const stale = await staleAmong(pages, directory)
  if (!check) for (const { name, text } of stale) await writeFile(join(directory, name), text)
  for (const { name } of stale) say(check ? `docs/${name} is out of date: run npm run docs` : `docs/${name} written`)
  return check && stale.length > 0 ? 1 : 0
}

async function staleAmong(pages: readonly Page[], directory: string): Promise<readonly Page[]> {
  const written = await Promise.all(
    pages.map(({ name }) => readFile(join(directory, name), 'utf8').catch(() => 'not there yet')),
  )
  return pages.filter(({ text }, index) => text !== written[index])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  process.exitCode = await generate(process.argv.includes('--check'), import.meta.dirname, say)
}
