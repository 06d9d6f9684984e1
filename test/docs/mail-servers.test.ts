import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tables } from '../system/mail-server-outcomes.ts'

const page = join(import.meta.dirname, '..', '..', 'docs', 'mail-servers.md')

describe('mail-servers.md', () => {
  it.each(Object.entries(tables()))(
    'has the table of %s that the system tests hold against real servers',
    async (name, rows) => {
      const [, below] = (await readFile(page, 'utf8')).split(`<!-- table: ${name} -->\n\n`)
      const written = below?.split('\n\n', 1)[0]?.split('\n') ?? []
      expect(written.map(cellsOf)).toEqual(rows.map(cellsOf))
    },
  )
})

/** Without the blanks and dashes with which a formatter aligns the columns. */
function cellsOf(row: string): readonly string[] {
  return row.split('|').map((cell) => cell.trim().replace(/^-{3,}$/, '---'))
}
