import type { Command } from 'commander'
import { addEntryVerbs } from './entries/verbs.ts'
import type { Run } from './verb.ts'

/** `quietgate allow`: whose mail no list may stop. */
export function addAllow(program: Command, run: Run): void {
  addEntryVerbs(program, run, 'allow', 'Senders and clients whose mail DNS lists and spam verdicts do not stop.', about)
}

const about = `
An entry for an address or a domain counts only for mail that SPF or DMARC proves to come from there: anybody can write any sender. An
entry for a network counts for whoever connects from it. Neither lets a virus through, nor makes a recipient exist.`
