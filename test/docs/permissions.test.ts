import { describe, expect, it } from 'vitest'
import { variants } from '../../docs/generate/permission-variants.ts'
import { permissionRows, permissionsOf, permissionsPage, type Row } from '../../docs/generate/permissions.ts'
import { readFileSync } from 'node:fs'

describe('the table of permissions', () => {
  it('has every permission of a stack with everything switched on at once', () => {
    const known = new Set(permissionRows().map(keyOf))
    const all = variants
      // One target, and a rule set of its own.
      .filter(({ setting }) => !/^handOver\.(?!smtp)|ruleSet/.test(setting))
      .reduce((settings, variant) => merged(settings, variant.settings), {})
    expect(permissionsOf(all).filter((one) => !known.has(keyOf({ ...one, settings: [] })))).toEqual([])
  })

  it('has no permission to send or to bounce, and a denial for every function', () => {
    const rows = permissionRows()
    const allowed = rows
      .filter(({ effect, api }) => effect === 'Allow' && /^(?:ses:|\*)/.test(api))
      .map(({ api }) => api)
    expect([...new Set(allowed)].toSorted()).toEqual([
      'ses:DescribeActiveReceiptRuleSet',
      'ses:DescribeReceiptRuleSet',
      'ses:SetActiveReceiptRuleSet',
    ])
    const functions = new Set(rows.filter(({ api }) => api === 'logs:PutLogEvents').map(({ who }) => who))
    const denied = new Set(
      rows.filter(({ effect, api }) => effect === 'Deny' && api.startsWith('ses:')).map(({ who }) => who),
    )
    expect([...functions].filter((name) => !denied.has(name))).toEqual([])
    expect(functions.size).toBeGreaterThan(5)
  })

  it('is what the templates say now', async () => {
    expect((await permissionsPage()).text).toBe(readFileSync('docs/permissions.md', 'utf8'))
  })
})

function keyOf({ who, effect, api, on, condition }: Row): string {
  return JSON.stringify([who, effect, api, on, condition])
}

type Settings = Readonly<Record<string, unknown>>

function merged(one: Settings, other: Settings): Settings {
  const together = Object.entries(other).map(([key, value]) => {
    const before = one[key]
    const both = typeof before === 'object' && typeof value === 'object' && !Array.isArray(value)
    return [key, both ? merged(before as Settings, value as Settings) : value] as const
  })
  return { ...one, ...Object.fromEntries(together) }
}
