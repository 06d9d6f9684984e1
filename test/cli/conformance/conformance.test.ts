import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Patience } from '../../../cli/conformance/experiments.ts'
import type { Lab } from '../../../cli/conformance/lab.ts'
import { labCode, labTemplate } from '../../../cli/conformance/lab-template.ts'
import { askIn } from '../../../cli/conformance/run.ts'
import { noiseIn } from '../../../infra/silence-check.ts'
import { assumedBehaviour, readBehaviour, type Behaviour, type ConformanceFile } from '../../../local/ses/behaviour.ts'
import { quietgate } from '../command.ts'
import { spoken } from '../spoken.ts'
import { emulatedLab } from './emulated-lab.ts'

const domain = 'spare.example'
/** The emulation is done with a message before it has taken it: what is not there at once never comes. */
const patience: Patience = {
  wait: () => Promise.resolve(),
  longestMs: 0,
  betweenMs: 1,
  now: () => new Date('2026-11-21T10:00:00Z'),
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quietgate-conformance-'))
})
afterEach(() => rm(folder, { recursive: true }))

const others: readonly Behaviour[] = [
  assumedBehaviour,
  {
    nullSource: '<>',
    unmatchedReply: { code: 554, text: 'go away' },
    mostHeaderBytes: 10_000,
    stopReaches: 'recipients',
  },
  { ...assumedBehaviour, nullSource: 'absent', stopReaches: 'recipients' },
]

describe('conformance', () => {
  it.each(others)('finds out what the emulated SES does, and the laptop reads it back: %j', async (behaviour) => {
    const lab = emulatedLab(domain, behaviour)
    const { exitCode, file } = await ask(lab)
    expect(exitCode).toBe(0)
    expect(file).toMatchObject({
      schema_version: 1,
      region: 'eu-west-1',
      asked_at: '2026-11-21T10:00:00.000Z',
      null_source: behaviour.nullSource,
      unmatched_reply: behaviour.unmatchedReply,
      stop_reaches: behaviour.stopReaches,
    })
    // Fields are left out whole: the limit lies within one field of what was kept.
    expect(file.header_bytes).toBeLessThanOrEqual(behaviour.mostHeaderBytes)
    expect(file.header_bytes).toBeGreaterThan(behaviour.mostHeaderBytes - 110)
    expect(file.received.some((line) => line.startsWith('Received: from [192.0.2.1] '))).toBe(true)
    expect(readBehaviour(JSON.stringify(file), 'it')).toEqual({
      kind: 'behaviour',
      behaviour: { ...behaviour, mostHeaderBytes: file.header_bytes },
    })
    expect(lab.isClean()).toBe(true)
  })

  it('leaves open what it could not find out, says so, and ends with 4', async () => {
    const lab: Lab = { ...emulatedLab(domain, assumedBehaviour), events: () => Promise.resolve([]) }
    const { exitCode, file, stderr } = await ask(lab)
    expect([exitCode, file.null_source, file.header_bytes, file.stop_reaches]).toEqual([4, null, null, null])
    expect(stderr.trimEnd().split('\n')).toEqual([
      'null_source: no event came of a message from <>.',
      'header_bytes: no event came of a message with 70 KB of header.',
      'stop_reaches: the first rule was never run.',
    ])
  })

  it('takes the lab away and writes nothing when SES cannot be reached, or an experiment throws', async () => {
    const unreachable = emulatedLab(domain, assumedBehaviour)
    const first = await ask({ ...unreachable, send: () => Promise.resolve({ answer: 'unreachable', why: 'port 25' }) })
    expect([first.exitCode, first.text, unreachable.isClean()]).toEqual([1, null, true])
    expect(first.stderr).toContain('SES could not be reached by SMTP (port 25).')
    const broken = emulatedLab(domain, assumedBehaviour)
    await expect(ask({ ...broken, events: () => Promise.reject(new Error('boom')) })).rejects.toThrow('boom')
    expect(broken.isClean()).toBe(true)
  })

  it('does nothing without --confirm, and nothing for what is no domain', async () => {
    const unconfirmed = await quietgate(['conformance', '--domain', domain])
    expect(unconfirmed.exitCode).toBe(3)
    expect(unconfirmed.stderr).toContain('Say --confirm to do it.')
    expect((await quietgate(['conformance', '--domain', 'x', '--confirm'])).exitCode).toBe(1)
  })
})

describe('the lab', () => {
  it('can send and bounce nothing, and its code is as short as CloudFormation takes it', () => {
    expect(noiseIn(labTemplate(domain))).toEqual([])
    expect(labCode.length).toBeLessThan(4096)
  })
})

describe('a file of answers', () => {
  const good: ConformanceFile = {
    schema_version: 1,
    region: 'eu-west-1',
    asked_at: '2026-11-21T10:00:00.000Z',
    null_source: null,
    unmatched_reply: null,
    header_bytes: null,
    stop_reaches: null,
    received: [],
  }

  it('leaves what is open as it is assumed', () => {
    expect(readBehaviour(JSON.stringify(good), 'it')).toEqual({ kind: 'behaviour', behaviour: assumedBehaviour })
  })

  it.each([
    ['{', 'schema_version 1'],
    ['null', 'schema_version 1'],
    [JSON.stringify({ ...good, schema_version: 2 }), 'schema_version 1'],
    [JSON.stringify({ ...good, null_source: 'x' }), 'null_source should be'],
    [JSON.stringify({ ...good, stop_reaches: 1 }), 'stop_reaches should be'],
    [JSON.stringify({ ...good, header_bytes: 0 }), 'header_bytes should be'],
    [JSON.stringify({ ...good, unmatched_reply: { code: 250, text: 'ok' } }), 'unmatched_reply should be'],
    [JSON.stringify({ ...good, unmatched_reply: { code: 550, text: 'a\r\n250 ok' } }), 'unmatched_reply should be'],
  ])('that is %s is refused, and said why', (text, why) => {
    expect(readBehaviour(text, 'answers.json')).toEqual({
      kind: 'problem',
      sentence: expect.stringMatching(new RegExp(`^answers.json cannot be used: .*${why}`)) as string,
    })
  })
})

async function ask(lab: Lab) {
  const out = join(folder, 'ses-conformance.json')
  const { terminal, text } = spoken()
  const verb = { terminal, target: { local: false, stack: null, region: null }, configFile: null, json: false }
  const exitCode = await askIn(lab, { domain, confirm: true, out }, patience, verb as never)
  const written = await readFile(out, 'utf8').catch(() => null)
  return { exitCode, text: written, file: JSON.parse(written ?? '{}') as ConformanceFile, stderr: text().stderr }
}
