import { installed, run } from './programs.ts'

/** One SMTP session of swaks. */
export type Session = {
  /** The reply to the end of DATA; `null`: swaks never came so far. */
  readonly accepted: string | null
  /** What was refused, as swaks heard it. */
  readonly refusals: readonly string[]
  /** The bytes that it sent after DATA, dots unstuffed (RFC 5321 4.5.2). */
  readonly message: Buffer
}

/** Sends to the listener on 127.0.0.1. Swaks states another client's address by XCLIENT when it is told to. */
export async function swaks(port: number, ...args: readonly string[]): Promise<Session> {
  const ran = await run(installed('swaks'), ['--server', '127.0.0.1', '--port', String(port), ...args])
  const lines = ran.stdout.split('\n')
  const begin = lines.findIndex((line) => line.startsWith('<-  354'))
  const end = lines.indexOf(' -> .')
  const isWhole = begin !== -1 && end > begin
  return {
    accepted: isWhole ? (lines[end + 1]?.slice('<-  '.length) ?? null) : null,
    refusals: lines.filter((line) => line.startsWith('<**')).map((line) => line.slice('<** '.length)),
    message: Buffer.from(
      isWhole
        ? lines
            .slice(begin + 1, end)
            .map(asSent)
            .join('')
        : '',
      'latin1',
    ),
  }
}

/** The transcript has each line behind an arrow, as it went over the wire. */
function asSent(line: string): string {
  return `${line.slice(' -> '.length).replace(/^\./, '')}\n`
}
