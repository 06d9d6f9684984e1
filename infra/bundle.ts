import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildResult } from 'esbuild'
import { lazyHttp, slimSdk } from './bundle/slim-sdk.ts'

/** A function as it is shipped: one file that stands on nothing but Node. */
export type BundledFunction = {
  /** The name of its file in lambda/functions, without `.ts`. */
  readonly name: string
  /** Absolute path of the folder that holds `index.mjs` and nothing else. */
  readonly directory: string
  readonly bytes: number
  /** SHA-256 of `index.mjs`, hexadecimal. */
  readonly hash: string
  /** package.json's version and the first 8 digits of the hash: which code decided stands in every record. */
  readonly codeVersion: string
}

const root = dirname(import.meta.dirname)
const output = join(root, 'dist', 'functions')
const stampFile = join(root, 'dist', 'functions.json')

/**
 * Builds every file of lambda/functions into dist/functions/NAME/index.mjs. The same sources give the same bytes, so that
 * a deploy without a change changes nothing. Beside it, not shipped: dist/NAME.meta.json (what each byte comes from) and
 * dist/NAME.mjs.map (to read a stack by). Throws esbuild's own message when a source cannot be built.
 */
export async function bundle(): Promise<readonly BundledFunction[]> {
  const results = await Promise.all((await functionNames()).map(buildOne))
  const sources = [...new Set(results.flatMap((result) => result.sources))].sort()
  const bundled = results.map((result) => result.bundled)
  await write(stampFile, JSON.stringify({ key: await keyOf(sources), sources, bundled }))
  return bundled.map(absolute)
}

/** What `bundle` built last if none of its sources has changed since, else what it builds now. */
export async function bundled(): Promise<readonly BundledFunction[]> {
  const stamp = await readStamp()
  if (stamp === null || stamp.key !== (await keyOf(stamp.sources))) return bundle()
  return stamp.bundled.map(absolute)
}

type Relocatable = Omit<BundledFunction, 'directory'>
type Stamp = { readonly key: string; readonly sources: readonly string[]; readonly bundled: readonly Relocatable[] }

async function functionNames(): Promise<readonly string[]> {
  const files = await readdir(join(root, 'lambda', 'functions'))
  return files.flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : [])).sort()
}

async function buildOne(name: string): Promise<{ readonly bundled: Relocatable; readonly sources: readonly string[] }> {
  const result = await build({
    entryPoints: [join(root, 'lambda', 'functions', `${name}.ts`)],
    outfile: join(output, name, 'index.mjs'),
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // One line of 300 KB would be printed whole by every error that is thrown in it.
    lineLimit: 400,
    mainFields: ['module', 'main'],
    // CommonJS packages inside an ES module call a `require` that only a CommonJS module is given.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'none',
    sourcemap: 'external',
    metafile: true,
    write: false,
    plugins: [slimSdk, lazyHttp],
  })
  const code = fileOf(result, '.mjs')
  const hash = createHash('sha256').update(code).digest('hex')
  await write(join(output, name, 'index.mjs'), code)
  await write(join(root, 'dist', `${name}.mjs.map`), fileOf(result, '.map'))
  await write(join(root, 'dist', `${name}.meta.json`), JSON.stringify(result.metafile))
  const sources = Object.keys(result.metafile.inputs).filter((path) => path.startsWith('lambda/'))
  return { sources, bundled: { name, bytes: code.length, hash, codeVersion: `${await version()}+${hash.slice(0, 8)}` } }
}

function fileOf(result: BuildResult, extension: string): Uint8Array {
  const file = result.outputFiles?.find(({ path }) => path.endsWith(extension))
  if (file === undefined) throw new Error(`esbuild wrote no ${extension} file`)
  return file.contents
}

async function version(): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version
}

/** Changes with everything that a bundle is made of: our sources, the packages, and how it is built. */
async function keyOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const files = [...sources, 'package.json', 'package-lock.json', 'infra/bundle.ts', 'infra/bundle/slim-sdk.ts']
  const names = await functionNames()
  hash.update(names.join())
  const texts = await Promise.all(files.map((file) => readFile(join(root, file)).catch(() => 'gone')))
  for (const text of texts) hash.update(createHash('sha256').update(text).digest())
  return hash.digest('hex')
}

async function readStamp(): Promise<Stamp | null> {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8')) as Stamp
  } catch {
    // Never built, or interrupted: it is built again.
    return null
  }
}

function absolute(bundled: Relocatable): BundledFunction {
  return { ...bundled, directory: join(output, bundled.name) }
}

/** Two programs may build at once: whoever reads sees the whole file or the one before. */
async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomUUID()}.tmp`
  await writeFile(temporary, content)
  await rename(temporary, path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, directory, bytes, codeVersion } of await bundle()) {
    process.stdout.write(
      `${relative(root, directory)}/index.mjs  ${(bytes / 1000).toFixed(1)} KB  ${name} ${codeVersion}\n`,
    )
  }
}
