import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { lazyHttp, slimSdk } from './bundle/slim-sdk.ts'

/** A function as it is shipped: files that stand on nothing but Node. */
export type BundledFunction = {
  /** The name of its file in lambda/functions, without `.ts`. */
  readonly name: string
  /** Absolute path of the folder that holds the files, and maybe some of an earlier build. */
  readonly directory: string
  /** Names of the files to ship: `index.mjs`, and the parts that it loads at once or when they are needed. */
  readonly files: readonly string[]
  /** Of `index.mjs` and of what it loads at once: what every start reads. */
  readonly bytes: number
  /** SHA-256 of all files, hexadecimal. */
  readonly hash: string
  /** package.json's version and the first 8 digits of the hash: which code decided stands in every record. */
  readonly codeVersion: string
}

const root = dirname(import.meta.dirname)
const output = join(root, 'dist', 'functions')
const stampFile = join(root, 'dist', 'functions.json')

/**
 * Builds every file of lambda/functions into dist/functions/NAME/index.mjs; what is imported only when it is needed becomes
 * a file beside it. The same sources give the same bytes, so that a deploy without a change changes nothing. Not shipped:
 * dist/NAME.meta.json (what each byte comes from) and dist/maps/NAME (to read a stack by). Throws esbuild's own message when
 * a source cannot be built.
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
  const folder = join(output, name)
  const { outputFiles, metafile } = await build({
    entryPoints: { index: join(root, 'lambda', 'functions', `${name}.ts`) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    // Few policies have keys: what reads them is a file of its own, which no other start loads.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // One line of 300 KB would be printed whole by every error that is thrown in it.
    lineLimit: 600,
    mainFields: ['module', 'main'],
    // CommonJS packages inside an ES module call a `require` that only a CommonJS module is given.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'none',
    sourcemap: 'external',
    metafile: true,
    write: false,
    plugins: [slimSdk, lazyHttp],
  })
  const outputs = outputFiles.map(({ path, contents }) => ({ file: basename(path), contents }))
  const shipped = outputs.filter(({ file }) => file.endsWith('.mjs')).sort((a, b) => (a.file < b.file ? -1 : 1))
  const hash = createHash('sha256')
  for (const { file, contents } of shipped) hash.update(file).update(contents)
  for (const { file, contents } of outputs) {
    await write(join(file.endsWith('.mjs') ? folder : join(root, 'dist', 'maps', name), file), contents)
  }
  await write(join(root, 'dist', `${name}.meta.json`), JSON.stringify(metafile))
  const digits = hash.digest('hex')
  return {
    sources: Object.keys(metafile.inputs).filter((path) => path.startsWith('lambda/')),
    bundled: {
      name,
      files: shipped.map(({ file }) => file),
      bytes: bytesAtOnce(metafile),
      hash: digits,
      codeVersion: `${await version()}+${digits.slice(0, 8)}`,
    },
  }
}

/** Bytes of the file of the function itself, and of all files that it imports before it runs. */
function bytesAtOnce({ outputs }: Metafile): number {
  const reached = new Set(Object.keys(outputs).filter((path) => basename(path) === 'index.mjs'))
  // A set that grows while it is walked is walked to its end.
  for (const path of reached) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && next in outputs) reached.add(next)
    }
  }
  return [...reached].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0)
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
      `${relative(root, directory)}/index.mjs  ${(bytes / 1000).toFixed(1)} KB at a start  ${name} ${codeVersion}\n`,
    )
  }
}
