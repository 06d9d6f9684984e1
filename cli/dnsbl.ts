import type { Command } from 'commander'
import type { Run } from './verb.ts'

type DnsOption = { readonly dns?: string }

/** `quietgate dnsbl`: the lists that are asked about clients, how they are, and what they did. */
export function addDnsbl(program: Command, run: Run): void {
  const dnsbl = program
    .command('dnsbl')
    .description('The lists that are asked about clients: what they say, how they are, which mail they touched.')
    .addHelpText('after', aboutZones)
  dnsbl
    .command('check')
    .description('Ask every zone of the configuration about an address, and say what the filter makes of the answers.')
    .argument('<ip>', 'IPv4 or IPv6')
    .option(...dnsOption)
    .action((ip: string, { dns }: DnsOption, command: Command) =>
      run(command, async (verb) => (await import('./dnsbl/check.ts')).check(ip, dns ?? null, verb)),
    )
  dnsbl
    .command('health')
    .description(
      'Ask the control questions of the zones: does it list what every zone lists, and nothing that none lists?',
    )
    .argument('[zone]', 'only this zone of the configuration')
    .option(...dnsOption)
    .action((zone: string | undefined, { dns }: DnsOption, command: Command) =>
      run(command, async (verb) => (await import('./dnsbl/health.ts')).health(zone ?? null, dns ?? null, verb)),
    )
  dnsbl
    .command('explain')
    .description('Read a formula back in words. Needs no network and no configuration.')
    .argument('<formula>', "terms and thresholds: 'bl.example=127.0.0.[2..11]*2 wl.example*-3 record=1 stop=3'")
    .action((formula: string, _options, command: Command) =>
      run(command, async (verb) => (await import('./dnsbl/explain-formula.ts')).explainFormula(formula, verb)),
    )
  dnsbl
    .command('cost')
    .description('List the mail that a zone touched: what was done, for whom, and where the message lies.')
    .argument('<zone>', 'of the configuration, or one that was taken out')
    .requiredOption('--from <time>', 'received from then on: 2026-11-21, or 2026-11-21T10:00Z (UTC without an offset)')
    .option('--to <time>', 'received before then; a day is meant as a whole (default: now)')
    .action((zone: string, { from, to }: { readonly from: string; readonly to?: string }, command: Command) =>
      run(command, async (verb) => (await import('./dnsbl/cost.ts')).cost({ zone, from, to: to ?? null }, verb)),
    )
}

const dnsOption = [
  '--dns <file>',
  'answers to every DNS question, in master-file format, instead of the network',
] as const

const aboutZones = `
check and health ask the servers of the configuration (dns.servers), else those of this machine: a list may answer them
and refuse those of AWS. With --local they ask the DNS of the local stack. A zone's key is read from where the
configuration says, with your own credentials; in the file of --dns its name stands for it. health ends with exit code 4 if
a zone is not healthy. cost reads the records of the stack.`
