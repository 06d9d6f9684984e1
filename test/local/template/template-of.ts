import type { JsonRecord } from '../../../local/template/json.ts'
import type { Template } from '../../../local/template/template.ts'

/** A template of a few resources, for what the CDK does not write or writes only when it is made to. */
export function templateOf(
  resources: Record<string, { readonly Type: string; readonly Properties?: JsonRecord }>,
  more: Partial<Template> = {},
): Template {
  const entries = Object.entries(resources).map(([logicalId, { Type, Properties }]) => {
    return [logicalId, { logicalId, type: Type, condition: null, properties: Properties ?? {} }] as const
  })
  return {
    assemblyDir: '/assembly',
    file: 'Quietgate.template.json',
    stackName: 'Quietgate',
    accountId: '123456789012',
    region: 'eu-west-1',
    resources: new Map(entries),
    conditions: {},
    mappings: {},
    parameters: {},
    outputs: {},
    assets: new Map(),
    ...more,
  }
}
