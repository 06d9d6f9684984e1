/** What the command's exit code says to a script. `quietgate --help` lists them. */
export const exitCodes = {
  ok: 0,
  /** Something could not be done: a wrong address, an absent file, AWS saying no. */
  error: 1,
  /** The command line itself was not understood. */
  usage: 2,
  /** It could be done, and would do harm. */
  refused: 3,
  /** A check found something. */
  findings: 4,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
