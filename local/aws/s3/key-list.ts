/** The keys of a bucket in S3's order: the order of their UTF-8 bytes. */
export type KeyList = {
  readonly all: () => readonly string[]
  readonly add: (key: string) => void
  readonly remove: (key: string) => void
}

export type Slice = {
  readonly prefix: string
  /** Empty: no folders are made. */
  readonly delimiter: string
  /** Only what comes after it; a folder that was listed is passed as a whole. */
  readonly after: string
  readonly limit: number
}

export type Listed = { readonly kind: 'key' | 'folder'; readonly name: string }

export function createKeyList(keys: readonly string[]): KeyList {
  const sorted = [...keys].sort(compareKeys)
  return {
    all: () => sorted,
    add: (key) => {
      const at = firstIndex(sorted, (one) => compareKeys(one, key) >= 0)
      if (sorted[at] !== key) sorted.splice(at, 0, key)
    },
    remove: (key) => {
      const at = firstIndex(sorted, (one) => compareKeys(one, key) >= 0)
      if (sorted[at] === key) sorted.splice(at, 1)
    },
  }
}

/**
 * Lists keys and, with a delimiter, the folders that they lie in, each once. It jumps over a folder's content, so a
 * folder of a million keys costs as much as one key. `more`: there is at least one more after the last.
 * Source: S3 API Reference, ListObjectsV2.
 */
export function listKeys(
  sorted: readonly string[],
  { prefix, delimiter, after, limit }: Slice,
): { readonly listed: readonly Listed[]; readonly more: boolean } {
  const listed: Listed[] = []
  const skipFolder = delimiter !== '' && after.startsWith(prefix) && after.endsWith(delimiter) ? after : null
  let at = Math.max(
    firstIndex(sorted, (key) => compareKeys(key, prefix) >= 0),
    after === ''
      ? 0
      : firstIndex(
          sorted,
          (key) => compareKeys(key, after) > 0 && !(skipFolder !== null && key.startsWith(skipFolder)),
        ),
  )
  for (;;) {
    const key = sorted[at]
    if (!key?.startsWith(prefix)) return { listed, more: false }
    if (listed.length >= limit) return { listed, more: true }
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (end < 0) {
      listed.push({ kind: 'key', name: key })
      at++
      continue
    }
    const folder = key.slice(0, end + delimiter.length)
    listed.push({ kind: 'folder', name: folder })
    at = firstIndex(sorted, (one) => compareKeys(one, folder) > 0 && !one.startsWith(folder))
  }
}

/**
 * JavaScript compares UTF-16 units, which puts U+10000 and above (surrogates, D800-DFFF) before U+E000-U+FFFF;
 * UTF-8 puts them behind.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** The first index for which `holds`, given that it holds for everything behind it. */
function firstIndex(sorted: readonly string[], holds: (key: string) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle] ?? '')) high = middle
    else low = middle + 1
  }
  return low
}
