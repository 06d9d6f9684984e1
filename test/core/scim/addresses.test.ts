import { describe, expect, it } from 'vitest'
import { addressesOf, mostAddresses } from '../../../lambda/core/scim/addresses.ts'
import { readObject } from '../../../lambda/core/scim/json.ts'

const domains = [
  { name: 'example.com', foldCase: true, aliasOf: null },
  { name: 'example.net', foldCase: true, aliasOf: 'example.com' },
  { name: 'xn--bcher-kva.example', foldCase: false, aliasOf: null },
]
const written = (type: 'User' | 'Group', attributes: object) =>
  addressesOf({ type, attributes: readObject(JSON.stringify(attributes)) ?? {} }, domains).map(
    ({ address, kind, target }) => [address, kind, ...(target === null ? [] : [target])].join(' '),
  )

describe('the addresses of a user', () => {
  it('are those of the domains that are served, as the directory writes them', () => {
    const emails = [
      { value: 'Bob@partner.example' },
      { value: 'Bob@Bücher.example', type: 'work' },
      { value: 'not one' },
    ]
    expect(written('User', { userName: 'BOB@Example.com', emails })).toEqual([
      'Bob@xn--bcher-kva.example mailbox',
      'bob@example.com alias Bob@xn--bcher-kva.example',
    ])
  })

  it('have the principal one first: SMTP: of proxyAddresses, then what is primary, then mail', () => {
    const extension = 'urn:ietf:params:scim:schemas:extension:quietgate:2.0:User'
    const attributes = {
      userName: 'u@example.com',
      emails: [{ value: 'work@example.com' }, { value: 'first@example.com', primary: true }],
      [extension]: {
        mail: 'mail@example.com',
        proxyAddresses: ['smtp:old@example.com', 'SMTP:main@example.com', 'x500:/o=x', 'SIP:main@example.com'],
      },
    }
    expect(written('User', attributes)).toEqual([
      'main@example.com mailbox',
      ...['first', 'mail', 'work', 'u', 'old'].map((name) => `${name}@example.com alias main@example.com`),
    ])
  })

  it('are listed where the filter looks for them: those of an alias domain under the other one', () => {
    expect(written('User', { userName: 'Bob@example.net', mail: 'bob@example.com' })).toEqual([
      'bob@example.com mailbox',
    ])
  })

  it('are left out where no key can be as long', () => {
    expect(written('User', { userName: `${'é'.repeat(1000)}@example.com` })).toEqual([])
  })

  it('are none while the user is not active', () => {
    expect(written('User', { userName: 'u@example.com', active: false })).toEqual([])
  })

  it('are at most as many as a mailbox can have', () => {
    const emails = Array.from({ length: 400 }, (_, i) => ({ value: `a${i}@example.com` }))
    expect(written('User', { userName: 'u', emails })).toHaveLength(mostAddresses)
  })

  it('of a group are those of its attributes, and its name if it is one', () => {
    expect(written('Group', { displayName: 'All@example.com', mail: 'everybody@example.com' })).toEqual([
      'everybody@example.com group',
      'all@example.com group',
    ])
    expect(written('Group', { displayName: 'Sales', active: false })).toEqual([])
  })
})
