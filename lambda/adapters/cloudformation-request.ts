import { setTimeout as pause } from 'node:timers/promises'

/**
 * What CloudFormation asks of a custom resource, and how it is answered (CloudFormation User Guide, "Custom resource request
 * types" and "response objects").
 */
export type ResourceRequest = {
  readonly kind: 'create' | 'update' | 'delete'
  readonly properties: Properties
  /** Only an update has them. */
  readonly before: Properties | null
  readonly answerTo: AnswerTo
}

export type Properties = { readonly [name: string]: unknown }

export type ResourceAnswer =
  | { readonly kind: 'done'; readonly data: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly why: string }

type AnswerTo = { readonly url: string; readonly ids: Readonly<Record<string, unknown>> }

/** Throws for what is no request of CloudFormation: nobody waits for an answer then. */
export function readResourceRequest(event: unknown): ResourceRequest {
  const { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId, ...rest } = recordOf(event)
  const kind = typeof RequestType === 'string' ? kinds.get(RequestType) : undefined
  if (kind === undefined || typeof ResponseURL !== 'string') {
    throw new Error('This function is called by CloudFormation, when a stack is deployed; this is no such call.')
  }
  const before = rest['OldResourceProperties']
  return {
    kind,
    properties: recordOf(rest['ResourceProperties']),
    before: before === undefined ? null : recordOf(before),
    answerTo: { url: ResponseURL, ids: { StackId, RequestId, LogicalResourceId } },
  }
}

/**
 * Tells CloudFormation. `physicalId` is constant for a resource: another one would make CloudFormation delete the first.
 * Rejects if it cannot be told; the resource's ServiceTimeout then ends the waiting.
 */
export async function answerRequest(
  { answerTo: { url, ids } }: ResourceRequest,
  physicalId: string,
  answer: ResourceAnswer,
): Promise<void> {
  const told =
    answer.kind === 'done'
      ? { Status: 'SUCCESS', Data: answer.data }
      : { Status: 'FAILED', Reason: answer.why.slice(0, longestReason) }
  const body = JSON.stringify({ ...ids, PhysicalResourceId: physicalId, ...told })
  for (const wait of [500, 2000, 5000, null]) {
    // The address is a presigned one, and no content type was signed with it.
    const status = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' } })
      .then((response) => response.status)
      .catch(() => 0)
    if (status >= 200 && status < 300) return
    if (wait === null) throw new Error(`CloudFormation could not be answered (HTTP status ${status}).`)
    await pause(wait)
  }
}

/** A text property; `''` where there is none. */
export function textIn(properties: Properties, name: string): string {
  const value = properties[name]
  return typeof value === 'string' ? value : ''
}

/** CloudFormation hands every property over as a text, `true` as well. */
export function flagIn(properties: Properties, name: string): boolean {
  return properties[name] === 'true' || properties[name] === true
}

export function textsIn(properties: Properties, name: string): readonly string[] {
  const value = properties[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

const kinds: ReadonlyMap<string, ResourceRequest['kind']> = new Map([
  ['Create', 'create'],
  ['Update', 'update'],
  ['Delete', 'delete'],
])

/** The whole answer may have 4096 bytes. */
const longestReason = 2000

function recordOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {}
}
