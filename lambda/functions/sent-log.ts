import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDbSentLogWriter } from '../adapters/dynamodb-sent-log.ts'
import { createEmfSentLogMetrics } from '../adapters/emf-sent-log-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { readSendEvent } from '../adapters/ses-send-event.ts'

/**
 * SES says what it sent, and it is written into the sent log. Throws for what could not be written, which makes Lambda try
 * again and in the end keep the event in the dead-letter queue; writing it twice changes nothing.
 */
export const handler = async (event: unknown): Promise<void> => {
  const entries = readSendEvent(event)
  if (entries.length === 0) {
    // No further try would read it.
    metrics.unread()
    return
  }
  const { failed, cause } = await log.add(entries, AbortSignal.timeout(ownTimeMs))
  metrics.added({ written: entries.length - failed, failed })
  if (failed > 0) throw new Error(`${failed} of ${entries.length} entries could not be written: ${String(cause)}`)
}

/** Below the function's timeout of 30 s: what was cut off is then counted. */
const ownTimeMs = 25_000

const { LEDGER_TABLE } = readEnvironment(process.env, ['LEDGER_TABLE'])

// A frozen function wakes up with dead sockets: a short time-out and a further try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 2000, throwOnRequestTimeout: true }
const log = createDynamoDbSentLogWriter(new DynamoDBClient({ maxAttempts: 5, requestHandler }), LEDGER_TABLE)
const metrics = createEmfSentLogMetrics((line) => void process.stdout.write(line), Date.now)
