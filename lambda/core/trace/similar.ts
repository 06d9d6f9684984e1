/**
 * How many characters have to be put in, taken out, changed or swapped with their neighbour to make one text of the other, and
 * `most + 1` for whatever is more than `most`. Time grows with the product of the lengths, of which the first 320 characters count
 * (RFC 5321 4.5.3.1: an address has no more).
 */
export function distanceOf(first: string, second: string, most: number): number {
  const [a, b] = [first.slice(0, 320), second.slice(0, 320)]
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charAt(i - 1) === b.charAt(j - 1)
      const swapped = i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1)
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[j - 2] ?? 0) + 1 : most + 1,
        ),
      )
    }
    before = last
    last = row
  }
  return Math.min(last[b.length] ?? 0, most + 1)
}
