import { createContext, runInContext } from 'node:vm'
import { sendProbe } from '../../../cli/conformance/send-probe.ts'
import type { Lab } from '../../../cli/conformance/lab.ts'
import { labCode, labTemplate } from '../../../cli/conformance/lab-template.ts'
import type { Behaviour } from '../../../local/ses/behaviour.ts'
import { createReceiver, type Receiver } from '../../../local/ses/receive.ts'
import type { ReceiptRuleSet } from '../../../local/ses/rules.ts'
import { startSmtpListener, type SmtpListener } from '../../../local/ses/smtp.ts'

/** A lab on this machine: the laptop's SES with the rules of the template, and the code of its function. */
export function emulatedLab(domain: string, behaviour: Behaviour): Lab & { readonly isClean: () => boolean } {
  const kept = new Map<string, unknown>()
  const handler = handlerOf(kept)
  let smtp: Extract<SmtpListener, { answer: 'listening' }> | null = null
  const ruleSet = ruleSetOf(domain)
  const receiver: Receiver = createReceiver({
    region: 'eu-west-1',
    ruleSet,
    behaviour,
    resolver: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    putObject: () => Promise.resolve(),
    invokeFunction: async (_arn, event) =>
      ({ answer: 'returned', payload: await handler(event), milliseconds: 0 }) as never,
  })
  return {
    region: 'eu-west-1',
    setUp: async () => {
      const { unmatchedReply } = behaviour
      const accept = async (...message: Parameters<Receiver['accept']>) => {
        const accepted = await receiver.accept(...message)
        await accepted.done
        return accepted
      }
      const started = await startSmtpListener({
        ruleSet,
        accept,
        port: 0,
        portOption: '--port',
        region: 'eu-west-1',
        unmatchedReply,
      })
      if (started.answer === 'refused') return started
      smtp = started
      return { answer: 'ready' }
    },
    send: (probe) => sendProbe({ host: '127.0.0.1', port: smtp?.port ?? 0 }, probe),
    events: (subject) =>
      Promise.resolve([...kept].filter(([key]) => key.startsWith(`events/${subject}/`)).map(([, event]) => event)),
    tearDown: async () => {
      receiver.close()
      await smtp?.close()
      smtp = null
      return []
    },
    isClean: () => smtp === null,
  }
}

/** The rules as the template has them. */
function ruleSetOf(domain: string): ReceiptRuleSet {
  const { Resources } = labTemplate(domain) as {
    readonly Resources: Record<string, { Properties: { Rule: { Recipients: string[] } } }>
  }
  const rule = (name: string) => ({
    name,
    enabled: true,
    scanEnabled: false,
    tlsRequired: false,
    recipients: Resources[name]?.Properties.Rule.Recipients ?? [],
    actions: [{ kind: 'lambda' as const, functionArn: 'arn', invocationType: 'RequestResponse' as const }],
  })
  return { name: 'lab', rules: [rule('Stop'), rule('Watch')] } as unknown as ReceiptRuleSet
}

/** The very code that is deployed, with an S3 that is a map. */
function handlerOf(kept: Map<string, unknown>): (event: unknown) => Promise<unknown> {
  class PutObjectCommand {
    readonly input: { readonly Key: string; readonly Body: string }
    constructor(input: { readonly Key: string; readonly Body: string }) {
      this.input = input
    }
  }
  class S3Client {
    send({ input }: PutObjectCommand): Promise<void> {
      kept.set(input.Key, JSON.parse(input.Body))
      return Promise.resolve()
    }
  }
  const modules: Readonly<Record<string, unknown>> = {
    'node:crypto': { randomUUID: () => crypto.randomUUID() },
    '@aws-sdk/client-s3': { PutObjectCommand, S3Client },
  }
  const exports: { handler?: (event: unknown) => Promise<unknown> } = {}
  const require = (name: string): unknown => modules[name]
  runInContext(labCode, createContext({ exports, require, process: { env: { BUCKET: 'bucket' } } }))
  return exports.handler ?? (() => Promise.resolve(null))
}
