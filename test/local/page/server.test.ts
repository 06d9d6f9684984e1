import fc from 'fast-check'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvents, type Events } from '../../../local/page/events.ts'
import { pageHtml } from '../../../local/page/bundle.ts'
import { bodyLimits, readMetricsRequest, readSendRequest, readWidgetRequest } from '../../../local/page/requests.ts'
import { servePage, type Answer, type PageServer, type Routes } from '../../../local/page/server.ts'

const assets = { html: pageHtml, js: 'export {}', css: 'body {}' }
const json = { 'content-type': 'application/json' }
const told: unknown[] = []
const routes: Routes = {
  get: {
    '/api/samples': () => ({ kind: 'json', value: ['a sample'] }),
    '/api/bug': () => {
      throw new Error('secret')
    },
  },
  post: {
    '/api/alarms': (body) => ({ kind: 'json', value: { asked: body } }),
    '/api/send': (body) => ({ kind: 'json', value: JSON.stringify(body).length }),
  },
  rawMail: (id) =>
    id === 'known'
      ? { kind: 'octets', type: 'message/rfc822', octets: Buffer.from('Subject: <b>\r\n\r\n'), fileName: 'known.eml' }
      : { kind: 'refused', status: 404, sentence: 'There is no such message.' },
}

describe('the server of the page', () => {
  let server: PageServer
  let host: string
  beforeAll(async () => {
    const listening = await servePage(assets, routes, 0, (error) => told.push(error))
    if (listening.answer === 'taken') throw new Error('there is no free port')
    server = listening.server
    host = `127.0.0.1:${server.port}`
  })
  afterAll(() => server.close())
  const ask = (method: string, path: string, headers: OutgoingHttpHeaders = {}, body?: string | Buffer) =>
    asked(server.port, method, path, headers, body)
  const status = async (...request: Parameters<typeof ask>): Promise<number> => (await ask(...request)).status

  it('listens on this machine alone', () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
  })

  it('has the page, its script and its styles', async () => {
    const paths = ['/', '/app.js', '/app.css', '/?tab=Flow']
    const found = await Promise.all(paths.map((path) => ask('GET', path)))
    expect(found.map(({ status, headers, text }) => [status, headers['content-type'], text])).toEqual([
      [200, 'text/html; charset=utf-8', pageHtml],
      [200, 'text/javascript; charset=utf-8', 'export {}'],
      [200, 'text/css; charset=utf-8', 'body {}'],
      [200, 'text/html; charset=utf-8', pageHtml],
    ])
    expect((await ask('HEAD', '/')).text).toBe('')
  })

  it('forbids every script that is not its own, on every answer', async () => {
    const answers = [
      await ask('GET', '/'),
      await ask('GET', '/api/samples'),
      await ask('GET', '/no'),
      await ask('PUT', '/'),
    ]
    for (const { headers } of answers) {
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect([headers['x-content-type-options'], headers['cross-origin-resource-policy']]).toEqual([
        'nosniff',
        'same-origin',
      ])
    }
    expect(pageHtml).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/)
  })

  it('answers to its own two names alone, so that no other name can be made to mean it', async () => {
    const { port } = server
    const names = [
      host,
      `localhost:${port}`,
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
    ]
    const statuses = await Promise.all(names.map((name) => status('GET', '/', { host: name })))
    expect(statuses).toEqual([200, 200, 403, 403, 403, 403])
  })

  it('is asked by its own pages alone', async () => {
    const origins = [
      `http://${host}`,
      `http://localhost:${server.port}`,
      'http://evil.example',
      'null',
      `https://${host}`,
    ]
    const statuses = await Promise.all(
      origins.map((origin) => status('POST', '/api/alarms', { ...json, host, origin }, '{}')),
    )
    expect(statuses).toEqual([200, 200, 403, 403, 403])
    expect(await status('POST', '/api/alarms', { ...json, 'sec-fetch-site': 'cross-site' }, '{}')).toBe(403)
    expect(await status('POST', '/api/alarms', json, '{}')).toBe(200)
  })

  it('takes nothing that a form of another site could send', async () => {
    const types = [
      'application/json; charset=utf-8',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
    ]
    const statuses = await Promise.all(
      types.map((type) => status('POST', '/api/alarms', { 'content-type': type }, '{}')),
    )
    expect(statuses).toEqual([200, 415, 415, 415])
    expect(await status('POST', '/api/alarms', {}, '{}')).toBe(415)
  })

  it('knows its methods and its paths', async () => {
    const asked = [
      ['DELETE', '/api/samples', 405],
      ['POST', '/api/samples', 405],
      ['GET', '/api/alarms', 405],
      ['OPTIONS', '/api/alarms', 405],
      ['GET', '/../../etc/passwd', 404],
      ['GET', '/%2e%2e/package.json', 404],
      ['GET', '/app.js/', 404],
      ['GET', '/__proto__', 404],
      ['GET', '/constructor', 404],
      ['POST', '/toString', 404],
      ['GET', '/api/inbox/../raw', 404],
      ['GET', '/api/inbox/a%2Fb/raw', 404],
    ] as const
    for (const [method, path, expected] of asked)
      expect([method, path, await status(method, path, json)]).toEqual([method, path, expected])
  })

  it('hands a message of the inbox out as a file, whose content no browser interprets', async () => {
    const { headers, text } = await ask('GET', '/api/inbox/known/raw')
    expect([headers['content-type'], headers['content-disposition'], text]).toEqual([
      'message/rfc822',
      'attachment; filename="known.eml"',
      'Subject: <b>\r\n\r\n',
    ])
    expect(await status('GET', '/api/inbox/unknown/raw')).toBe(404)
  })

  it('bounds what it reads, and goes on answering', async () => {
    const long = JSON.stringify('x'.repeat(bodyLimits.other))
    expect(await status('POST', '/api/alarms', json, long)).toBe(413)
    expect(await status('POST', '/api/send', json, long)).toBe(200)
    expect(await status('POST', '/api/send', json, Buffer.alloc(bodyLimits.send + 1, 'x'))).toBe(413)
    expect(await status('POST', '/api/alarms', json, '{}')).toBe(200)
  })

  it('says in a sentence what is wrong, and keeps the words of a bug to the terminal', async () => {
    expect((await ask('POST', '/api/alarms', json, '{')).text).toBe('{"error":"What is asked is not JSON."}')
    const { status: code, text } = await ask('GET', '/api/bug')
    expect([code, text]).toEqual([500, '{"error":"A bug: the terminal of npm start says which."}'])
    expect(told).toEqual([new Error('secret')])
  })

  it('goes on when whoever asked has gone away', async () => {
    const events = createEvents()
    const listening = await servePage(assets, { ...routes, get: { '/gone': gone(events) } }, 0, () => undefined)
    if (listening.answer === 'taken') throw new Error('there is no free port')
    const { port, close } = listening.server
    await expect(asked(port, 'GET', '/gone', {})).rejects.toThrow()
    expect((await asked(port, 'GET', '/', {})).status).toBe(200)
    events.close()
    await close()
  })

  it('says that a port is taken', async () => {
    expect(await servePage(assets, routes, server.port, () => undefined)).toEqual({
      answer: 'taken',
      port: server.port,
    })
  })
})

describe('what the page asks', () => {
  const widget = {
    dashboard: 'Flow',
    widget: 1,
    timeRange: { start: 1, end: 2 },
    theme: 'dark',
    width: 1,
    height: 1,
    forms: {},
  }
  const letter = { from: 'a@b.example', to: ['c@d.example'], subject: 's', body: 'b', clientIp: '198.51.100.10' }
  const raw = { raw: 'YQ==', from: null, to: ['c@d.example'], clientIp: '2001:db8::1', helo: '[192.0.2.1]' }

  it('is taken as api.ts has it', () => {
    const chart = { dashboard: 'Flow', widget: 2, start: 1, end: 2, period: 60 }
    expect(readMetricsRequest(chart)).toEqual({ answer: 'read', request: chart })
    const called = { ...widget, forms: { a: 'b', c: true, d: ['e'] }, call: { endpoint: 'arn', params: { x: [1] } } }
    expect(readWidgetRequest(called)).toEqual({ answer: 'read', request: called })
    expect(readSendRequest({ ...letter, kind: 'eicar' })).toEqual({
      answer: 'read',
      request: { ...letter, kind: 'eicar' },
    })
    expect(readSendRequest(raw)).toEqual({ answer: 'read', request: raw })
  })

  it.each([
    ['a command in an address', { ...letter, from: 'a@b.example>\r\nRCPT TO:<x@y.example' }],
    ['a command in a recipient', { ...letter, to: ['c@d.example\nDATA'] }],
    ['a command in the name of the client', { ...letter, helo: 'a\r\nXCLIENT' }],
    ['a command in its address', { ...letter, clientIp: '198.51.100.10\r\nQUIT' }],
    ['no recipient', { ...letter, to: [] }],
    ['an unknown kind', { ...letter, kind: 'worm' }],
    ['both forms at once', { ...letter, ...raw }],
    ['what is not base64', { ...raw, raw: 'a b' }],
    ['nothing', null],
  ])('is refused in a sentence: %s', (_what, body) => {
    const read = readSendRequest(body)
    expect(read.answer).toBe('refused')
    if (read.answer === 'refused') expect(read.sentence.length).toBeGreaterThan(5)
  })

  it('is refused where the time makes no sense', () => {
    const chart = { dashboard: 'Flow', widget: 2, start: 2, end: 1 }
    expect(readMetricsRequest(chart)).toEqual({ answer: 'refused', sentence: 'the request: start comes before end' })
    for (const period of [0, 61, -60, 1e9])
      expect(readMetricsRequest({ ...chart, end: 3, period }).answer).toBe('refused')
    expect(readWidgetRequest({ ...widget, timeRange: { start: 2, end: 1 } }).answer).toBe('refused')
  })

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        for (const read of [readMetricsRequest, readWidgetRequest, readSendRequest]) {
          expect(['read', 'refused']).toContain(read(body).answer)
        }
      }),
    )
  })
})

/** A page that is closed while it is being told something. */
function gone(events: Events): () => Answer {
  const alarm = { arn: '', name: '', state: 'ok', reason: '', description: '' } as const
  return () => ({
    kind: 'stream',
    to: (response) => {
      events.subscribe(response)
      response.destroy()
      events.tell({ kind: 'alarm', alarm })
      events.tell({ kind: 'alarm', alarm })
    },
  })
}

type Asked = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string }

/** With any header, Host among them, which `fetch` would not let a test set. */
async function asked(
  port: number,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Asked> {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }
}
