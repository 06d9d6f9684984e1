import type { Command } from 'commander'
import { addEntryVerbs } from './entries/verbs.ts'
import type { Run } from './verb.ts'

/** `quietgate block`: whose mail is put aside. */
export function addBlock(program: Command, run: Run): void {
  addEntryVerbs(program, run, 'block', 'Senders and clients whose mail is put into quarantine.', about)
}

const about = `
An entry for an address or a domain counts for the From field and for the sender of the envelope, proven or not. It wins over any allow entry.`
