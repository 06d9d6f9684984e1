import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFunctionUrlEvent, writeFunctionUrlResponse } from '../../lambda/adapters/function-url-event.ts'
import { largestBody } from '../../lambda/core/scim/http.ts'
import { host, urlEvent } from '../scim/world.ts'

describe('a request to a function URL', () => {
  it('is read with its path decoded, its query, and a body that Lambda took for binary', () => {
    const headers = { authorization: 'Bearer x', 'if-match': 'W/"1"' }
    const event = urlEvent(
      'put',
      '/scim/v2/Users/a%2Fb?filter=userName+eq+%22%C3%A9%22&count=1',
      { userName: 'é' },
      headers,
    )
    expect(readFunctionUrlEvent(event)).toEqual({
      method: 'PUT',
      path: ['Users', 'a/b'],
      query: new Map([
        ['filter', 'userName eq "é"'],
        ['count', '1'],
      ]),
      body: { kind: 'text', text: '{"userName":"é"}' },
      authorization: 'Bearer x',
      ifMatch: 'W/"1"',
      base: `https://${host}/scim/v2`,
    })
  })

  it('may leave out /scim/v2, and has a body as text where its media type is one of text', () => {
    const event = { ...urlEvent('GET', '//Users/', undefined, {}), body: '{"a":"é"}', isBase64Encoded: false }
    expect(readFunctionUrlEvent(event)).toMatchObject({
      path: ['Users'],
      body: { kind: 'text', text: '{"a":"é"}' },
      authorization: null,
      base: `https://${host}`,
    })
  })

  it.each([
    ['none', undefined, { kind: 'none' }],
    ['too large', 'a'.repeat(largestBody + 1), { kind: 'unread', why: 'too-large' }],
    ['far too large', 'a'.repeat(largestBody * 3), { kind: 'unread', why: 'too-large' }],
  ])('has a body that is %s', (_what, body, expected) => {
    expect(readFunctionUrlEvent(urlEvent('POST', '/Users', body, {}))?.body).toEqual(expected)
  })

  it('has a body that is not UTF-8, or a path that is not encoded', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]).toString('base64')
    const event = { ...urlEvent('POST', '/Users/%E0%A4%A', '{}', {}), body: bytes }
    expect(readFunctionUrlEvent(event)).toMatchObject({ path: null, body: { kind: 'unread', why: 'not-utf-8' } })
  })

  it('is read, or is null, whatever it is', () => {
    const part = fc.constantFrom('requestContext', 'http', 'method', 'rawPath', 'headers', 'body', 'domainName')
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(part, fc.anything())), (event) => {
        const request = readFunctionUrlEvent(event)
        expect(request === null || typeof request.method === 'string').toBe(true)
      }),
    )
  })

  it('is answered without a body where there is none', () => {
    expect(writeFunctionUrlResponse({ status: 204, headers: {}, body: null })).toEqual({ statusCode: 204, headers: {} })
    expect(writeFunctionUrlResponse({ status: 200, headers: { a: 'b' }, body: { c: 1 } })).toEqual({
      statusCode: 200,
      headers: { a: 'b' },
      body: '{"c":1}',
    })
  })
})
