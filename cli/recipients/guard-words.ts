import type { CutShort, Guard } from '../../lambda/core/directory-import/guards.ts'

/** Why an import is refused, as a sentence for people. */
export function guardWords(guard: Guard): string {
  switch (guard.code) {
    case 'source-empty':
      return 'The list has no entry. An empty list would remove everybody who stood in it.'
    case 'source-cut-short':
      return `The list seems to be cut short: ${cutWords(guard.cut)}. Who stood in the rest would be removed.`
    case 'removes-too-many':
      return (
        `It removes or denies ${guard.removed} of ${guard.of} entries, and at most ${guard.most} may go at once ` +
        '(--max-removed; usually a tenth). Is it the whole list?'
      )
    case 'domain-emptied':
      return `It removes all that it had in ${guard.domain} (${guard.removed}). Is it the whole list?`
    case 'bad-rows': {
      const { line, value, expected } = guard.first
      const rows = guard.count === 1 ? '1 row' : `${guard.count} rows`
      return (
        `${rows} cannot be read, the first in line ${line}: expected ${expected}, found ${JSON.stringify(value)}. ` +
        'Mend them, or leave them out with --skip-bad.'
      )
    }
  }
}

function cutWords({ how, line }: CutShort): string {
  const where = line === null ? '' : ` (line ${line})`
  switch (how) {
    case 'no-final-newline':
      return `its last line has no line end${where}`
    case 'unclosed-quote':
      return `a quote is never closed${where}`
    case 'broken-json':
      return `its last line is half a JSON object${where}`
    case 'fewer-bytes':
      return 'fewer bytes came than there should be'
    case 'row-too-short':
      return `its last row has too few columns${where}`
  }
}
