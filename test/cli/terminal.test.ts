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

  it('shows no character that could move the cursor or turn a line around, except in JSON', async () => {
    const { stdout, stderr, env } = terminal()
    const hostile = 'a\u001b[2J\u202e\rb\tc'
    void print({ stdout, stderr, env }, hostile, 'mailbox')
    await once(stdout, 'readable')
    expect(String(stdout.read())).toBe('a\ufffd[2J\ufffd\ufffdb\ufffdc\tmailbox\n')
    say({ stdout, stderr, env }, hostile)
    expect(String(stderr.read())).toBe('a\ufffd[2J\ufffd\ufffdb\ufffdc\n')
    void printJson({ stdout, stderr, env }, { hostile })
    expect(JSON.parse(String(stdout.read()))).toEqual({ hostile })
  })
})
