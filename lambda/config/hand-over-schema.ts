import * as v from 'valibot'
import { parseAddress } from '../core/protocol/address.ts'
import { is, may, section } from './section.ts'
import { keySource, oneOf, wholeNumber } from './values.ts'

const arn = (service: string, example: string) => {
  const what = `an ARN such as "${example}"`
  const pattern = new RegExp(String.raw`^arn:aws[a-z-]{0,20}:${service}:[a-z0-9-]{5,25}:\d{12}:[\w./-]{1,256}$`)
  return v.pipe(v.string(what), v.regex(pattern, what), v.metadata({ expected: what }))
}

const address = (() => {
  const what = 'an address such as "admin@example.com"'
  return v.pipe(
    v.string(what),
    v.check((text) => isMailbox(text), what),
    v.metadata({ expected: what }),
  )
})()

/** A name or an address: it stands in no URL, so that a colon or a slash is a mistake. */
const host = (() => {
  const what = 'the name of a host, such as "mail.example.com"'
  return v.pipe(
    v.string(what),
    v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, what),
    v.metadata({ expected: what }),
  )
})()

const certificate = (() => {
  const what = 'a certificate in PEM: "-----BEGIN CERTIFICATE-----" ...'
  return v.pipe(
    v.string(what),
    v.maxLength(20_000, what),
    v.check((text) => text.trimStart().startsWith('-----BEGIN CERTIFICATE-----'), what),
    v.metadata({ expected: what }),
  )
})()

const smtp = section({
  host: is(host, 'The server that takes the mail.'),
  port: may(wholeNumber(1, 65_535), 587, '587 for STARTTLS, 465 for TLS from the start. Lambda reaches nobody on 25.'),
  tls: may(
    v.nullable(oneOf(['starttls', 'implicit', 'none'], '"starttls", "implicit" or "none"')),
    null,
    'null: "implicit" on port 465, else "starttls". "none" is for a server at 127.0.0.1 alone.',
  ),
  credentials: may(
    v.nullable(keySource),
    null,
    'Where user name and password are kept, as {"username": ..., "password": ...}. null: the server asks for none.',
  ),
  ca: may(v.nullable(certificate), null, 'The authority that signed its certificate. null: one that everybody knows.'),
})

/** Where delivered mail goes. */
export const handOver = v.nullable(
  section(
    {
      sns: may(
        v.nullable(arn('sns', 'arn:aws:sns:eu-west-1:123456789012:mail')),
        null,
        'A topic that is told of each message.',
      ),
      sqs: may(
        v.nullable(arn('sqs', 'arn:aws:sqs:eu-west-1:123456789012:mail')),
        null,
        'A queue that is told of each message.',
      ),
      eventBridge: may(
        v.nullable(arn('events', 'arn:aws:events:eu-west-1:123456789012:event-bus/mail')),
        null,
        'A bus that is told of each message.',
      ),
      smtp: may(v.nullable(smtp), null, 'A server that is given each message.'),
      postmaster: may(
        v.nullable(address),
        null,
        'Who gets what comes for postmaster@ and abuse@ of all domains. null: they keep their address, and the target must have them.',
      ),
      concurrency: may(wholeNumber(2, 100), 5, 'How many messages are handed over at once.'),
    },
    'null, or an object with one of sns, sqs, eventBridge and smtp',
  ),
)

function isMailbox(text: string): boolean {
  const read = parseAddress(text)
  return text.length <= 320 && !text.startsWith('<') && read.kind === 'address' && read.domain !== ''
}
