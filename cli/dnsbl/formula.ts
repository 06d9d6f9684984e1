import { settings } from '../../lambda/config.ts'
import { findList, whyRefused } from '../../lambda/core/catalogue.ts'
import { ANY_LISTING, parseTerm, type Term } from '../../lambda/core/formula.ts'
import { withoutKeys } from '../../lambda/core/zone-keys.ts'

/** Terms with the thresholds that they are weighed by: `bl.example*2 list.dnswl.org=127.0.[2..15].3*-5 stop=3`. */
export type Formula = {
  readonly kind: 'formula'
  /** At least one, in the order of the text. */
  readonly terms: readonly Term[]
  readonly record: number
  readonly stop: number
}

/** `at` is the index of the character that is wrong, or the length of the text if something is missing. */
export type FormulaMistake = { readonly kind: 'mistake'; readonly at: number; readonly why: string }

/** Characters. Fifty zones of the configuration need less than a tenth of it. */
export const longestFormula = 64 * 1024

/**
 * Reads a formula: terms and thresholds with blanks, commas (as postscreen has them) or line ends between them; `#` begins
 * a comment. Thresholds that are not given are those of the configuration's defaults. Tells the first mistake from the
 * left, and takes a list that is dead or must not be asked for one.
 */
export function readFormula(text: string): Formula | FormulaMistake {
  if (text.length > longestFormula) return mistake(longestFormula, `a formula has at most ${longestFormula} characters`)
  const terms: Term[] = []
  const seen = new Set<string>()
  const thresholds = new Map<string, Threshold>()
  for (const word of wordsOf(text)) {
    const read = readWord(word, thresholds)
    if (read.kind === 'mistake') return read
    if (read.kind === 'term') {
      const what = `${read.zone}=${read.pattern}`
      if (seen.has(what)) return mistake(word.at, 'this stands here already, and would count twice')
      seen.add(what)
      terms.push(read)
    } else thresholds.set(read.name, read)
  }
  if (terms.length === 0) return mistake(text.length, 'expected a term, such as bl.example=127.0.0.2*2')
  const record = thresholds.get('record') ?? { at: 0, value: usual('dnsbl.record') }
  const stop = thresholds.get('stop') ?? { at: 0, value: usual('dnsbl.stop') }
  if (record.value > stop.value) {
    const found = `found record=${record.value} and stop=${stop.value}`
    return mistake(
      Math.max(record.at, stop.at),
      `what is stopped is recorded as well, so record is at most stop, ${found}`,
    )
  }
  return { kind: 'formula', terms, record: record.value, stop: stop.value }
}

type Word = { readonly at: number; readonly text: string }
type Threshold = Word & { readonly kind: 'threshold'; readonly name: string; readonly value: number }

function* wordsOf(text: string): Generator<Word> {
  let at = 0
  while (at < text.length) {
    if (text[at] === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
      continue
    }
    const begin = at
    while (at < text.length && !isBetween(text[at])) at += 1
    if (at > begin) yield { at: begin, text: text.slice(begin, at) }
    else at += 1
  }
}

function isBetween(character: string | undefined): boolean {
  return character !== undefined && ' \t\r\n,#'.includes(character)
}

function readWord(word: Word, thresholds: ReadonlyMap<string, unknown>): Term | Threshold | FormulaMistake {
  const name = ['record', 'stop'].find((known) => word.text.startsWith(`${known}=`))
  if (name !== undefined) return readThreshold(word, name, thresholds)
  const term = parseTerm(word.text)
  if (term.kind === 'error') return mistake(word.at + term.at, term.why)
  const why = whyRefused(term.zone)
  if (why !== null) return mistake(word.at, `${withoutKeys(term.zone)} ${why}`)
  const list = findList(term.zone)
  if (list === null || term.pattern !== ANY_LISTING || list.codes.length < 2) return term
  const terms = list.defaultTerms.join(' ')
  return mistake(word.at + term.zone.length, `its codes mean different things, so it needs a pattern: ${terms}`)
}

/** The default of the configuration. */
function usual(path: string): number {
  return Number(settings.find((setting) => setting.path === path)?.default)
}

function readThreshold(word: Word, name: string, others: ReadonlyMap<string, unknown>): Threshold | FormulaMistake {
  if (others.has(name)) return mistake(word.at, `${name} stands here twice`)
  const digits = word.text.slice(name.length + 1)
  const value = /^\d{1,4}$/.test(digits) ? Number(digits) : 0
  if (value >= 1 && value <= 1000) return { ...word, kind: 'threshold', name, value }
  return mistake(word.at + name.length + 1, `${name} is a whole number from 1 to 1000`)
}

function mistake(at: number, why: string): FormulaMistake {
  return { kind: 'mistake', at, why }
}
