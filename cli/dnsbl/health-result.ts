import type { AskedHealth } from './ask-zone.ts'

/** Control questions as `--json` prints them. */
export function healthResult({ family, state, control, milliseconds }: AskedHealth): object {
  if (control.answer === 'not-asked') return { family, state }
  const { listed, unlisted, unheardOf } = control
  return { family, state, listed, unlisted, unheard_of: unheardOf, ms: milliseconds }
}
