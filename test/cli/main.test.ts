import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { quietgate } from './command.ts'

describe('quietgate', () => {
  it('helps whoever gives no arguments', async () => {
    const { exitCode, stdout, stderr } = await quietgate([])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('Usage: quietgate [options] [command]')
    expect(stdout).toContain('Exit codes: 0 done, 1 could not be done, 2 the command line was not understood')
  })

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(await quietgate(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([
    [['recipents', 'list'], "error: unknown command 'recipents'\n(Did you mean recipients?)"],
    [['recipients', 'lst'], "error: unknown command 'lst'\n(Did you mean list?)"],
    [['recipients', 'list', '--jsno'], "error: unknown option '--jsno'\n(Did you mean --json?)"],
    [['recipients', 'add'], "error: missing required argument 'address'"],
    [
      ['recipients', 'add', 'a@example.com', '--deny', '--alias', 'b@example.com'],
      'error: --alias and --deny cannot be used together',
    ],
    [['explain'], "error: missing required argument 'file'"],
    [['dnsbl', 'heatlh'], "error: unknown command 'heatlh'\n(Did you mean health?)"],
    [['explain', '--rcpt', 'a@example.com'], "error: missing required argument 'file'"],
  ])('answers %j with exit code 2 and what was meant', async (args, words) => {
    expect(await quietgate(args)).toEqual({ exitCode: 2, stdout: '', stderr: `${words}\n(--help says more)\n` })
  })

  it('shows the verbs, with exit code 2, when the verb is missing', async () => {
    const { exitCode, stdout, stderr } = await quietgate(['recipients'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/add \[options\][^]*remove[^]*list[^]*lookup[^]*complete/)
  })

  it('writes no colours', async () => {
    for (const args of [[], ['recipients', 'add', '--help'], ['nonsense']]) {
      const { stdout, stderr } = await quietgate(args, { FORCE_COLOR: '1' })
      expect(`${stdout}${stderr}`).not.toContain('\u001b')
    }
  })
})
