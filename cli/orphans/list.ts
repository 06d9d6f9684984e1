import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, printJson, say } from '../terminal.ts'
import type { Verb } from '../verb.ts'
import { withOrphans } from './open.ts'

/** Lists the orphans: when SES stored each, its id, who sent it, and for whom it seems to be. */
export function list(verb: Verb): Promise<ExitCode> {
  return withOrphans(verb, async ({ orphans, envelopeOf, stack }) => {
    for (const orphan of orphans) {
      const envelope = await envelopeOf(orphan)
      const sender = envelope === null ? 'the raw mail is gone' : (envelope.mailFrom ?? '<>')
      const recipients = envelope?.recipients ?? []
      if (verb.json) {
        await printJson(verb.terminal, {
          ...orphan,
          mail_from: envelope?.mailFrom ?? null,
          guessed_recipients: recipients,
        })
      } else {
        await print(verb.terminal, orphan.stored_at, orphan.message_id, sender, recipients.join(', ') || 'nobody known')
      }
    }
    const messages = orphans.length === 1 ? '1 message has' : `${orphans.length} messages have`
    say(verb.terminal, `${messages} no decision (${stack.name}).`)
    return orphans.length === 0 ? exitCodes.ok : exitCodes.findings
  })
}
