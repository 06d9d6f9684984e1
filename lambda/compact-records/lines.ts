/**
 * The lines of a stream of UTF-8, some at a time, without their ends and without empty ones. A line of more octets than `longest` is
 * thrown as a RangeError: it would be held in memory whole.
 */
export async function* linesOf(
  octets: AsyncIterable<Uint8Array>,
  longest = 16 * 1024 * 1024,
): AsyncGenerator<readonly string[]> {
  const parts: Uint8Array[] = []
  let held = 0
  for await (const chunk of octets) {
    const end = chunk.lastIndexOf(0x0a)
    if (end !== -1) {
      parts.push(chunk.subarray(0, end))
      yield Buffer.concat(parts)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
      parts.length = 0
      held = 0
    }
    const rest = chunk.subarray(end + 1)
    held += rest.length
    if (held > longest) throw new RangeError(`A line has more than ${longest} octets.`)
    if (rest.length > 0) parts.push(rest)
  }
  if (held > 0) yield [Buffer.concat(parts).toString('utf8')]
}
