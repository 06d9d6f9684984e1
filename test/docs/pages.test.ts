import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEmfMetrics } from '../../lambda/adapters/emf-metrics.ts'
import { remedies } from '../../lambda/core/explain.ts'
import { failureNames } from '../metric-series.ts'

const root = join(import.meta.dirname, '..', '..')
const docs = join(root, 'docs')

describe('operations.md', () => {
  it('has a section for every metric that counts a failure', async () => {
    const lines: string[] = []
    const metrics = createEmfMetrics((line) => lines.push(line), Date.now)
    for (const failure of failureNames) metrics.failed(failure)
    const names = lines.map((line) => Object.keys(JSON.parse(line) as object).filter((name) => name !== '_aws'))
    const sections = await headings('operations.md')
    expect(names.flat().filter((name) => !sections.includes(name))).toEqual([])
    expect(names.flat()).toHaveLength(10)
  })

  it('has a section for every reason about which something is to be done', async () => {
    const actedOn = Object.entries(remedies).flatMap(([code, remedy]) => (remedy.startsWith('Nothing') ? [] : [code]))
    const sections = await headings('operations.md')
    expect(actedOn.filter((code) => !sections.includes(code))).toEqual([])
    expect(actedOn).toContain('zone-silent')
  })

  it('says in every section whether mail is being lost, and what to do first', async () => {
    const text = await readFile(join(docs, 'operations.md'), 'utf8')
    const sections = text.split('\n## ').slice(1)
    const lacking = sections.filter(
      (section) => !section.includes('**Is mail being lost?**') || !section.includes('**First command:**'),
    )
    expect(lacking.map((section) => section.split('\n')[0])).toEqual([])
  })
})

describe('the pages', () => {
  it('link only to what is there', async () => {
    const names = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith('.md'))
    const broken = await Promise.all(
      names.map(async (name) => {
        const text = await readFile(join(docs, name), 'utf8')
        const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target)
        const checked = await Promise.all(targets.map(async (target) => ((await leads(name, target)) ? [] : [target])))
        return checked.flat().map((target) => `${name}: ${target}`)
      }),
    )
    expect(broken.flat()).toEqual([])
    expect(names.length).toBeGreaterThan(10)
  })

  it('name every package that is installed, and why', async () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    const packages = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    const page = await readFile(join(docs, 'adr', '0008-dependencies.md'), 'utf8')
    const unnamed = packages.filter((name) => !name.startsWith('@types/') && !page.includes(`\`${name}\``))
    expect(unnamed).toEqual([])
  })

  it('name only files that are there', async () => {
    const pages = await Promise.all(
      ['architecture.md', 'standards.md'].map((name) => readFile(join(docs, name), 'utf8')),
    )
    const paths = pages.flatMap((text) =>
      Array.from(text.matchAll(/`((?:lambda|infra|local)\/[^`]*)`/g), ([, path]) => path),
    )
    expect(paths.filter((path = '') => !existsSync(join(root, path)))).toEqual([])
    expect(paths.length).toBeGreaterThan(40)
  })
})

/** Whether a link of a page leads somewhere: to a file, and to a heading of it. */
async function leads(page: string, target: string): Promise<boolean> {
  if (target.startsWith('https://')) return true
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(docs, file))) return false
  return anchor === undefined || (await headings(file)).some((heading) => anchorOf(heading) === anchor)
}

async function headings(name: string): Promise<readonly string[]> {
  const text = await readFile(join(docs, name), 'utf8')
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading)
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}
