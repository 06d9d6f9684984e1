import Table from 'cli-table3'
import { measure, type Measured, type Share } from './eval/measure.ts'

/** `npm run eval -- DIR`: how much of an indexed folder is read rightly. `--misses` lists the rest, `--json` prints one object. */
const [directory] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
if (directory === undefined) {
  process.stderr.write('Expected a folder with an index.jsonl, found none: npm run eval -- DIR [--misses] [--json]\n')
  process.exit(2)
}
const isWatched = process.stderr.isTTY
const measured = await measure(directory, (done, of) => {
  if (isWatched && (done % 100 === 0 || done === of)) process.stderr.write(`\r${done}/${of} messages`)
})
if (isWatched) process.stderr.write('\r\u001b[K')
process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(measured)}\n` : shown(measured))

function shown(all: Measured): string {
  const table = new Table({
    head: ['measure', 'count', 'share', 'over clusters', 'aim'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  })
  table.push(
    ['bounces recognised', ...columns(all.bounces), '99 % or more'],
    ['the same without doubtful ones', ...columns(all.certainBounces), ''],
    ['original Message-ID right', ...columns(all.messageIds), '98 % or more'],
    ...Object.entries(all.calledBounce).map(([label, share]) => [
      `${label}: called a bounce`,
      ...columns(share),
      label === 'ham' ? 'at most 0.02 %' : '',
    ]),
  )
  const kinds = Object.entries(all.kinds).map(([label, row]) => {
    const counts = Object.entries(row).map(([kind, count]) => `${kind} ${count}`)
    return `${label}: ${counts.join(', ')}`
  })
  const times = `${all.medianMs.toFixed(2)} ms a message in the median, ${all.slowestMs.toFixed(1)} ms the slowest`
  return `${[table.toString(), ...kinds, times, ...missLines(all)].join('\n')}\n`
}

function columns({ right, of, overClusters }: Share): readonly string[] {
  return [`${right}/${of}`, of === 0 ? '-' : percent(right / of), overClusters === null ? '-' : percent(overClusters)]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

function missLines({ misses }: Measured): readonly string[] {
  if (!process.argv.includes('--misses')) return []
  return misses.map(
    ({ file, wanted, found, doubtful }) => `${file}: wanted ${wanted}, found ${found}${doubtful ? ' (doubtful)' : ''}`,
  )
}
