import type { ServedDomain } from './core/scim/addresses.ts'
import { resourceTypes, schemas, serviceProviderConfig } from './core/scim/discovery.ts'
import { errorBody, refused, type Refused } from './core/scim/errors.ts'
import type { ScimRequest, ScimResponse } from './core/scim/http.ts'
import { readObject, type JsonObject } from './core/scim/json.ts'
import { applyPatch } from './core/scim/patch.ts'
import { etagOf, locationOf, render, selectionOf } from './core/scim/render.ts'
import type { Resource, ResourceType } from './core/scim/resources.ts'
import type { ScimDirectory } from './ports/scim-directory.ts'
import type { ScimPorts, ScimRun } from './scim/run.ts'
import { search } from './scim/search.ts'
import { create, remove, update, type Target } from './scim/write.ts'

/**
 * Answers one SCIM request (RFC 7644): the token first, then what is asked for. Rejects where AWS cannot do it; the function
 * answers 503 then, and the client asks again.
 */
export async function answerScim(
  request: ScimRequest,
  domains: readonly ServedDomain[],
  ports: ScimPorts,
  signal: AbortSignal,
): Promise<ScimResponse> {
  const counts = { added: 0, removed: 0 }
  let status = 503
  try {
    const right = await ports.authorize(request.authorization, signal)
    const run = { ...ports, domains, directory: counted(ports.directory, counts) }
    const response = right === 'yes' ? await answerTo(request, run) : refusal(right === 'no' ? unauthorized : noToken)
    status = response.status
    return response
  } finally {
    // What was done before it failed was done.
    ports.metrics.answered({
      failures: status >= 500 && status !== 501 ? 1 : 0,
      unauthorized: status === 401 ? 1 : 0,
      ...counts,
    })
  }
}

/** The answer to an event that could not be worked on, for whatever reason. */
export function unavailable(): ScimResponse {
  return refusal(refused(503, null, 'This could not be done now. Ask again.'))
}

const unauthorized = refused(401, null, 'The bearer token is missing or wrong.')
const noToken = refused(503, null, 'The token of this endpoint cannot be read. Ask again.')
const notFound = refused(404, null, 'There is nothing here.')
const notAllowed = refused(405, null, 'This is not done here.')
const notOffered = refused(501, null, 'This is not offered; see ServiceProviderConfig.')

async function answerTo(request: ScimRequest, run: ScimRun): Promise<ScimResponse> {
  const [endpoint = '', id = null, ...more] = request.path ?? []
  if (request.path === null || more.length > 0) return refusal(notFound)
  const type = typeOf(endpoint)
  if (type === null) return discover(endpoint, id, request)
  if (id === null) return ofAll(type, request, run)
  return isId(id) ? ofOne({ type, id, ifMatch: request.ifMatch }, request, run) : refusal(notFound)
}

function discover(endpoint: string, id: string | null, { method, base }: ScimRequest): ScimResponse {
  if (['Me', 'Bulk', '.search'].includes(endpoint)) return refusal(notOffered)
  const body = documentOf(endpoint, id, base)
  if (body === null) return refusal(notFound)
  return method === 'GET' ? answer(200, body) : refusal(notAllowed)
}

function documentOf(endpoint: string, id: string | null, base: string): JsonObject | null {
  if (endpoint === 'ServiceProviderConfig' && id === null) return serviceProviderConfig(base)
  if (endpoint === 'ResourceTypes') return resourceTypes(base, id)
  return endpoint === 'Schemas' ? schemas(base, id) : null
}

async function ofAll(type: ResourceType, request: ScimRequest, run: ScimRun): Promise<ScimResponse> {
  if (request.method === 'GET') {
    const found = await search(type, request.query, request.base, run.store)
    return found.answer === 'refused' ? refusal(found) : answer(200, found.body)
  }
  if (request.method !== 'POST') return refusal(notAllowed)
  const body = bodyOf(request)
  if (body.answer === 'refused') return refusal(body)
  const written = await create(type, body.object, run)
  return written.answer === 'refused' ? refusal(written) : shown(201, written.resource, request)
}

async function ofOne(target: Target, request: ScimRequest, run: ScimRun): Promise<ScimResponse> {
  const { method } = request
  if (method === 'GET') {
    const stored = await run.store.load(target.type, target.id)
    return stored === null ? refusal(notFound) : shown(200, stored.resource, request)
  }
  if (method === 'DELETE') {
    const removed = await remove(target, run)
    return removed.answer === 'refused' ? refusal(removed) : answer(204, null)
  }
  if (method !== 'PUT' && method !== 'PATCH') return refusal(notAllowed)
  const body = bodyOf(request)
  if (body.answer === 'refused') return refusal(body)
  const { object } = body
  const written = await update(
    target,
    method === 'PATCH' ? (old) => applyPatch(old, object) : () => ({ answer: 'patched', attributes: object }),
    run,
  )
  if (written.answer === 'refused') return refusal(written)
  // RFC 7644 3.5.2 allows either. A group may have thousands of members, and its clients want none of them.
  if (method === 'PATCH' && target.type === 'Group' && !request.query.has('attributes')) return answer(204, null)
  return shown(200, written.resource, request)
}

function bodyOf({ body }: ScimRequest): { readonly answer: 'object'; readonly object: JsonObject } | Refused {
  if (body.kind === 'unread') {
    if (body.why === 'too-large') return refused(413, null, 'The body is longer than 1 MB.')
    return refused(400, 'invalidSyntax', 'The body is not UTF-8.')
  }
  const object = body.kind === 'text' ? readObject(body.text) : null
  if (object === null) return refused(400, 'invalidSyntax', 'The body is not a JSON object, or nested too deeply.')
  return { answer: 'object', object }
}

function shown(status: 200 | 201, resource: Resource, { base, query }: ScimRequest): ScimResponse {
  const body = render(resource, base, selectionOf(query))
  return { status, headers: { ...type, ETag: etagOf(resource), Location: locationOf(resource, base) }, body }
}

const type = { 'Content-Type': 'application/scim+json' }

function answer(status: 200 | 204, body: JsonObject | null): ScimResponse {
  return { status, headers: body === null ? {} : type, body }
}

function refusal({ error }: Refused): ScimResponse {
  const more: Record<string, string> =
    error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : error.status === 503 ? { 'Retry-After': '30' } : {}
  return { status: error.status, headers: { ...type, ...more }, body: errorBody(error) }
}

function typeOf(endpoint: string): ResourceType | null {
  if (endpoint === 'Users') return 'User'
  return endpoint === 'Groups' ? 'Group' : null
}

/** Only ids that were made here are looked up: others would be keys of any length. */
function isId(id: string): boolean {
  return /^[\w-]{1,64}$/.test(id)
}

function counted(directory: ScimDirectory, counts: { added: number; removed: number }): ScimDirectory {
  return {
    hold: async (held, holder) => {
      const done = await directory.hold(held, holder)
      if (done === 'added') counts.added++
      return done
    },
    release: async (held, holder, at) => {
      const done = await directory.release(held, holder, at)
      if (done === 'removed') counts.removed++
      return done
    },
  }
}
