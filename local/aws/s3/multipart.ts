import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, openSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { empty, quoted, refusal, xmlAnswer } from './answers.ts'
import type { Answer } from './answers.ts'
import { checksumHeaders, encryptionHeaders, isAnswer, lastingHeaders, taggingHeader, tagsAreValid } from './call.ts'
import { unquoted, writeCondition, writeRefusal } from './call.ts'
import type { Call } from './call.ts'
import type { ObjectHead } from './object-file.ts'
import { childText, childrenOf, readXml } from './read-xml.ts'
import { element } from './xml.ts'

type Part = { readonly path: string; readonly size: number; readonly md5: Buffer }
type Upload = {
  readonly bucket: string
  readonly key: string
  readonly dir: string
  readonly about: Pick<ObjectHead, 'headers' | 'tags'>
  readonly parts: Map<number, Part>
}

export type Uploads = {
  readonly create: (call: Call) => Answer
  readonly putPart: (call: Call) => Promise<Answer>
  readonly complete: (call: Call) => Promise<Answer>
  readonly abort: (call: Call) => Answer
}

const SMALLEST_PART = 5 * 1024 * 1024
const HIGHEST_PART_NUMBER = 10_000

/** Uploads under way. They do not survive a restart, and the finished object has no checksum of the whole. */
export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>()
  const uploadOf = ({ bucket, request }: Call): Upload | null => {
    const upload = uploads.get(request.query.get('uploadId') ?? '')
    return upload?.bucket === bucket.name && upload.key === request.key ? upload : null
  }
  const forget = ({ request }: Call, { dir }: Upload): void => {
    uploads.delete(request.query.get('uploadId') ?? '')
    rmSync(dir, { recursive: true, force: true })
  }
  return {
    create: (call) => {
      const { bucket, request } = call
      const headers = lastingHeaders(request)
      if (isAnswer(headers)) return headers
      const tags = taggingHeader(request)
      if (!tagsAreValid(tags)) return refusal('InvalidTag')
      const id = randomBytes(16).toString('hex')
      const dir = join(bucket.dir, 'drafts', id)
      mkdirSync(dir)
      uploads.set(id, { bucket: bucket.name, key: request.key, dir, about: { headers, tags }, parts: new Map() })
      const fields = [element('Bucket', bucket.name), element('Key', request.key), element('UploadId', id)]
      return xmlAnswer('InitiateMultipartUploadResult', fields, encryptionHeaders({ headers }))
    },
    putPart: async (call) => {
      const upload = uploadOf(call)
      return upload ? putPart(call, upload) : refusal('NoSuchUpload')
    },
    complete: async (call) => {
      const upload = uploadOf(call)
      if (!upload) return refusal('NoSuchUpload')
      const answer = await complete(call, upload)
      if (answer.status === 200) forget(call, upload)
      return answer
    },
    abort: (call) => {
      const upload = uploadOf(call)
      if (!upload) return refusal('NoSuchUpload')
      forget(call, upload)
      return empty(204)
    },
  }
}

async function putPart({ request, bytes, checksum }: Call, upload: Upload): Promise<Answer> {
  const number = Number(request.query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > HIGHEST_PART_NUMBER) {
    return refusal('InvalidArgument', `Part number must be an integer between 1 and ${HIGHEST_PART_NUMBER}, inclusive`)
  }
  const md5 = createHash('md5').update(bytes).digest()
  const path = join(upload.dir, `${number}-${md5.toString('hex')}`)
  await writeFile(path, bytes)
  upload.parts.set(number, { path, size: bytes.length, md5 })
  return empty(200, {
    etag: quoted(md5.toString('hex')),
    ...encryptionHeaders(upload.about),
    ...checksumHeaders(checksum),
  })
}

async function complete(call: Call, upload: Upload): Promise<Answer> {
  const { store, bucket, request } = call
  const condition = writeCondition(request)
  if (isAnswer(condition)) return condition
  const parts = chosenParts(call.bytes.toString(), upload)
  if (!Array.isArray(parts)) return refusal(parts)
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  const digest = createHash('md5')
    .update(Buffer.concat(parts.map(({ md5 }) => md5)))
    .digest('hex')
  const etag = `${digest}-${parts.length}`
  const head: ObjectHead = { ...upload.about, key: request.key, size, etag, modifiedAt: Date.now(), checksum: null }
  const files = parts.map((part) => ({ fd: openSync(part.path, 'r'), size: part.size }))
  const refused = writeRefusal(await store.write(bucket.name, head, { kind: 'files', files }, condition), call)
  const fields = [element('Bucket', bucket.name), element('Key', request.key), element('ETag', quoted(etag))]
  return refused ?? xmlAnswer('CompleteMultipartUploadResult', fields, encryptionHeaders(head))
}

/** The parts that the client lists, or the code of what is wrong with the list. */
function chosenParts(text: string, upload: Upload): Part[] | string {
  const root = readXml(text)
  const listed = root?.name === 'CompleteMultipartUpload' ? childrenOf(root, 'Part') : []
  if (listed.length === 0) return 'MalformedXML'
  const chosen: Part[] = []
  let last = 0
  for (const one of listed) {
    const number = Number(childText(one, 'PartNumber'))
    const part = upload.parts.get(number)
    if (part?.md5.toString('hex') !== unquoted(childText(one, 'ETag') ?? '')) return 'InvalidPart'
    if (number <= last) return 'InvalidPartOrder'
    last = number
    chosen.push(part)
  }
  return chosen.slice(0, -1).some(({ size }) => size < SMALLEST_PART) ? 'EntityTooSmall' : chosen
}
