import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundle, bundled, type BundledFunction } from '../../infra/bundle.ts'
import { withLiteralKeys } from '../../infra/bundle/slim-sdk.ts'
import { parseConfig, policyOf } from '../../lambda/config.ts'
import { temporary } from './synthesized.ts'

let built: readonly BundledFunction[] = []

beforeAll(async () => {
  built = await bundle()
}, 60_000)

describe('the bundle of the filter', () => {
  it('loads less than 400 KB at a start, and is named after its bytes', () => {
    const { directory, files, bytes, hash, codeVersion } = filter()
    const atOnce = loadedAtOnce(directory, 'index.mjs')
    expect(atOnce.reduce((sum, file) => sum + readFileSync(join(directory, file)).length, 0)).toBe(bytes)
    expect(atOnce.filter((file) => !files.includes(file))).toEqual([])
    expect(bytes).toBeLessThan(400_000)
    expect(codeVersion).toBe(`0.1.0+${hash.slice(0, 8)}`)
  })

  it('keeps what reads keys in files that a start does not load', () => {
    const { directory, files } = filter()
    const atOnce = loadedAtOnce(directory, 'index.mjs')
    const naming = (word: string) => files.filter((file) => readFileSync(join(directory, file), 'utf8').includes(word))
    const readers = [naming('GetSecretValue'), naming('GetParameter')].flat()
    expect(readers.map((file) => file.replace(/-\w+\.mjs$/, ''))).toEqual(['secrets-manager', 'parameter-store'])
    expect(readers.filter((file) => atOnce.includes(file))).toEqual([])
  })

  it('has the same bytes when it is built again, and is not built again for nothing', async () => {
    expect(await bundled()).toEqual(built)
    expect(await bundle()).toEqual(built)
  })

  it('holds no way to credentials but the environment', () => {
    const { outputs } = JSON.parse(readFileSync('dist/filter.meta.json', 'utf8')) as {
      readonly outputs: Record<string, { readonly inputs: Record<string, unknown> }>
    }
    const packages = Object.values(outputs)
      .flatMap(({ inputs }) => Object.keys(inputs))
      .filter((path) => /credential-provider|nested-clients|token-providers/.test(path))
      .map((path) => path.split('/').slice(1, 3).join('/'))
    expect([...new Set(packages)].sort()).toEqual([
      '@aws-sdk/credential-provider-env',
      '@aws-sdk/credential-provider-node',
    ])
  })

  it('answers with nothing but Node around it, and loads neither fetch nor WebSocket for that', () => {
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', ask], {
      encoding: 'utf8',
      cwd: deployed(),
      env: {
        ...{
          MAIL_BUCKET: 'mail',
          MAIL_PREFIX: 'mail/',
          RECORD_BUCKET: 'records',
          DIRECTORY_TABLE: 'directory',
          STATE_TABLE: 'state',
          LEDGER_TABLE: 'ledger',
        },
        ...{ CODE_VERSION: '0', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
        // Port 9 (discard): nobody listens there, so that every call is refused at once.
        ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' },
      },
    })
    expect({ status, answer: stdout.split('\n').at(-2) }).toEqual({
      status: 0,
      answer: JSON.stringify({ disposition: 'CONTINUE', loaded: [] }),
    })
  }, 30_000)
})

describe('withLiteralKeys', () => {
  it('writes the value of a constant where it is the key of an object', () => {
    expect(
      withLiteralKeys('const _h = "http";\nexport var A$ = [9, _h, { [_h]: ["GET"], [_x]: 1, a: b[_h] }];\n'),
    ).toBe('const _h = "http";\nexport var A$ = [9, _h, { "http": ["GET"], [_x]: 1, a: b[_h] }];\n')
  })
})

const ask = `
  const { handler } = await import(process.cwd() + '/index.mjs')
  const receipt = { recipients: ['alice@example.com'] }
  const mail = { messageId: 'm1', timestamp: '2026-01-01T00:00:00.000Z', source: 'a@example.net', headers: [] }
  const { disposition } = await handler({ Records: [{ ses: { mail, receipt } }] })
  const loaded = process.moduleLoadList.filter((name) => /undici|websocket/i.test(name))
  process.stdout.write('\\n' + JSON.stringify({ disposition, loaded }) + '\\n')
`

/** The file and every file that it imports, in the order in which they are met. */
function loadedAtOnce(directory: string, file: string, met = new Set<string>()): readonly string[] {
  met.add(file)
  const code = readFileSync(join(directory, file), 'utf8')
  for (const [, next = ''] of code.matchAll(/(?:from|import)\s?"\.\/([\w-]+\.mjs)"/g)) {
    if (!met.has(next)) loadedAtOnce(directory, next, met)
  }
  return [...met]
}

function filter(): BundledFunction {
  const found = built.find(({ name }) => name === 'filter')
  if (found === undefined) throw new Error('no bundle of the filter')
  return found
}

/** A folder as Lambda unpacks it. */
function deployed(): string {
  const parsed = parseConfig({ domains: ['example.com'] }, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join())
  const folder = temporary('deployed')
  for (const file of filter().files) copyFileSync(join(filter().directory, file), join(folder, file))
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policyOf(parsed.config)))
  return folder
}
