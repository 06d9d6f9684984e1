import { readFileSync } from 'node:fs'

const operations = readFileSync('docs/operations.md', 'utf8')

/** The heading of the operations that the end of an alarm's description names. Null where it names none that is there. */
export function headingOf(description: unknown): string | null {
  const [, heading] = / First: .+ More: docs\/operations\.md, ([\w-]+)\.$/.exec(String(description)) ?? []
  return heading !== undefined && operations.includes(`\n## ${heading}\n`) ? heading : null
}

/** The names of what is counted that the operations explain neither under a heading nor in their text. */
export function unexplained(names: readonly string[]): readonly string[] {
  return names.filter((name) => !operations.includes(`\n## ${name}\n`) && !operations.includes(`\`${name}\``))
}

/** The names in what is written when metrics are counted. */
export function countedBy(count: (write: (line: string) => void) => void): readonly string[] {
  const lines: string[] = []
  count((line) => void lines.push(line))
  return lines.flatMap((line) => Object.keys(JSON.parse(line) as object).filter((name) => name !== '_aws'))
}
