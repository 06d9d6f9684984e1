import type { RecipientFact } from '../lambda/core/facts.ts'
import type { Message } from '../lambda/core/message.ts'
import type { Policy } from '../lambda/core/policy.ts'
import { directoryQuestions, recipientFacts, recipientQuestions } from '../lambda/core/questions.ts'
import type { DirectoryAnswers, RecipientDirectory } from '../lambda/ports/recipient-directory.ts'

/** Milliseconds for one batch of questions to a directory. */
export const patienceMs = 30_000

export type Asked = { readonly answers: DirectoryAnswers; readonly facts: readonly RecipientFact[] }

/** Asks a directory about recipients just as the filter does when a message comes for them. */
export async function askDirectory(
  ask: RecipientDirectory,
  recipients: readonly string[],
  policy: Policy,
): Promise<Asked> {
  const questions = recipientQuestions({ ...nothingKnown, recipients }, policy)
  const answers = await ask(directoryQuestions(questions), AbortSignal.timeout(patienceMs))
  return { answers, facts: recipientFacts(questions, answers.entries, answers.domains) }
}

/** A message that is only an envelope. */
export const nothingKnown: Message = {
  id: '',
  receivedAt: new Date(0).toISOString(),
  reversePath: null,
  recipients: [],
  client: { kind: 'unknown', why: 'no-received' },
  received: [],
  fromField: null,
  fromFields: 0,
  toField: [],
  headerMessageId: null,
  subject: null,
  reportSigns: [],
  scans: { spam: 'absent', virus: 'absent', spf: 'absent', dkim: 'absent', dmarc: 'absent', dmarcPolicy: null },
  problems: [],
}
