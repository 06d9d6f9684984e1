import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generate } from '../../docs/generate.ts'
import { literal } from '../../docs/generate/page.ts'
import { readReasonUnion } from '../../docs/generate/reason-union.ts'
import { settings } from '../../lambda/config.ts'
import { reasonCodes, remedies } from '../../lambda/core/explain.ts'

const docs = join(import.meta.dirname, '..', '..', 'docs')
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quietgate-docs-'))
  await cp(join(docs, 'operations.md'), join(directory, 'operations.md'))
  await run(false)
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('generate', () => {
  it('finds nothing out of date in what it has just written', async () => {
    expect(await run(true)).toEqual({ code: 0, said: [] })
  })

  it('fails the check, names the page and leaves it alone, when somebody edited a generated page', async () => {
    const file = join(directory, 'reasons.md')
    const text = await readFile(file, 'utf8')
    const edited = text.replace('The event names no recipient.', 'Nobody is named.')
    await writeFile(file, edited)
    expect(await run(true)).toEqual({ code: 1, said: ['docs/reasons.md is out of date: run npm run docs'] })
    expect(await readFile(file, 'utf8')).toBe(edited)
    expect(await run(false)).toEqual({ code: 0, said: ['docs/reasons.md written'] })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('fails the check when a page was never generated', async () => {
    await rm(join(directory, 'configuration.md'))
    expect(await run(true)).toEqual({ code: 1, said: ['docs/configuration.md is out of date: run npm run docs'] })
    await run(false)
  })

  it('has a section with a sentence and a remedy for every reason', async () => {
    const page = await readFile(join(directory, 'reasons.md'), 'utf8')
    const sections = page.split('\n## ').slice(1)
    expect(sections.map((section) => section.split('\n')[0]).toSorted()).toEqual([...reasonCodes].toSorted())
    const lacking = sections.filter((section) => !section.includes('\n> ') || !section.includes('**What to do.**'))
    expect(lacking).toEqual([])
  })

  it('leads from a reason to its place in operations', async () => {
    const page = await readFile(join(directory, 'reasons.md'), 'utf8')
    expect(page).toContain('[operations](operations.md#zone-silent)')
    expect(page).not.toContain('operations.md#virus-found')
  })

  it('tells a reason once for each wording, with the names of its evidence for their values', async () => {
    const page = await readFile(join(directory, 'reasons.md'), 'utf8')
    const section = page.split('\n## directory-incomplete\n')[1]?.split('\n## ')[0] ?? ''
    expect(section.split('\n').filter((line) => line.startsWith('> '))).toEqual([
      '> No directory of {domain} was ever imported, so it cannot say who does not exist.',
      '> The directory of {domain} is empty, so it cannot say who does not exist.',
    ])
  })

  it('has a row or a section for every setting', async () => {
    const page = await readFile(join(directory, 'configuration.md'), 'utf8')
    const lacking = settings.filter(
      ({ path }) => !page.includes(`\n| \`${path}\` `) && !page.includes(`\n## ${path}\n`),
    )
    expect(lacking).toEqual([])
  })
})

describe('readReasonUnion', () => {
  it('reads codes, comments and evidence off the types', async () => {
    const file = await sourceOf(`
      type Cause = 'timeout' | 'refused'
      type Reason =
        /** Nobody
         *  knows. */
        | { readonly code: 'one'; readonly cause: Cause; readonly score?: number }
        /** Two. */
        | { readonly code: 'two'; readonly zones: readonly string[] }`)
    expect(readReasonUnion(file)).toEqual([
      {
        code: 'one',
        meaning: 'Nobody knows.',
        evidence: [
          { name: 'cause', optional: false, value: { kind: 'one-of', words: ['timeout', 'refused'] } },
          { name: 'score', optional: true, value: { kind: 'free' } },
        ],
      },
      {
        code: 'two',
        meaning: 'Two.',
        evidence: [{ name: 'zones', optional: false, value: { kind: 'list', item: { kind: 'free' } } }],
      },
    ])
  })

  it('refuses a reason that nobody explained', async () => {
    const file = await sourceOf(`type Reason =
      /** One. */
      | { readonly code: 'one' }
      | { readonly code: 'two' }`)
    expect(() => readReasonUnion(file)).toThrow('the reason "two" has no comment above it that says what it means')
  })
})

describe('remedies', () => {
  it('has one for every reason, each a sentence', () => {
    expect(Object.keys(remedies).toSorted()).toEqual([...reasonCodes].toSorted())
    expect(Object.values(remedies).filter((remedy) => !/^[A-Z`].*[^.]\.$/.test(remedy))).toEqual([])
  })
})

describe('literal', () => {
  it('keeps a table in its columns and a pattern in its letters', () => {
    expect(literal('a|b_c *d* `e` [f] _g_ <h>')).toBe('a\\|b_c \\*d\\* \\`e\\` \\[f\\] \\_g\\_ \\<h\\>')
  })
})

async function run(check: boolean): Promise<{ readonly code: number; readonly said: readonly string[] }> {
  const said: string[] = []
  const code = await generate(check, directory, (line) => said.push(line))
  return { code, said }
}

async function sourceOf(text: string): Promise<string> {
  const file = join(directory, 'union.ts')
  await writeFile(file, text)
  return file
}
