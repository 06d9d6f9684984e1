import { PutObjectCommand } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { startS3 } from '../s3-world.ts'

/** An empty record bucket in an embedded S3, and the file by which `--local` finds it. */
export type RecordBucket = {
  readonly url: string
  readonly bucket: string
  /** For `quietgate`: where the file is. */
  readonly env: { readonly QUIETGATE_LOCAL: string }
  /** A folder for whatever else the test needs. */
  readonly folder: string
  readonly put: (record: DecisionRecord) => Promise<void>
  readonly putText: (key: string, text: string | Uint8Array) => Promise<void>
  /** From now on S3 lists its objects, and refuses to give them away. */
  readonly refuse: () => void
  /** S3 is gone; the file stays. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function startRecordBucket(): Promise<RecordBucket> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-records-'))
  const region = 'eu-west-1'
  const { url, client, emptyBucket, setFault, close: stop } = await startS3({ region })
  const bucket = await emptyBucket()
  const file = join(folder, 'local-stack.json')
  writeFileSync(file, JSON.stringify({ pid: process.pid, region, s3: url, outputs: { RecordBucket: bucket } }))
  const putText = async (key: string, text: string | Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }))
  }
  return {
    url,
    bucket,
    env: { QUIETGATE_LOCAL: file },
    folder,
    put: (record) => putText(recordKey(record), JSON.stringify(record)),
    putText,
    refuse: () =>
      setFault(({ action }) =>
        action === 's3:GetObject' ? { kind: 'refuse', status: 403, code: 'AccessDenied' } : null,
      ),
    stop,
    close: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
