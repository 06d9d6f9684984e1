import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { bundled } from '../bundle.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * Makes the package for the CDK apps of others in `folder`: the construct as CommonJS, which every app can load, its types,
 * and the functions as they are deployed. Nothing of it is built when it is installed. Throws what the compilers say.
 */
export async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'functions'), { recursive: true })
  await build({
    entryPoints: [join(root, 'infra', 'package', 'entry.ts')],
    outfile: join(folder, 'index.js'),
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // The app's own copies: a construct of another copy is no construct.
    external: ['aws-cdk-lib', 'constructs'],
    legalComments: 'none',
  })
  const functions = await bundled()
  await Promise.all(
    functions.flatMap(({ name, directory, files }) =>
      files.map((file) => cp(join(directory, file), join(folder, 'functions', name, file))),
    ),
  )
  const list = functions.map(({ name, files, bytes, hash, codeVersion }) => ({ name, files, bytes, hash, codeVersion }))
  await writeFile(join(folder, 'functions.json'), JSON.stringify(list))
  await writeTypes(folder)
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await cp(join(root, 'docs', 'construct.md'), join(folder, 'README.md'))
  // Those that it leads to.
  for (const page of ['configuration.md', 'deploying.md', 'permissions.md']) {
    await cp(join(root, 'docs', page), join(folder, page))
  }
}

/** A declaration file for every source that the types reach. */
async function writeTypes(folder: string): Promise<void> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: { readonly compilerOptions: Readonly<Record<string, unknown>> }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const outDir = join(folder, 'types')
  const program = ts.createProgram([join(root, 'infra', 'package', 'entry.ts')], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: false,
    rootDir: root,
    outDir,
  })
  program.emit()
  for (const file of await readdir(outDir, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    const text = await readFile(join(outDir, file), 'utf8')
    // Sources name each other with `.ts`, which only their own compiler understands.
    await writeFile(join(outDir, file), text.replaceAll(/(from '\.[^']*|import\("\.[^"]*)\.ts(['"])/g, '$1.js$2'))
  }
}

async function manifest(): Promise<object> {
  const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
    readonly description: string
    readonly license: string
    readonly dependencies: Readonly<Record<string, string>>
  }
  const { version, description, license, dependencies } = own
  return {
    name: 'quietgate',
    version,
    description,
    license,
    main: './index.js',
    types: './types/infra/package/entry.d.ts',
    exports: {
      '.': { types: './types/infra/package/entry.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    engines: { node: '>=20' },
    peerDependencies: {
      'aws-cdk-lib': `^${dependencies['aws-cdk-lib'] ?? ''}`,
      constructs: `^${dependencies['constructs'] ?? ''}`,
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'dist', 'package')
  await buildPackage(folder)
  process.stdout.write(
    `${relative(dirname(folder), folder)} is in ${relative(root, folder)}: npm pack ./${relative(root, folder)}\n`,
  )
}
