export type ReadOffset =
  { readonly answer: 'offset'; readonly minutes: number } | { readonly answer: 'problem'; readonly problem: string }

/** Reads `--utc-offset`, as RFC 3339 writes it, in minutes east of UTC. Null is the offset of this computer at `now`. */
export function readUtcOffset(text: string | null, now: Date): ReadOffset {
  if (text === null) return { answer: 'offset', minutes: -now.getTimezoneOffset() }
  if (text === 'Z') return { answer: 'offset', minutes: 0 }
  const match = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match === null) {
    const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
    return { answer: 'problem', problem: `--utc-offset is Z, +01:00 or -05:30, found ${found}.` }
  }
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return { answer: 'offset', minutes: match[1] === '-' && minutes > 0 ? -minutes : minutes }
}
