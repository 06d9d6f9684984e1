import type { Json, JsonObject } from './json.ts'
import { listBody } from './render.ts'
import { schemaOf, type ResourceType } from './resources.ts'

/** How many resources a page has at most. */
export const largestPage = 100

/** RFC 7643 5. */
export const serviceProviderConfig = (base: string): JsonObject => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: largestPage },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token that the operator of this endpoint chose.',
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
})

/** RFC 7643 6. Null: there is none of that name. */
export function resourceTypes(base: string, name: string | null): JsonObject | null {
  return listed(
    ['User', 'Group'].map((type) => resourceType(type as ResourceType, base)),
    name,
  )
}

/** RFC 7643 7. Null: there is none of that name. */
export function schemas(base: string, id: string | null): JsonObject | null {
  const all = definitions.map((schema) => ({
    ...schema,
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }))
  return listed(all, id)
}

const enterpriseUser = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

function listed(all: readonly JsonObject[], id: string | null): JsonObject | null {
  if (id === null) return listBody(all, all.length, 1)
  return all.find((each) => each['id'] === id) ?? null
}

function resourceType(type: ResourceType, base: string): JsonObject {
  const extensions: Json = type === 'User' ? [{ schema: enterpriseUser, required: false }] : []
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type,
    name: type,
    endpoint: `/${type}s`,
    schema: schemaOf[type],
    schemaExtensions: extensions,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type}` },
  }
}

function attribute(name: string, changes: JsonObject = {}): JsonObject {
  return {
    name,
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...changes,
  }
}

/** What has a meaning here. Other attributes are kept and given back as they came. */
const definitions = [
  {
    id: schemaOf.User,
    name: 'User',
    description: 'Who has a mailbox.',
    attributes: [
      attribute('userName', { required: true, uniqueness: 'server' }),
      attribute('externalId', { caseExact: true }),
      attribute('displayName'),
      attribute('name', {
        type: 'complex',
        subAttributes: ['formatted', 'familyName', 'givenName'].map((name) => attribute(name)),
      }),
      attribute('active', { type: 'boolean' }),
      attribute('emails', {
        type: 'complex',
        multiValued: true,
        subAttributes: [attribute('value'), attribute('type'), attribute('primary', { type: 'boolean' })],
      }),
    ],
  },
  {
    id: schemaOf.Group,
    name: 'Group',
    description: 'A list that may have an address.',
    attributes: [
      attribute('displayName', { required: true }),
      attribute('externalId', { caseExact: true }),
      attribute('members', { type: 'complex', multiValued: true, subAttributes: [attribute('value')] }),
    ],
  },
  {
    id: enterpriseUser,
    name: 'EnterpriseUser',
    description: 'What an employer knows of a user. It is kept, and means nothing here.',
    attributes: ['employeeNumber', 'department', 'organization'].map((name) => attribute(name)),
  },
]
