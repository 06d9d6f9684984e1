import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleConfig } from '../../local/samples.ts'
import { tablesIn } from '../core/widget/text-of.ts'
import { startedStack, type StartedStack } from './started-stack.ts'

/** What a topic was told. */
const told: URLSearchParams[] = []
const topic = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    told.push(new URLSearchParams(Buffer.concat(chunks).toString()))
    response.writeHead(200).end('<PublishResponse><PublishResult/></PublishResponse>')
  })
})

let started: StartedStack
beforeAll(async () => {
  await new Promise<void>((resolve) => void topic.listen(0, '127.0.0.1', resolve))
  started = await startedStack({
    config: { ...sampleConfig, digest: { topicArn: 'arn:aws:sns:us-east-1:123456789012:mail-digest' } },
    environment: { AWS_ENDPOINT_URL_SNS: `http://127.0.0.1:${(topic.address() as AddressInfo).port}` },
  })
}, 60_000)
afterAll(async () => {
  await started.close()
  topic.close()
})

describe('the widgets of the operator, with the role that they are deployed with', () => {
  it('show every list of the configuration after the probe has run', async () => {
    await started.stack.invoke(started.stack.outputs['ProbeFunction'] ?? '', {})
    const { 'The lists of the configuration': [, ...lists] = [] } = tablesIn(await asked('zones'))
    expect(lists.length).toBeGreaterThan(1)
    expect(lists.map(([, state]) => state)).toContain('healthy')
  }, 30_000)

  it('show every domain, and that its list is whole', async () => {
    const { 'Who exists, domain by domain': [, ...domains] = [] } = tablesIn(await asked('imports'))
    expect(domains.length).toBeGreaterThan(0)
    expect(domains.map(([, state]) => state)).toContain('complete')
  }, 30_000)
})

describe('the digest, with the role that it is deployed with', () => {
  it('goes out for each domain, once', async () => {
    const run = () => started.stack.invoke(started.stack.outputs['DigestFunction'] ?? '', {})
    expect(await run()).toMatchObject({ answer: 'returned', payload: { sent: 1, missing: 0, failures: [] } })
    expect(await run()).toMatchObject({ answer: 'returned', payload: { sent: 0, missing: 0, failures: [] } })
    expect(told.map((one) => [one.get('MessageAttributes.entry.1.Value.StringValue'), one.get('TopicArn')])).toEqual([
      ['example.com', 'arn:aws:sns:us-east-1:123456789012:mail-digest'],
    ])
    expect(told[0]?.get('Message')).toMatch(/^Mail to example\.com on \d{4}-\d\d-\d\d \(UTC\)\n\nNo mail came\./)
    expect(started.log.some((line) => line.includes('"DigestsMissing":0'))).toBe(true)
  }, 30_000)
})

async function asked(view: string): Promise<string> {
  const read = started.stack.outputs['WidgetRead'] ?? ''
  const answer = await started.stack.invoke(read, { view, read, widgetContext: { params: { view, read } } })
  if (answer.answer !== 'returned') throw new Error(JSON.stringify(answer))
  return String(answer.payload)
}
