import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../lambda/adapters/environment.ts'

describe('readEnvironment', () => {
  it('reads the variables that it is asked for', () => {
    expect(readEnvironment({ A: '1', B: '', C: '3' }, ['A', 'B'])).toEqual({ A: '1', B: '' })
  })

  it('names every variable that is missing, at once', () => {
    expect(() => readEnvironment({ A: '1' }, ['A', 'B', 'C'])).toThrow(
      "The function's environment lacks B, C; the stack sets them.",
    )
  })
})
