import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvCell } from '../../cli/recipients/export.ts'
import { readCsv } from '../../lambda/import-directory/csv-rows.ts'

describe('a cell of an export', () => {
  it('is read back as it was, and is no formula to a spreadsheet, whatever stands in it', async () => {
    const piece = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      "'",
      '"',
      ',',
      ';',
      ' ',
      '\t',
      '\uff1d',
      '\uff20',
      'a',
      'ö',
      '1',
      '(',
      '|',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(text, async (raw) => {
        const value = `${raw.trim().replaceAll('\ufffd', '')}@example.com`
        const cell = csvCell(value)
        expect(cell).not.toMatch(/^"?[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/)
        expect(await readBack(cell)).toBe(value)
      }),
    )
  })
})

/** The address of a row that has this cell. */
async function readBack(cell: string): Promise<string | null | undefined> {
  const file = `address,kind,target,source,removed_at\n${cell},alias,${cell},,\n`
  const bytes = async function* () {
    yield await Promise.resolve(Buffer.from(file))
  }
  for await (const [row] of readCsv(bytes(), file, null)) if (row !== undefined) return row.address
  return undefined
}
