import { mutated } from './mutate.ts'
import { fuzzed, type Fuzzed } from './parsers.ts'
import { createRandom } from './random.ts'

export type Finding = { readonly parser: string; readonly input: string; readonly what: string }

export type Fuzzing = {
  /** Inputs by parser. */
  readonly counts: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

export const MAX_FINDINGS = 10

/** Feeds each parser its share of `inputs`, the same for the same seed. Stops at `MAX_FINDINGS`. */
export function fuzz(inputs: number, seed: number, onInput: (done: number) => void = () => undefined): Fuzzing {
  const random = createRandom(seed)
  const counts = Object.fromEntries(fuzzed.map(({ name }) => [name, 0]))
  const turns = fuzzed.flatMap((one) => Array.from({ length: one.share }, () => one))
  const findings: Finding[] = []
  for (let done = 0; done < inputs && findings.length < MAX_FINDINGS; done++) {
    const parser = turns[done % turns.length]!
    const input = mutated(random.of(parser.seeds), parser.seeds, random)
    counts[parser.name]!++
    const what = wrongWith(parser, input)
    if (what !== null) findings.push({ parser: parser.name, input, what })
    onInput(done + 1)
  }
  return { counts, findings }
}

const wrongWith = ({ check }: Fuzzed, input: string): string | null => {
  try {
    return check(input)
  } catch (error) {
    return `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}
