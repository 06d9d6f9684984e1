/** How far a verb is, in plain ASCII. More done than was expected is shown as all. */
export function barOf(done: number, of: number): string {
  const share = of === 0 ? 1 : Math.min(1, done / of)
  const filled = Math.floor(share * width)
  return `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${Math.floor(share * 100)} %`
}

const width = 30
