/** How far a verb is, in plain ASCII. More done than was expected is shown as all. */
export function bar(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.floor((done * WIDTH) / total))
  return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done}/${Math.max(done, total)} files`
}

const WIDTH = 30
