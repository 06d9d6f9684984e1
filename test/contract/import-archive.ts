import { describe, expect, it } from 'vitest'
import type { ImportArchive } from '../../lambda/ports/import-ports.ts'
import { bytesOf } from '../../local/memory/import-ports.ts'

/** The contract of `ImportArchive` in `ports/import-ports.ts`. `make` returns an empty archive. */
export function describeImportArchive(name: string, make: () => Promise<ImportArchive>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const text = async (bytes: AsyncIterable<Uint8Array> | null): Promise<string | null> => {
    if (bytes === null) return null
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const put = (archive: ImportArchive, key: string, content: string): Promise<void> =>
    archive.put(key, bytesOf(Buffer.from(content)), 'text/plain', soon())

  describe(`the archive of imports (${name})`, () => {
    it('has the last that was put at a key, and null where nothing was', async () => {
      const archive = await make()
      await put(archive, 'directory/a', 'one')
      await put(archive, 'directory/a', 'x'.repeat(300_000))
      expect((await text(await archive.get('directory/a', soon())))?.length).toBe(300_000)
      expect(await archive.get('directory/b', soon())).toBe(null)
    })

    it('lists keys by their beginning, sorted, and forgets what is removed', async () => {
      const archive = await make()
      for (const key of ['directory/x/2', 'directory/x/1', 'directory/y/1']) await put(archive, key, key)
      expect(await archive.list('directory/x/', soon())).toEqual(['directory/x/1', 'directory/x/2'])
      await archive.remove('directory/x/1', soon())
      await archive.remove('directory/x/none', soon())
      expect(await archive.list('directory/x/', soon())).toEqual(['directory/x/2'])
    })
  })
}
