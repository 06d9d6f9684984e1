import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultHook } from '../local/aws/faults.ts'
import { createS3 } from '../local/aws/s3.ts'
import { settingsOf, withFault, type WorldOptions } from './aws-world.ts'

/** An S3 in this process, in a folder of its own, and a client of it. */
export type S3World = {
  readonly url: string
  readonly client: S3Client
  /** Makes a bucket that no other test knows. */
  readonly emptyBucket: () => Promise<string>
  readonly setFault: (fault: FaultHook | null) => void
  readonly withFault: <T>(hook: FaultHook, work: () => Promise<T>) => Promise<T>
  /** Can be said twice: a test may end S3 before it ends itself. */
  readonly close: () => Promise<void>
}

export async function startS3(options: WorldOptions = {}): Promise<S3World> {
  const settings = settingsOf(options)
  const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-s3-'))
  const endpoint = createS3({ dataDir, ...settings.place })
  await endpoint.listen()
  const client = new S3Client({ endpoint: endpoint.url, forcePathStyle: true, ...settings.client })
  const setFault = (fault: FaultHook | null): void => endpoint.setFault(fault)
  let made = 0
  let closed: Promise<void> | null = null
  return {
    url: endpoint.url,
    client,
    emptyBucket: () => createBucket(client, `bucket-${(made += 1)}`),
    setFault,
    withFault: (hook, work) => withFault({ setFault }, hook, work),
    close: () => {
      client.destroy()
      return (closed ??= endpoint.close().finally(() => rmSync(dataDir, { recursive: true, force: true })))
    },
  }
}

export async function createBucket(client: S3Client, name: string): Promise<string> {
  await client.send(new CreateBucketCommand({ Bucket: name }))
  return name
}
