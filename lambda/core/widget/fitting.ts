import type { Html } from './html.ts'

/**
 * A Lambda function that is asked and waited for answers with at most 6 MB (Lambda quotas, invocation payload), and nothing is promised
 * of what a dashboard shows. A page stays below this many octets of UTF-8, whatever senders wrote.
 */
export const mostOctets = 200 * 1024

/** The first pieces that have room together in so many octets, and how many are left out. */
export function fitting(
  pieces: readonly Html[],
  octets: number,
): { readonly pieces: readonly Html[]; readonly left: number } {
  let room = octets
  const kept = pieces.findIndex(({ html }) => (room -= Buffer.byteLength(html)) < 0)
  return kept === -1 ? { pieces, left: 0 } : { pieces: pieces.slice(0, kept), left: pieces.length - kept }
}
