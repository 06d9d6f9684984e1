import { describe, expect, it } from 'vitest'
import { createScimAuthorizer, parseTokens, shortestToken } from '../../lambda/adapters/scim-token.ts'

const one = 'a'.repeat(shortestToken)
const two = 'b'.repeat(shortestToken)
const signal = AbortSignal.timeout(10_000)

describe('the tokens of the SCIM endpoint', () => {
  it('are one or two lines of the secret', () => {
    expect([parseTokens(one), parseTokens(`${one}\r\n\n ${two}\n`)]).toEqual([one, `${one}\n${two}`])
  })

  it.each([
    ['nothing', ''],
    ['too short to be safe', 'a'.repeat(shortestToken - 1)],
    ['three', `${one}\n${two}\n${'c'.repeat(shortestToken)}`],
    ['one that is sound and one that is not', `${one}\nshort`],
    ['JSON', JSON.stringify({ token: one, other: 'with blanks in it' }, null, 1)],
    ['of characters that no header field has', 'é'.repeat(40)],
  ])('are none where the secret is %s', (_what, secret) => {
    expect(parseTokens(secret)).toBeNull()
  })

  it.each([
    [`Bearer ${one}`, 'yes'],
    [`bearer  ${two}`, 'yes'],
    [`Bearer ${one}x`, 'no'],
    [`Bearer ${one}\n${two}`, 'no'],
    [`Basic ${one}`, 'no'],
    ['Bearer ', 'no'],
    [one, 'no'],
    ['', 'no'],
    [null, 'no'],
  ])('let %j in: %s', async (field, expected) => {
    const authorize = createScimAuthorizer(() => Promise.resolve(`${one}\n${two}`), 'scim')
    expect(await authorize(field, signal)).toBe(expected)
  })

  it('say neither yes nor no while they cannot be read: a client would take a no for good', async () => {
    const authorize = createScimAuthorizer(() => Promise.resolve(null), 'scim')
    expect(await authorize(`Bearer ${one}`, signal)).toBe('unknown')
  })
})
