import { cpus } from 'node:os'
import Table from 'cli-table3'
import { bundled } from '../infra/bundle.ts'
import { measureDecisions } from './decisions.ts'
import { measureDkim } from './dkim.ts'
import { measureAnswers } from './first-answer.ts'
import { makeFunctionFolder } from './function-folder.ts'
import { measureLoad } from './load.ts'
import { rounded } from './median.ts'
import { measureGrowth } from './hostile.ts'
import { measureLookUps } from './look-ups.ts'
import { measureParsers, type ParserSpeed } from './parsers.ts'
import { measureReports } from './reports.ts'
import { samplePolicy } from './samples.ts'
import { startServices } from './services.ts'
import { measureZones } from './zones.ts'

/** `npm run bench`: prints a table; with `-- --json` one object. What is measured, and how: README.md beside this file. */
/** Plain: the table may end up in a file. */
const style = { head: [], border: [] }

const filterBundle = (await bundled()).find(({ name }) => name === 'filter')
if (filterBundle === undefined) throw new Error('infra/bundle.ts built no function "filter".')

say('decisions (10 s)')
const decisions = await measureDecisions(5)
const services = await startServices()
const folder = await makeFunctionFolder(filterBundle, samplePolicy([services.dns]))
say('fresh processes that load the bundle (15)')
const load = await measureLoad(folder, 15)
say('fresh processes that answer (7), and 200 answers of one')
const answers = await measureAnswers(folder, services, 7)
await folder.remove()
await services.close()
say('the zones of 300 messages, after three that find one dead (25 s)')
const zones = await measureZones(300)
say('look-ups in directories of 1,000 and of 1,000,000 entries (15 s)')
const lookUps = await measureLookUps(20_000)
say('returned headers that are signed (1,000 of each kind)')
const dkim = measureDkim(1000)
say('recognition and extraction of real mail, and of bounces of 1 MB')
const { big_bounces, ...reports } = measureReports(7)
say('hostile bounces of every shape (20 s)')
const growth = measureGrowth(() => undefined)
const hostile = {
  hostile_max_ms: rounded(Math.max(...growth.map(({ ms }) => ms.at(-1) ?? 0))),
  hostile_growth: rounded(Math.max(...growth.map(({ ratio }) => ratio))),
}
const parsers = measureParsers((name) => say(`parser: ${name}`))

const numbers = {
  ...decisions,
  ...load,
  ...answers,
  ...zones,
  ...lookUps,
  ...dkim,
  ...reports,
  ...hostile,
  bundle_kb: rounded(filterBundle.bytes / 1000),
}
const machine = { node: process.versions.node, cpus: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' }
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ ...numbers, big_bounces, parsers, ...machine })}\n`)
} else {
  process.stdout.write(
    `${tableOf(numbers)}\n${parserTable(parsers)}\nNode ${machine.node}, ${machine.cpus} x ${machine.cpu}\n`,
  )
}

function tableOf(of: typeof numbers): string {
  const table = new Table({ head: ['measure', 'value', 'aim'], colAligns: ['left', 'right', 'left'], style })
  const apart = rounded(of.module_load_ms - of.empty_module_load_ms)
  table.push(
    ['decisions per second', of.decisions_per_second, '20,000 or more'],
    ['events per second, read and measured too', of.events_per_second, ''],
    ['bytes of a record', of.record_bytes, ''],
    ['loading the bundle, ms', of.module_load_ms, `at most 60 more than an empty module (${apart} more)`],
    ['loading an empty module, ms', of.empty_module_load_ms, ''],
    ['first answer of a process, ms', of.first_answer_ms, ''],
    ['answer of a warm process, ms', of.warm_answer_ms, ''],
    ['one zone at 20 ms alone, p50, ms', of.zone_alone_ms, ''],
    ['eight zones at 20 ms and a dead one, p50, ms', of.zones_p50_ms, 'at most 2 more than one alone'],
    ['the same, p99, ms', of.zones_p99_ms, 'within the budget of 3000'],
    ['the same while the dead one is not known yet, ms', of.zones_dead_ms, 'within the budget of 3000'],
    ['queries a zone, 10,000 look-ups, 1,000 addresses', of.zone_queries_per_1000_addresses, '1,000'],
    ['recipients judged, 1,000 entries, p50, us', of.rule_1k_us, ''],
    ['the same, 1,000,000 entries', of.rule_1m_us, 'as with 1,000'],
    ['looked up in memory and judged, 1,000 entries, p50, us', of.look_up_1k_us, ''],
    ['the same, 1,000,000 entries', of.look_up_1m_us, ''],
    ['requests of a look-up, 1,000 entries in DynamoDB', of.look_up_requests_1k, '1'],
    ['the same, 20,000 entries', of.look_up_requests_20k, '1'],
    ['DKIM of a returned header, RSA 2048, ms', of.dkim_rsa_ms, 'under 0.5'],
    ['the same, Ed25519, ms', of.dkim_ed25519_ms, 'under 0.5'],
    ['five forged signatures, every attempt, ms', of.dkim_forged_ms, ''],
    ['recognition and extraction, median of real mail, ms', of.report_median_ms ?? 'no collection', 'under 1'],
    ['the same, p99, ms', of.report_p99_ms ?? 'no collection', ''],
    ['the same, the slowest message, ms', of.report_max_ms ?? 'no collection', ''],
    ['a bounce of 1 MB, the slowest shape, ms', of.big_bounce_ms, 'under 10'],
    ['a hostile bounce, the slowest shape, ms', of.hostile_max_ms, ''],
    ['the whole of a hostile bounce to its half', of.hostile_growth, '2 is linear, 4 a square'],
    ['bundle that a start loads, KB', of.bundle_kb, 'under 400'],
    ['peak memory of the process, MB', of.peak_rss_mb ?? 'unknown', ''],
  )
  return table.toString()
}

function parserTable(of: { readonly [name: string]: ParserSpeed }): string {
  const head = ['parser', 'ordinary, us', 'hostile 100 KB, ns/byte', 'hostile 1 MB, ns/byte']
  const table = new Table({ head, colAligns: ['left', 'right', 'right', 'right'], style })
  for (const [name, speed] of Object.entries(of)) {
    table.push([name, speed.ordinary_us, speed.hostile_ns_per_byte_100kb, speed.hostile_ns_per_byte_1mb])
  }
  return table.toString()
}

/** Progress goes to standard error: standard output is the result. */
function say(what: string): void {
  process.stderr.write(`measuring ${what} ...\n`)
}
