import type { Json, JsonObject } from './json.ts'
import { schemasOf, type Resource } from './resources.ts'

/** Which attributes are asked for (RFC 7644 3.9), in lower case; null: not said. A sub-attribute stands for its attribute. */
export type Selection = { readonly attributes: readonly string[] | null; readonly excluded: readonly string[] }

export function selectionOf(query: ReadonlyMap<string, string>): Selection {
  const wanted = query.get('attributes')
  return {
    attributes: wanted === undefined || wanted === '' ? null : namesOf(wanted),
    excluded: namesOf(query.get('excludedAttributes') ?? ''),
  }
}

/** A resource as it is answered. `base` is the URL of the endpoint, without a slash at its end. */
export function render(resource: Resource, base: string, { attributes, excluded }: Selection): JsonObject {
  const shown = Object.entries(resource.attributes).filter(([name]) => {
    const folded = name.toLowerCase()
    return (attributes === null || attributes.includes(folded)) && !excluded.includes(folded)
  })
  return Object.fromEntries<Json>([
    ['schemas', schemasOf(resource)],
    ['id', resource.id],
    ...shown,
    [
      'meta',
      {
        resourceType: resource.type,
        created: resource.created,
        lastModified: resource.modified,
        location: locationOf(resource, base),
        version: etagOf(resource),
      },
    ],
  ])
}

/** What a filter is asked of: everything that can be answered. */
export function filterable(resource: Resource): JsonObject {
  return render(resource, '', { attributes: null, excluded: [] })
}

export function locationOf({ type, id }: Pick<Resource, 'type' | 'id'>, base: string): string {
  return `${base}/${type}s/${id}`
}

/** Weak, because the order of attributes is nobody's promise. */
export function etagOf({ version }: Pick<Resource, 'version'>): string {
  return `W/"${version}"`
}

/** RFC 7644 3.4.2: a page of what was found. */
export function listBody(resources: readonly JsonObject[], totalResults: number, startIndex: number): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    itemsPerPage: resources.length,
    startIndex,
    Resources: resources,
  }
}

/** The attribute of each path: `urn:…:User:department` is shown with its extension. */
function namesOf(text: string): readonly string[] {
  return text.split(',', 100).flatMap((part) => {
    const path = part.trim().toLowerCase()
    if (path === '') return []
    if (!path.startsWith('urn:')) return [path.split('.', 1)[0] ?? '']
    return [path, path.slice(0, path.lastIndexOf(':'))]
  })
}
