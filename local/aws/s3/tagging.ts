import { empty, refusal, xmlAnswer } from './answers.ts'
import type { Answer } from './answers.ts'
import { noSuchKey, tagsAreValid } from './call.ts'
import type { Call } from './call.ts'
import type { Tag } from './object-file.ts'
import { childText, childrenOf, readXml } from './read-xml.ts'
import { element } from './xml.ts'

export function getObjectTagging(call: Call): Answer {
  const head = call.bucket.heads.get(call.request.key)
  if (!head) return noSuchKey(call, call.bucket.name, call.request.key)
  const tags = head.tags.map(({ name, value }) => element('Tag', [element('Key', name), element('Value', value)]))
  return xmlAnswer('Tagging', [element('TagSet', tags)])
}

export async function putObjectTagging(call: Call): Promise<Answer> {
  const tags = readTags(call.bytes.toString())
  if (tags === null) return refusal('MalformedXML')
  if (!tagsAreValid(tags)) return refusal('InvalidTag')
  return retag(call, tags, 200)
}

export async function deleteObjectTagging(call: Call): Promise<Answer> {
  return retag(call, [], 204)
}

async function retag(call: Call, tags: readonly Tag[], status: number): Promise<Answer> {
  const { store, bucket, request } = call
  const opened = store.open(bucket, request.key)
  if (!opened) return noSuchKey(call, bucket.name, request.key)
  const files = { kind: 'files' as const, files: [{ fd: opened.fd, size: opened.head.size }] }
  // The object whose tags these are: one that was put meanwhile must not be undone.
  const same = { kind: 'etag' as const, etag: opened.head.etag }
  await store.write(bucket.name, { ...opened.head, tags }, files, same)
  return empty(status)
}

/** Null for XML that is not a Tagging document. */
function readTags(text: string): readonly Tag[] | null {
  const root = readXml(text)
  const [set] = root?.name === 'Tagging' ? childrenOf(root, 'TagSet') : []
  if (!set) return null
  const tags = childrenOf(set, 'Tag').map((tag) => ({ name: childText(tag, 'Key'), value: childText(tag, 'Value') }))
  return tags.flatMap(({ name, value }) => (name === null || value === null ? [] : [{ name, value }]))
}
