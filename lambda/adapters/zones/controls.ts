import { controlNames } from '../../core/control-questions.ts'
import type { AddressAnswer, ControlFact } from '../../core/facts.ts'
import { createFlights } from './flights.ts'

export type ControlQuestion = {
  readonly zone: string
  readonly family: 'ipv4' | 'ipv6'
  /** Milliseconds since 1970: questions that were sent before say nothing of an answer that was heard then. */
  readonly since: number
}

/** What was said of the three addresses; null if nobody waited for it to the end. */
export type Controls = (question: ControlQuestion, signal: AbortSignal) => Promise<HeardControl | null>

export type HeardControl = Extract<ControlFact, { answer: 'heard' }>

export type ControlsOptions = {
  readonly ask: (name: string, signal: AbortSignal) => Promise<AddressAnswer>
  /** Called once for each time that the questions were put, before anybody is told. */
  readonly heard: (zone: string, control: HeardControl, sentAt: number, heardAt: number) => void
  readonly clock: () => number
  /** From 0 to below 1. */
  readonly random: () => number
}

/** Milliseconds. */
const REMEMBERED_FOR = 60_000

/** Asks the control questions of zones, never from the memory of answers, and remembers the outcome for a minute. */
export const createControls = ({ ask, heard, clock, random }: ControlsOptions): Controls => {
  const flights = createFlights<Remembered>(clock)
  const memory = new Map<string, Remembered>()
  const put = async (key: string, zone: string, family: 'ipv4' | 'ipv6', signal: AbortSignal): Promise<Remembered> => {
    const names = controlNames(family, zone, random())
    const sentAt = clock()
    const [listed, unlisted, unheardOf] = await Promise.all([
      ask(names.listed, signal),
      ask(names.unlisted, signal),
      ask(names.unheardOf, signal),
    ])
    const control = { answer: 'heard', listed, unlisted, unheardOf } as const
    const remembered = { sentAt, heardAt: clock(), control }
    if (isComplete(control)) memory.set(key, remembered)
    heard(zone, control, sentAt, remembered.heardAt)
    return remembered
  }
  return async ({ zone, family, since }, signal) => {
    const key = `${family} ${zone}`
    const last = memory.get(key)
    if (last !== undefined && last.sentAt >= since && isFresh(last, clock())) return last.control
    const outcome = await flights.share(key, since, (shared) => put(key, zone, family, shared), signal)
    return outcome?.control ?? null
  }
}

type Remembered = { readonly sentAt: number; readonly heardAt: number; readonly control: HeardControl }

const isFresh = ({ heardAt }: Remembered, now: number): boolean => now >= heardAt && now - heardAt <= REMEMBERED_FOR

/** A question that went unanswered is asked again next time. */
const isComplete = ({ listed, unlisted, unheardOf }: HeardControl): boolean =>
  [listed, unlisted, unheardOf].every(({ answer }) => answer !== 'failed')
