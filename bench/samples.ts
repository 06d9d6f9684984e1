import type { AddressAnswer } from '../lambda/core/facts.ts'
import type { Policy } from '../lambda/core/policy.ts'
import { parseConfig, policyOf } from '../lambda/config.ts'
import { mailboxes } from '../local/memory/recipient-directory.ts'

/** One kind of mail, as the event that SES hands over. */
export type SampleEvent = { readonly kind: string; readonly event: (id: string) => unknown }

type Letter = {
  readonly from?: string
  readonly recipients?: readonly string[]
  readonly ip?: string
  readonly subject?: string
  readonly virus?: 'PASS' | 'FAIL'
}

/** Who exists in the mail of the samples. */
export const sampleDirectory = mailboxes(
  'alice@example.com',
  'bob@example.com',
  ...Array.from({ length: 10 }, (_, i) => `team${i}@example.com`),
)

const listedClient = '203.0.113.66'

/** The kinds of mail of an ordinary day, each counted as often as the others. */
export const sampleEvents: readonly SampleEvent[] = [
  kind('known recipient', {}),
  kind('unknown recipient', { recipients: ['nobody@example.com'] }),
  kind('one of each', { recipients: ['bob@example.com', 'nobody@example.com'] }),
  kind('sub-address', { recipients: ['alice+news+weekly@example.com'] }),
  kind('listed client', { ip: listedClient, from: 'offers@spammer.example' }),
  kind('listed client to postmaster', { ip: listedClient, recipients: ['postmaster@example.com'] }),
  kind('null sender', { from: '' }),
  kind('IPv6 client', { ip: '2001:db8:25::17' }),
  kind('ten recipients', { recipients: Array.from({ length: 10 }, (_, i) => `team${i}@example.com`) }),
  kind('virus, encoded subject', { subject: '=?utf-8?B?UsOkY2tudW5n?= =?utf-8?Q?_n=C3=A4r?=', virus: 'FAIL' }),
]

/** Answers as the DNS would: the listed client is on two lists, nobody else is on any. */
export function sampleAnswer(name: string): AddressAnswer {
  return name.startsWith('66.113.0.203.bl')
    ? { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 }
    : { answer: 'none', why: 'no-such-name' }
}

/** The policy under which the samples are judged: three zones, everything enforced. */
export function samplePolicy(servers: readonly string[] | null): Policy {
  const zone = (name: string, operator: string, weight: number) => ({
    term: `${name}=127.0.0.[2..11]*${weight}`,
    operator,
  })
  const parsed = parseConfig(
    {
      mode: 'enforce',
      domains: ['example.com'],
      dnsbl: { zones: [zone('bl.example', 'One', 2), zone('bl2.example', 'Two', 2), zone('wl.example', 'Three', -3)] },
      dns: { servers },
    },
    'bench/samples.ts',
  )
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return policyOf(parsed.config)
}

function kind(name: string, letter: Letter): SampleEvent {
  return { kind: name, event: (id) => eventOf(id, letter) }
}

function eventOf(id: string, letter: Letter): unknown {
  const { recipients = ['alice@example.com'], from = 'carol@partner.example', virus = 'PASS' } = letter
  const timestamp = '2026-11-21T10:00:00.000Z'
  const status = (word: string) => ({ status: word })
  return {
    Records: [
      {
        eventSource: 'aws:ses',
        eventVersion: '1.0',
        ses: {
          mail: {
            timestamp,
            source: from,
            messageId: id,
            destination: recipients,
            headersTruncated: false,
            headers: headersOf(id, from, recipients, letter),
            commonHeaders: { returnPath: from, from: [from], to: recipients, subject: letter.subject ?? subject },
          },
          receipt: {
            timestamp,
            processingTimeMillis: 500,
            recipients,
            spamVerdict: status('PASS'),
            virusVerdict: status(virus),
            spfVerdict: status('PASS'),
            dkimVerdict: status('GRAY'),
            dmarcVerdict: status('GRAY'),
            action: { type: 'Lambda', functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f' },
          },
        },
      },
    ],
  }
}

const subject = 'The minutes of our meeting on Friday'

/** SES's own fields on top, then about as many of the sender's as ordinary mail has. */
function headersOf(id: string, from: string, recipients: readonly string[], letter: Letter) {
  const { ip = '198.51.100.10' } = letter
  const to = recipients.join(', ')
  const by = `by inbound-smtp.us-east-1.amazonaws.com with SMTP id ${id} for ${recipients[0] ?? ''}`
  const spf = `pass (spfCheck: domain of partner.example designates ${ip} as permitted sender)`
  const opaque = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg'.repeat(5)
  const fields: readonly (readonly [name: string, value: string])[] = [
    ['Return-Path', `<${from}>`],
    [
      'Received',
      `from mail.partner.example (mail.partner.example [${ip}]) ${by}; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)`,
    ],
    ['X-SES-Spam-Verdict', 'PASS'],
    ['X-SES-Virus-Verdict', letter.virus ?? 'PASS'],
    ['Received-SPF', `${spf} client-ip=${ip}; envelope-from=${from}; helo=mail.partner.example;`],
    ['Authentication-Results', `amazonses.com; spf=${spf}; dkim=none; dmarc=none header.from=partner.example;`],
    ['X-SES-RECEIPT', opaque],
    ['X-SES-DKIM-SIGNATURE', `a=rsa-sha256; q=dns/txt; d=amazonses.com; s=selector; b=${opaque}`],
    [
      'Received',
      `from laptop (unknown [192.0.2.7]) by mail.partner.example with ESMTPSA id 1; Sat, 21 Nov 2026 09:59:58 +0000`,
    ],
    ['DKIM-Signature', `v=1; a=rsa-sha256; d=partner.example; s=one; h=From:To:Subject:Date; b=${opaque}`],
    ['From', `"Carol, of Partner" <${from === '' ? 'MAILER-DAEMON@partner.example' : from}>`],
    ['To', to],
    ['Subject', letter.subject ?? subject],
    ['Message-ID', `<${id.slice(0, 12)}@partner.example>`],
    ['Date', 'Sat, 21 Nov 2026 09:59:57 +0000'],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'multipart/alternative; boundary="part"'],
    ['X-Mailer', 'Mail 16.0'],
  ]
  return fields.map(([name, value]) => ({ name, value }))
}
