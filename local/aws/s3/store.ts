import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
} from 'node:fs'
import { renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createKeyList } from './key-list.ts'
import type { KeyList } from './key-list.ts'
import { fileNameOf, readHead, tailOf } from './object-file.ts'
import type { ObjectHead } from './object-file.ts'

export type Bucket = {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly dir: string
  readonly heads: ReadonlyMap<string, ObjectHead>
  readonly keys: KeyList
  /** Configurations as they were put (XML, or JSON for a policy), by sub-resource: `lifecycle`, `versioning` ... */
  readonly configurations: ReadonlyMap<string, string>
}

/** Where the bytes of an object come from; open files are closed by the store. */
export type Source =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'files'; readonly files: readonly { readonly fd: number; readonly size: number }[] }

export type WriteCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  /** `*` stands for any object. */
  | { readonly kind: 'etag'; readonly etag: string }

export type Written = 'written' | 'condition-failed' | 'no-such-key'

/** Buckets on disk. One process at a time may have the folder open: the index of keys is in its memory. */
export type Store = {
  readonly buckets: () => readonly Bucket[]
  readonly bucket: (name: string) => Bucket | null
  readonly createBucket: (name: string) => void
  readonly deleteBucket: (name: string) => void
  /** Null forgets the configuration. */
  readonly configure: (bucket: string, name: string, text: string | null) => void
  readonly write: (bucket: string, head: ObjectHead, source: Source, condition: WriteCondition) => Promise<Written>
  /** The object as it is now, in an open file that later writes do not change; the caller closes it. */
  readonly open: (bucket: Bucket, key: string) => { readonly head: ObjectHead; readonly fd: number } | null
  readonly remove: (bucket: string, key: string) => void
}

type OpenBucket = Bucket & { readonly heads: Map<string, ObjectHead>; readonly configurations: Map<string, string> }

const SMALL = 64 * 1024

/**
 * Opens or makes the folder. What a crash left half-written is cleared away; a file that is no object is left where it is,
 * said on stderr, and does not count. Nothing is synced to the platter: this is a laptop's S3.
 */
export function openStore(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true })
  const names = readdirSync(dataDir).filter((name) => existsSync(join(dataDir, name, 'bucket.json')))
  const buckets = new Map(names.map((name) => [name, loadBucket(join(dataDir, name), name)]))
  let drafts = 0
  const existing = (name: string): OpenBucket => {
    const bucket = buckets.get(name)
    if (!bucket) throw new Error(`the bucket ${name} was deleted in the middle of a request`)
    return bucket
  }
  return {
    buckets: () => [...buckets.values()],
    bucket: (name) => buckets.get(name) ?? null,
    createBucket: (name) => {
      const bucket = emptyBucket(join(dataDir, name), name, Date.now())
      saveBucket(bucket)
      buckets.set(name, bucket)
    },
    deleteBucket: (name) => {
      rmSync(existing(name).dir, { recursive: true })
      buckets.delete(name)
    },
    configure: (name, what, text) => {
      const bucket = existing(name)
      if (text === null) bucket.configurations.delete(what)
      else bucket.configurations.set(what, text)
      saveBucket(bucket)
    },
    write: async (name, head, source, condition) => {
      const draft = join(existing(name).dir, 'drafts', String(drafts++))
      await writeDraft(draft, head, source)
      return publish(existing(name), head, draft, condition)
    },
    open: (bucket, key) => {
      const head = bucket.heads.get(key)
      return head ? { head, fd: openSync(objectPath(bucket, key), 'r') } : null
    },
    remove: (name, key) => {
      const bucket = existing(name)
      if (!bucket.heads.delete(key)) return
      bucket.keys.remove(key)
      unlinkSync(objectPath(bucket, key))
    },
  }
}

/**
 * The check, the rename and the index are one synchronous step, so nothing can come between them: of ten writers that want
 * a key to be absent, one wins.
 */
function publish(bucket: OpenBucket, head: ObjectHead, draft: string, condition: WriteCondition): Written {
  const current = bucket.heads.get(head.key)
  const answer = judge(current, condition)
  if (answer !== 'written') {
    unlinkSync(draft)
    return answer
  }
  renameSync(draft, objectPath(bucket, head.key))
  bucket.heads.set(head.key, head)
  if (!current) bucket.keys.add(head.key)
  return 'written'
}

function judge(current: ObjectHead | undefined, condition: WriteCondition): Written {
  switch (condition.kind) {
    case 'none':
      return 'written'
    case 'absent':
      return current ? 'condition-failed' : 'written'
    case 'etag':
      if (!current) return 'no-such-key'
      return condition.etag === '*' || condition.etag === current.etag ? 'written' : 'condition-failed'
  }
}

async function writeDraft(path: string, head: ObjectHead, source: Source): Promise<void> {
  if (source.kind === 'bytes') {
    const content = Buffer.concat([source.bytes, tailOf(head)])
    // For a small file the three trips through the thread pool cost more than the write itself.
    if (content.length <= SMALL) writeFileSync(path, content)
    else await writeFile(path, content)
    return
  }
  const { files } = source
  await pipeline(async function* () {
    for (const { fd, size } of files) {
      const stream = createReadStream('', { fd, start: 0, end: Math.max(size - 1, 0) })
      if (size > 0) yield* stream
      else stream.destroy()
    }
    yield tailOf(head)
  }, createWriteStream(path))
}

function loadBucket(dir: string, name: string): OpenBucket {
  rmSync(join(dir, 'drafts'), { recursive: true, force: true })
  const saved = JSON.parse(readFileSync(join(dir, 'bucket.json'), 'utf8')) as SavedBucket
  const heads = new Map<string, ObjectHead>()
  for (const file of readdirSync(join(dir, 'objects'))) {
    const head = readHead(join(dir, 'objects', file))
    if (head) heads.set(head.key, head)
    else
      process.stderr.write(
        `local S3: ${join(dir, 'objects', file)} is not an object of this store and does not count\n`,
      )
  }
  const configurations = new Map(Object.entries(saved.configurations))
  const bucket = { ...emptyBucket(dir, name, saved.createdAt), heads, configurations }
  return { ...bucket, keys: createKeyList([...heads.keys()]) }
}

type SavedBucket = { readonly createdAt: number; readonly configurations: Record<string, string> }

function emptyBucket(dir: string, name: string, createdAt: number): OpenBucket {
  for (const folder of ['objects', 'drafts']) mkdirSync(join(dir, folder), { recursive: true })
  return { name, createdAt, dir, heads: new Map(), keys: createKeyList([]), configurations: new Map() }
}

function saveBucket({ dir, createdAt, configurations }: OpenBucket): void {
  const saved: SavedBucket = { createdAt, configurations: Object.fromEntries(configurations) }
  writeFileSync(join(dir, 'drafts', 'bucket.json'), JSON.stringify(saved))
  renameSync(join(dir, 'drafts', 'bucket.json'), join(dir, 'bucket.json'))
}

function objectPath({ dir }: Bucket, key: string): string {
  return join(dir, 'objects', fileNameOf(key))
}
