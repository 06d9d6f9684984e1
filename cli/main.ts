import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stackNameOf } from '../lambda/config/environments.ts'
import { addAllow } from './allow.ts'
import { addBlock } from './block.ts'
import { addBounce } from './bounce.ts'
import { addConformance } from './conformance.ts'
import { addDnsbl } from './dnsbl.ts'
import { addDoctor } from './doctor.ts'
import { addEject } from './eject.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { addExplain } from './explain.ts'
import { sentenceOfFailure } from './failures.ts'
import { addHmacHeader } from './hmac-header.ts'
import { addOrphans } from './orphans.ts'
import { addQuarantine } from './quarantine.ts'
import { addRecipients } from './recipients.ts'
import { addReplay } from './replay.ts'
import { addReport } from './report.ts'
import { addSentLog } from './sent-log.ts'
import { addTag } from './tag.ts'
import { addTail } from './tail.ts'
import { usualStack } from './target.ts'
import { say, type Terminal } from './terminal.ts'
import { addTrace } from './trace.ts'
import type { Run, Verb } from './verb.ts'

/**
 * The command line `quietgate`. Resolves with the exit code; what goes wrong in the world is said on stderr, and only a bug
 * rejects.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: ExitCode = exitCodes.ok
  const run: Run = async (command, verb) => {
    const given = verbOf(command, terminal)
    try {
      exitCode = await verb(given)
    } catch (error) {
      const sentence = sentenceOfFailure(error, given.target)
      if (sentence === null) throw error
      say(terminal, sentence)
      exitCode = exitCodes.error
    }
  }
  const program = programOf(terminal)
  addRecipients(program, run)
  addExplain(program, run)
  addDnsbl(program, run)
  addDoctor(program, run)
  addConformance(program, run)
  addBounce(program, run)
  addTag(program, run)
  addSentLog(program, run)
  addHmacHeader(program, run)
  addOrphans(program, run)
  addTrace(program, run)
  addTail(program, run)
  addQuarantine(program, run)
  addReport(program, run)
  addReplay(program, run)
  addAllow(program, run)
  addBlock(program, run)
  addEject(program, run)
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help that was asked for is an answer; help that is shown because a verb is missing is not.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  return exitCode
}

type GlobalOptions = {
  readonly local?: true
  readonly stack?: string
  readonly region?: string
  readonly config?: string
  readonly env?: string
  readonly json?: true
}

function programOf({ stdout, stderr }: Terminal): Command {
  return new Command('quietgate')
    .description('An inbound mail filter for Amazon SES that never bounces.')
    .option('--local', 'talk to the local stack that npm start has running, not to AWS')
    .option('--stack <name>', `the CloudFormation stack (default: ${usualStack})`)
    .option('--region <region>', "the stack's region (default: the configuration's, else that of the credentials)")
    .option('--config <file>', 'the configuration that the stack was made of (default: cdk.json of this project)')
    .option('--env <name>', 'which of the environments of the configuration, and so which stack')
    .option('--json', 'print JSON, one object a line, for programs')
    .version(version(), '--version')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .addHelpText('after', exitCodeHelp)
}

function verbOf(command: Command, terminal: Terminal): Verb {
  const { local, stack, region, config, env, json } = command.optsWithGlobals<GlobalOptions>()
  return {
    terminal,
    target: {
      local: local === true,
      stack: stack ?? (env === undefined ? null : stackNameOf(env)),
      region: region ?? null,
    },
    configFile: config ?? null,
    environment: env ?? null,
    json: json === true,
  }
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { readonly version: string }).version
}

const exitCodeHelp = `
Exit codes: ${exitCodes.ok} done, ${exitCodes.error} could not be done, ${exitCodes.usage} the command line was not understood, ${exitCodes.refused} refused by a guard, ${exitCodes.findings} a check found something.`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(exitCodes.ok)
  })
  // Ending by itself lets each verb's own clean-up run.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  const { stdout, stderr, env } = process
  process.exitCode = await main(process.argv.slice(2), { stdout, stderr, env })
}
