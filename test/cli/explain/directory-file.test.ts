import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDirectoryFile } from '../../../cli/explain/directory-file.ts'
import { domainOf, entryOf } from '../../builders.ts'

const domains = [domainOf('example.com'), domainOf('example.org')]

describe('a list of who exists', () => {
  it('has an address a line, catch-alls and remarks, and is complete for the domains that are in it', () => {
    const text = '# staff\r\nAlice@EXAMPLE.com\r\n\r\n  bob@example.com  \n@example.com\nx@elsewhere.example\n'
    expect(readDirectoryFile(text, 'list', domains)).toEqual({
      answer: 'directory',
      directory: {
        entries: new Map([
          ['alice@example.com', entryOf()],
          ['bob@example.com', entryOf()],
          ['@example.com', entryOf({ kind: 'catch-all' })],
          ['x@elsewhere.example', entryOf()],
        ]),
        domains: new Map([
          ['example.com', { answer: 'complete' }],
          ['example.org', { answer: 'incomplete', why: 'empty' }],
        ]),
      },
    })
  })

  it('is refused with every line that is wrong', () => {
    expect(readDirectoryFile('alice\nbob@example.com\n@\n', 'list', domains)).toEqual({
      answer: 'problems',
      problems: [
        'list:1: "alice" is not an address: it has no @',
        'list:3: "@" is no catch-all: "" is not a domain: its domain is empty',
      ],
    })
  })

  it('is read from any text, with at most twenty problems', () => {
    const lines = fc.array(fc.oneof(fc.string(), fc.emailAddress(), fc.constant('not one')), { maxLength: 60 })
    fc.assert(
      fc.property(lines, (text) => {
        const read = readDirectoryFile(text.join('\n'), 'list', domains)
        if (read.answer === 'problems') expect(read.problems.length).toBeLessThanOrEqual(20)
      }),
    )
  })
})
