import type { Resolver } from '../../../local/ses/authenticate.ts'

/** A DNS that knows what it is told, as `{ 'TXT example.com': ['v=spf1 -all'] }`, and fails where it is told to. */
export function namesOf(records: Readonly<Record<string, readonly string[] | 'SERVFAIL'>>): Resolver {
  return (name, type) => {
    const found = records[`${type} ${name.toLowerCase()}`]
    if (found === 'SERVFAIL') return Promise.reject(Object.assign(new Error('queryFailed'), { code: 'ESERVFAIL' }))
    if (found === undefined) return Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))
    return Promise.resolve(type === 'TXT' ? found.map((text) => [text]) : [...found])
  }
}
