import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { print, printJson, say } from '../../cli/terminal.ts'

function terminal() {
  const stdout = new PassThrough({ highWaterMark: 4 })
  const stderr = new PassThrough()
  return { stdout, stderr, env: {} }
}

describe('the terminal', () => {
  it('makes a verb wait for a reader that has not taken the line before', async () => {
    const slow = terminal()
    let printed = false
    const printing = print(slow, 'alice@example.com').then(() => {
      printed = true
    })
    await new Promise((turn) => setImmediate(turn))
    expect(printed).toBe(false)
    expect(String(slow.stdout.read())).toBe('alice@example.com\n')
    await printing
    expect(printed).toBe(true)
  })

  it('shows no character that could move the cursor or turn a line around', async () => {
    const { stdout, stderr, env } = terminal()
    const hostile = 'a\u001b[2J\u202e\rb\tc'
    void print({ stdout, stderr, env }, hostile, 'mailbox')
    await once(stdout, 'readable')
    expect(String(stdout.read())).toBe('a\ufffd[2J\ufffd\ufffdb\ufffdc\tmailbox\n')
    say({ stdout, stderr, env }, hostile)
    expect(String(stderr.read())).toBe('a\ufffd[2J\ufffd\ufffdb\ufffdc\n')
  })

  it('writes such characters into JSON as escapes, which are the same text', async () => {
    const { stdout, stderr, env } = terminal()
    const hostile = 'a\u001b[2J\u009b31m\u007f\u202e\u2066\u200b\u2028\u{e0041}\ud800\ue000ö😀"\\'
    void printJson({ stdout, stderr, env }, { hostile, [hostile]: [1, null] })
    await once(stdout, 'readable')
    const line = String(stdout.read())
    expect(JSON.parse(line)).toEqual({ hostile, [hostile]: [1, null] })
    expect(line.replace(/\n$/, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028]/u)
    expect(line).toContain('ö😀')
  })
})
