import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileNameOf, readHead, tailOf } from '../../../../local/aws/s3/object-file.ts'
import type { ObjectHead } from '../../../../local/aws/s3/object-file.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quietgate-objects-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const head: ObjectHead = {
  key: 'w/ü+ a&b=c%20/é<>.eml',
  size: 5,
  etag: '5d41402abc4b2a76b9719d911017c592',
  modifiedAt: 1,
  headers: { 'content-type': 'message/rfc822' },
  tags: [{ name: 'a', value: 'b' }],
  checksum: { name: 'crc32', value: 'NhCmhg==' },
}

describe('the file of an object', () => {
  it('gives the head back', () => {
    const path = join(dir, 'whole')
    writeFileSync(path, Buffer.concat([Buffer.from('hello'), tailOf(head)]))
    expect(readHead(path)).toEqual(head)
  })

  it('is no object when it is cut, grown or something else', () => {
    const whole = Buffer.concat([Buffer.from('hello'), tailOf(head)])
    const broken = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Buffer.concat([more, whole])),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(broken, (bytes) => {
        const path = join(dir, 'broken')
        writeFileSync(path, bytes)
        expect(readHead(path)).toBeNull()
      }),
    )
  })
})

describe('the file name of a key', () => {
  it('is a name that every file system takes, and nobody else has', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(fileNameOf(a)).toMatch(/^[a-z0-9_\-=@+%~][a-z0-9_\-=@+%~.]{0,199}$/)
        expect(fileNameOf(a) === fileNameOf(b)).toBe(a === b)
      }),
    )
  })

  it.each([
    ['mail/u2f3k8', 'mail%2fu2f3k8'],
    ['..', '%2e.'],
    ['A', '%41'],
    ['a', 'a'],
  ])('writes %s as %s', (key, name) => expect(fileNameOf(key)).toBe(name))

  it('tells long keys apart that differ at their end only', () => {
    const long = 'k'.repeat(1000)
    expect(new Set([fileNameOf(long), fileNameOf(`${long}1`), fileNameOf(`${long}2`)]).size).toBe(3)
  })
})
