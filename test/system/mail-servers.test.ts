import { beforeAll, describe, expect, it } from 'vitest'
import { readReport } from '../../lambda/core/read-report.ts'
import { variants } from './bounce-variants.ts'
import { judgeBounce, type Judged } from './judge-bounce.ts'
import { outcomeOf, returnForms, servers, type Server } from './mail-server-outcomes.ts'
import { collectBounces, type RealBounces } from './real-bounces.ts'
import { formOf } from './return-form.ts'
import { makeKey } from './signer.ts'

const now = new Date()
let real: RealBounces

beforeAll(async () => {
  real = await collectBounces(now)
})

const judge = (bounce: Buffer, differs: Partial<Judged> = {}) => {
  const selectors = real.keys.map(({ selector }) => selector)
  return judgeBounce(bounce, { recipient: 'alice@example.com', now, keys: real.keys, selectors, ...differs })
}

describe.each(servers)('what %s returns', (server) => {
  it.each(variants.map(({ id, title }) => ({ id, title })))('is judged as the table says: $title', async ({ id }) => {
    const { bounce, without } = await real.of(server, id)
    expect({ kind: readReport(bounce).kind, verdict: await judge(bounce), without }).toEqual({
      kind: 'dsn',
      ...outcomeOf(server, id),
    })
  })

  it('has the form that the table says', async () => {
    const bounces = await Promise.all(variants.map(async ({ id }) => [id, await real.of(server, id)] as const))
    expect(formOf(new Map(bounces))).toEqual(returnForms[server])
  })

  it.each([
    ['From', /^From: Alic/m],
    ['Subject', /^Subject: The plan/m],
    ['Date', /^Date: ..., \d\d ... 20\d\d \d\d:\d\d:\d\d/m],
  ])('proves nothing any more with one octet of the returned %s changed', async (_name, upToOctet) => {
    // The last bit of the octet: a digit stays a digit.
    const flipped = (text: string): string =>
      `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1)}`
    expect(await verdictOn(server, (returned) => returned.replace(upToOctet, flipped))).toBe('unverified')
  })

  it('proves nothing with another From on top of all that was returned', async () => {
    const verdict = await verdictOn(server, (returned) => `From: Mallory <mallory@evil.example>\r\n${returned}`)
    expect(verdict).toBe('unverified')
  })

  it('proves nothing with another From right above the signed one, or right below it', async () => {
    const another = 'From: Alice <alice@example.com>\r\n'
    expect(await verdictOn(server, (returned) => returned.replace(/^From: /m, `${another}$&`))).toBe('unverified')
    expect(await verdictOn(server, (returned) => returned.replace(/^To: /m, `${another}$&`))).toBe('unverified')
  })

  it('proves nothing when the key in the DNS is another, and when there is none', async () => {
    const { bounce } = await real.of(server, 'relaxed')
    expect(await judge(bounce, { keys: [makeKey('rsa-sha256', 'r1')] })).toBe('unverified')
    expect(await judge(bounce, { keys: [] })).toBe('unverified')
  })

  it('is taken for forged where its signature is gone, and for our own where it only fails', async () => {
    const unsigned = await verdictOn(server, (returned) =>
      returned.replace(/^DKIM-Signature:.*\r?\n(?:[ \t].*\r?\n)*/gm, ''),
    )
    expect(unsigned).toBe('backscatter')
    const failing = await verdictOn(server, (returned) => returned.replace(/^Subject: The plan/m, 'Subject: The plot'))
    expect(failing).toBe('unverified')
  })

  it('proves nothing after fifteen days', async () => {
    const { bounce } = await real.of(server, 'relaxed')
    const day = 24 * 60 * 60 * 1000
    expect(await judge(bounce, { now: new Date(now.getTime() + 13 * day) })).toBe('authentic')
    expect(await judge(bounce, { now: new Date(now.getTime() + 15 * day) })).toBe('unverified')
  })

  it('proves nothing to bob, because alice wrote the message', async () => {
    const { bounce } = await real.of(server, 'relaxed')
    expect(await judge(bounce, { recipient: 'bob@example.com' })).toBe('unverified')
  })
})

/** The verdict on a bounce whose returned message somebody has changed. It was authentic before. */
async function verdictOn(server: Server, change: (returned: string) => string): Promise<string | null> {
  const { bounce } = await real.of(server, 'relaxed')
  expect(await judge(bounce)).toBe('authentic')
  const text = bounce.toString('latin1')
  const { header } = readReport(bounce).returned!
  const at = text.indexOf(header)
  expect(at).not.toBe(-1)
  const changed = change(header)
  expect(changed).not.toBe(header)
  return judge(Buffer.from(`${text.slice(0, at)}${changed}${text.slice(at + header.length)}`, 'latin1'))
}
