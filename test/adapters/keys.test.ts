import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { awsKeySources, createKeyReader, type KeySources } from '../../lambda/adapters/keys.ts'
import { never } from '../contract/zone-lookup.ts'

/** A reader whose secrets are what `tell` last said; null: AWS does not answer. */
const world = () => {
  let now = 0
  let text: string | null = null
  const asked: string[] = []
  const told = (kept: string) => (id: string) => {
    asked.push(`${kept} ${id}`)
    return Promise.resolve(text)
  }
  const sources: KeySources = { 'secrets-manager': told('secret'), ssm: told('parameter') }
  const keys = createKeyReader(
    [
      { name: 'dqs', kept: 'secrets-manager', id: 'mail/dqs' },
      { name: 'other', kept: 'ssm', id: '/mail/other' },
    ],
    sources,
    () => now,
  )
  return {
    asked,
    read: (name = 'dqs') => keys(name, never()),
    tell: (value: string | null) => {
      text = value
    },
    wait: (seconds: number) => {
      now += seconds * 1000
    },
  }
}

describe('the reader of keys', () => {
  it('reads a key when it is first used, once for all who wait for it', async () => {
    const { asked, read, tell } = world()
    expect(asked).toEqual([])
    tell('abc123')
    expect(await Promise.all([read(), read(), read()])).toEqual(['abc123', 'abc123', 'abc123'])
    expect(await read('other')).toBe('abc123')
    expect(asked).toEqual(['secret mail/dqs', 'parameter /mail/other'])
  })

  it('reads it again after 15 minutes, and gives the one it has meanwhile', async () => {
    const { asked, read, tell, wait } = world()
    tell('abc123')
    await read()
    tell('xyz789')
    wait(899)
    expect(await read()).toBe('abc123')
    expect(asked).toHaveLength(1)
    wait(1)
    expect(await read()).toBe('abc123')
    await vi.waitFor(async () => expect(await read()).toBe('xyz789'))
    expect(asked).toHaveLength(2)
  })

  it('keeps the key that it has when it cannot be read again, and leaves AWS alone for a minute', async () => {
    const { asked, read, tell, wait } = world()
    tell('abc123')
    await read()
    tell(null)
    wait(900)
    for (let turn = 0; turn < 5; turn++) expect(await read()).toBe('abc123')
    expect(asked).toHaveLength(2)
    wait(60)
    expect(await read()).toBe('abc123')
    expect(asked).toHaveLength(3)
  })

  it('has no key while it cannot be read, and asks once a minute', async () => {
    const { asked, read, tell, wait } = world()
    expect([await read(), await read()]).toEqual([null, null])
    expect(asked).toHaveLength(1)
    tell('abc123')
    wait(60)
    expect(await read()).toBe('abc123')
  })

  it('reads it again when the clock was set back', async () => {
    const { asked, read, tell, wait } = world()
    tell('abc123')
    wait(86_400)
    await read()
    wait(-3600)
    await read()
    expect(asked).toHaveLength(2)
  })

  it('has no key of a name that the policy does not know', async () => {
    expect(await world().read('nobody')).toBeNull()
  })

  it('gives up when the signal aborts, while another goes on waiting', async () => {
    let say: (text: string) => void = () => undefined
    const slow = () => new Promise<string>((resolve) => (say = resolve))
    const keys = createKeyReader([{ name: 'dqs', kept: 'ssm', id: 'x' }], { 'secrets-manager': slow, ssm: slow })
    const hasty = new AbortController()
    const [first, second] = [keys('dqs', hasty.signal), keys('dqs', never())]
    hasty.abort()
    expect(await first).toBeNull()
    say('abc123')
    expect(await second).toBe('abc123')
    expect(await keys('dqs', AbortSignal.abort())).toBeNull()
  })

  it('takes the newline off that many secrets end in', async () => {
    const { read, tell } = world()
    tell(' abc123\n')
    expect(await read()).toBe('abc123')
  })

  it.each(['', '{"dqs":"abc123"}', 'two words', 'a.b', '-abc', 'abc-', 'a'.repeat(64), 'schlüssel'])(
    'takes %j for no key: it would be shown to the DNS',
    async (text) => {
      const { read, tell } = world()
      tell(text)
      expect(await read()).toBeNull()
    },
  )

  it('never gives what does not fit in one label of a name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 100 }), async (text) => {
        const { read, tell } = world()
        tell(text)
        const key = await read()
        expect(key === null || (key.length <= 63 && !/[^a-z0-9-]/i.test(key))).toBe(true)
      }),
    )
  })

  it('rejects for a bug', async () => {
    const broken = () => Promise.reject(new TypeError('no such function'))
    const keys = createKeyReader([{ name: 'dqs', kept: 'ssm', id: 'x' }], { 'secrets-manager': broken, ssm: broken })
    await expect(keys('dqs', never())).rejects.toThrow('no such function')
  })
})

describe('the sources of keys in AWS', () => {
  const closing: (() => void)[] = []
  afterEach(() => {
    vi.unstubAllEnvs()
    for (const close of closing.splice(0)) close()
  })
  /** An endpoint that answers every call so; gives what it was asked. */
  const answering = async (status: number, body: unknown) => {
    const calls: { readonly target: unknown; readonly body: unknown }[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        calls.push({
          target: request.headers['x-amz-target'],
          body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
        })
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    useEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return calls
  }
  const useEndpoint = (url: string) => {
    vi.stubEnv('AWS_ENDPOINT_URL', url)
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b')
  }

  it('give the text of a secret', async () => {
    const calls = await answering(200, { Name: 'mail/dqs', SecretString: 'abc123' })
    expect(await awsKeySources['secrets-manager']('mail/dqs', never())).toBe('abc123')
    expect(calls).toEqual([{ target: 'secretsmanager.GetSecretValue', body: { SecretId: 'mail/dqs' } }])
  })

  it('give a parameter, decrypted', async () => {
    const calls = await answering(200, { Parameter: { Name: '/mail/dqs', Value: 'abc123' } })
    expect(await awsKeySources.ssm('/mail/dqs', never())).toBe('abc123')
    expect(calls).toEqual([{ target: 'AmazonSSM.GetParameter', body: { Name: '/mail/dqs', WithDecryption: true } }])
  })

  it.each(['secrets-manager', 'ssm'] as const)('give nothing when %s refuses', async (kept) => {
    await answering(400, { __type: 'AccessDeniedException', message: 'No.' })
    expect(await awsKeySources[kept]('x', never())).toBeNull()
  })

  it.each(['secrets-manager', 'ssm'] as const)('give nothing when %s cannot be reached', async (kept) => {
    useEndpoint('http://127.0.0.1:9')
    expect(await awsKeySources[kept]('x', never())).toBeNull()
  })

  it.each(['secrets-manager', 'ssm'] as const)('give nothing when %s takes too long', async (kept) => {
    useEndpoint('http://127.0.0.1:9')
    expect(await awsKeySources[kept]('x', AbortSignal.abort())).toBeNull()
  })
})
