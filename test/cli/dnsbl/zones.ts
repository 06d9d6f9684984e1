import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { controlNames } from '../../../lambda/core/control-questions.ts'

/** Lists in every state, as a configuration and as the DNS that they are asked in. */
export const listConfig = {
  domains: ['example.com'],
  dnsbl: {
    zones: [
      { term: 'bl.example=127.0.0.[2..11]*2', operator: 'Example List' },
      { term: 'bl2.example=127.0.0.[2..11]*2', operator: 'Second Example', families: 'ipv4' },
      { term: 'world.example=127.0.0.2*3', operator: 'World', families: 'ipv4' },
      { term: 'empty.example=127.0.0.2*2', operator: 'Empty', families: 'ipv4' },
      { term: 'refusing.example=127.0.0.2*2', operator: 'Refusing', families: 'ipv4' },
      { term: 'untestable.example=127.0.0.2*2', operator: 'Untestable', families: 'ipv4', testEntries: false },
      'ips.backscatterer.org=127.0.0.2',
    ],
    record: 1,
    stop: 4,
  },
} as const

const mapped = controlNames('ipv6', 'bl.example', 0).listed

export const listRecords = `
$TTL 300
${mapped}. A 127.0.0.2
$ORIGIN bl.example.
@ SOA ns.bl.example. hostmaster.bl.example. 1 3600 600 86400 60
2.0.0.127 A 127.0.0.2
66.113.0.203 A 127.0.0.2
$ORIGIN bl2.example.
@ SOA ns.bl2.example. hostmaster.bl2.example. 1 3600 600 86400 60
2.0.0.127 A 127.0.0.2
66.113.0.203 A 127.0.0.4
66.113.0.203 A 127.0.0.99
$ORIGIN world.example.
* A 127.0.0.2
$ORIGIN empty.example.
@ SOA ns.empty.example. hostmaster.empty.example. 1 3600 600 86400 60
$ORIGIN refusing.example.
* A 127.255.255.254
$ORIGIN untestable.example.
66.113.0.203 A 127.0.0.2
$ORIGIN ips.backscatterer.org.
2.0.0.127 A 127.0.0.2
66.113.0.203 A 127.0.0.2
`

/** Writes files into a folder that goes with the test. */
export function filesOf(contents: Readonly<Record<string, string | object>>): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-dnsbl-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => {
      const path = join(folder, name)
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
      return [name, path]
    }),
  )
}
