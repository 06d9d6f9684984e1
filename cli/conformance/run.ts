import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { S3Client } from '@aws-sdk/client-s3'
import { SESClient } from '@aws-sdk/client-ses'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { print, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { createAwsLab } from './aws-lab.ts'
import { experiment, type Found, type Patience } from './experiments.ts'
import type { Lab } from './lab.ts'
import { sendProbe } from './send-probe.ts'

export type ConformanceOptions = {
  readonly domain: string
  readonly confirm: boolean
  /** Where the answers are written. */
  readonly out: string
}

/** Makes a lab in the account, asks, writes the answers down, and takes the lab away, whatever happens in between. */
export async function conformance(options: ConformanceOptions, verb: Verb): Promise<ExitCode> {
  const { domain, confirm } = options
  if (!isDomain(domain)) return fail(verb, `"${domain}" is not a domain such as "spare.example.com".`)
  if (!confirm) {
    say(
      verb.terminal,
      `This makes a stack in your account, makes its rule set the active one for some minutes, and sends five messages to ${domain}.`,
      'It is refused where a rule set is active. Say --confirm to do it.',
    )
    return exitCodes.refused
  }
  const where = verb.target.region === null ? {} : { region: verb.target.region }
  const [cloudFormation, s3, ses] = [new CloudFormationClient(where), new S3Client(where), new SESClient(where)]
  const region = await cloudFormation.config.region()
  const server = { host: `inbound-smtp.${region}.amazonaws.com`, port: 25 }
  const stackName = `quietgate-conformance-${randomUUID().slice(0, 8)}`
  const send = (probe: Parameters<Lab['send']>[0]) => sendProbe(server, probe)
  const lab = createAwsLab({ region, domain, stackName, cloudFormation, s3, ses, send, wait: (ms) => wait(ms) })
  try {
    return await askIn(lab, options, patience, verb)
  } finally {
    for (const client of [cloudFormation, s3, ses]) client.destroy()
  }
}

/** SES takes seconds for a message; a minute of silence is an answer. */
const patience: Patience = { wait: (ms) => wait(ms), longestMs: 60_000, betweenMs: 2000, now: () => new Date() }

export async function askIn(
  lab: Lab,
  { domain, out }: ConformanceOptions,
  times: Patience,
  verb: Verb,
): Promise<ExitCode> {
  let left: readonly string[] = []
  let found: Found | null = null
  try {
    const ready = await lab.setUp()
    if (ready.answer === 'refused') {
      say(verb.terminal, ready.sentence)
      return exitCodes.refused
    }
    found = await experiment(lab, domain, times)
  } finally {
    left = await lab.tearDown()
    say(verb.terminal, ...left)
  }
  if (found.kind === 'unreachable') {
    const why = 'Many networks close port 25 to the outside: run it where it is open, as on a server of your own.'
    return fail(verb, `SES could not be reached by SMTP (${found.why}).`, why)
  }
  await writeFile(out, `${JSON.stringify(found.file, null, 2)}\n`)
  say(verb.terminal, ...found.notes)
  await print(verb.terminal, out)
  return found.notes.length + left.length === 0 ? exitCodes.ok : exitCodes.findings
}

function isDomain(text: string): boolean {
  return text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}[a-z0-9-]{2,63}$/i.test(text)
}
