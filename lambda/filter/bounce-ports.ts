import type { BounceHistory } from '../ports/bounce-history.ts'
import type { MailStore } from '../ports/mail-store.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { RecipientDirectory } from '../ports/recipient-directory.ts'
import type { SentLog } from '../ports/sent-log.ts'
import type { DkimPorts } from './gather-dkim.ts'
import type { TagPorts } from './gather-tags.ts'

/** What judging a bounce needs of the world. */
export type BouncePorts = DkimPorts &
  TagPorts & {
    readonly mail: MailStore
    readonly sentLog: SentLog
    readonly history: BounceHistory
    readonly directory: RecipientDirectory
    readonly metrics: Pick<Metrics, 'failed'>
  }
