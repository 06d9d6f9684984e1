import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../cli/progress.ts'

function watched(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY })
  let now = 0
  const progress = createProgress({ stdout: new PassThrough(), stderr, env: {} }, () => now)
  return {
    show: (at: number, line: string) => {
      now = at
      progress.show(line)
    },
    clear: progress.clear,
    written: () => String(stderr.read() ?? ''),
  }
}

describe('the progress of a verb', () => {
  it('is shown after a second, five times a second, and taken away', () => {
    const { show, clear, written } = watched(true)
    show(999, 'early')
    clear()
    show(1000, '1 record')
    show(1199, '2 records')
    show(1200, '3 records')
    clear()
    clear()
    expect(written()).toBe('\r1 record\u001b[K\r3 records\u001b[K\r\u001b[K')
  })

  it('is not shown where nobody looks', () => {
    const { show, clear, written } = watched(false)
    show(5000, '1 record')
    clear()
    expect(written()).toBe('')
  })
})
