import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { fuzz } from './fuzz.ts'

/** `npm run fuzz -- --inputs 1000000 --seed 1`: changed mail for every parser that a bounce meets. Exits with 1 on a finding. */
const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const [inputs, seed] = [Number(values.inputs), Number(values.seed)]
if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`Expected --inputs N and --seed N, found ${values.inputs} and ${values.seed}.\n`)
  process.exit(2)
}

const start = performance.now()
const { counts, findings } = fuzz(inputs, seed, (done) => {
  if (done % 1000 !== 0 || !process.stderr.isTTY) return
  const left = ((performance.now() - start) / done) * (inputs - done)
  process.stderr.write(`\r${done} of ${inputs} inputs, ${Math.round(left / 1000)} s left \u001b[K`)
})
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')

const table = new Table({ head: ['parser', 'inputs'], colAligns: ['left', 'right'], style: { head: [], border: [] } })
table.push(...Object.entries(counts))
const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
const seconds = Math.round((performance.now() - start) / 1000)
process.stdout.write(
  `${table.toString()}\n${total} inputs in ${seconds} s, seed ${seed}: ${findings.length} findings\n`,
)
for (const { parser, what, input } of findings)
  process.stdout.write(`\n${parser}: ${what}\n${Buffer.from(input, 'latin1').toString('base64')}\n`)
process.exitCode = findings.length > 0 ? 1 : 0
