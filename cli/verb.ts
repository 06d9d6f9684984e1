import type { Command } from 'commander'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { TargetOptions } from './target.ts'
import { say, type Terminal } from './terminal.ts'

/** What every verb is given: the options that stand for all of them, and where to speak. */
export type Verb = {
  readonly terminal: Terminal
  readonly target: TargetOptions
  /** `--config`; null when it was not given. */
  readonly configFile: string | null
  /** `--env`; null when it was not given. */
  readonly environment: string | null
  readonly json: boolean
}

/** Carries a verb out, and keeps its exit code for the end of the program. */
export type Run = (command: Command, verb: (verb: Verb) => Promise<ExitCode>) => Promise<void>

/** Says what is wrong, all of it. */
export function fail({ terminal }: Verb, ...sentences: readonly string[]): ExitCode {
  say(terminal, ...sentences)
  return exitCodes.error
}
