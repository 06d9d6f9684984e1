import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Inbox } from './inbox.ts'
import type { Page } from './page/page.ts'
import type { LocalStack } from './stack.ts'

/** Where a running `npm start` says how to reach it; `quietgate --local` reads it. QUIETGATE_LOCAL names another place. */
export const localStackFile =
  process.env['QUIETGATE_LOCAL'] ?? join(fileURLToPath(new URL('..', import.meta.url)), '.cache', 'local-stack.json')

export type LocalStackDescription = {
  readonly pid: number
  readonly region: string
  readonly smtpPort: number
  readonly s3: string
  readonly dynamoDb: string
  readonly sqs: string
  readonly dns: string
  /** The SMTP port of the inbox that mail is handed over to; absent: the configuration says where it goes. */
  readonly inboxPort?: number
  /** The address of the page; absent: there is none. */
  readonly page?: string
  readonly outputs: Readonly<Record<string, string>>
}

type Beside = { readonly inbox: Pick<Inbox, 'port'> | null; readonly page: Pick<Page, 'url'> | null }

export function describeStack(
  stack: LocalStack,
  { inbox, page }: Beside = { inbox: null, page: null },
): LocalStackDescription {
  const { region, smtpPort, s3, dynamoDb, sqs, dns, outputs } = stack
  return {
    pid: process.pid,
    region,
    smtpPort,
    s3: s3.url,
    dynamoDb: dynamoDb.url,
    sqs: sqs.url,
    dns: dns.address,
    ...(inbox === null ? {} : { inboxPort: inbox.port }),
    ...(page === null ? {} : { page: page.url }),
    outputs,
  }
}
