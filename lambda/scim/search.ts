import { largestPage } from '../core/scim/discovery.ts'
import { refused, type Refused } from '../core/scim/errors.ts'
import { parseFilter, type Filter } from '../core/scim/filter.ts'
import { indexFor } from '../core/scim/indexes.ts'
import type { JsonObject } from '../core/scim/json.ts'
import { matches } from '../core/scim/match.ts'
import { filterable, listBody, render, selectionOf } from '../core/scim/render.ts'
import type { Resource, ResourceType } from '../core/scim/resources.ts'
import type { ScimStore } from '../ports/scim-store.ts'

/** A question that no index answers reads all resources of the type, and so many at most. */
export const mostRead = 20_000

/** RFC 7644 3.4.2: filter, startIndex and count. Sorting is not offered. */
export async function search(
  type: ResourceType,
  query: ReadonlyMap<string, string>,
  base: string,
  store: ScimStore,
): Promise<{ readonly answer: 'found'; readonly body: JsonObject } | Refused> {
  const text = query.get('filter') ?? ''
  const filter = text === '' ? null : parseFilter(text)
  if (text !== '' && filter === null) {
    return refused(400, 'invalidFilter', `The filter cannot be read: ${text.slice(0, 200)}`)
  }
  const candidates = filter === null ? await store.list(type, mostRead) : await candidatesOf(type, filter, store)
  if (candidates === null) {
    return refused(
      400,
      'tooMany',
      `There are more than ${mostRead}, or they are too large to be read at once. Filter by id, userName, externalId, emails.value or displayName.`,
    )
  }
  const found = candidates.filter((resource) => filter === null || matches(filterable(resource), filter))
  const startIndex = Math.max(1, wholeNumber(query.get('startIndex'), 1))
  const count = Math.min(largestPage, Math.max(0, wholeNumber(query.get('count'), largestPage)))
  const page = found.slice(startIndex - 1, startIndex - 1 + count)
  const selection = selectionOf(query)
  const resources = page.map((resource) => render(resource, base, selection))
  return { answer: 'found', body: listBody(resources, found.length, startIndex) }
}

async function candidatesOf(type: ResourceType, filter: Filter, store: ScimStore): Promise<readonly Resource[] | null> {
  const index = indexFor(type, filter)
  if (index === null) return store.list(type, mostRead)
  const ids = index.kind === 'id' ? [index.id] : await store.find(index.key)
  const found: Resource[] = []
  for (const id of [...ids].sort().slice(0, mostRead)) {
    const stored = await store.load(type, id)
    if (stored !== null) found.push(stored.resource)
  }
  return found
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise
}
