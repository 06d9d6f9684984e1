import { conditionHolds, resolveValue } from './intrinsics.ts'
import { optionalTextAt, recordAt, scalarTextAt } from './json.ts'
import type { Template } from './template.ts'

/** The outputs that the stack has, by name. */
export function outputsOf(template: Template): Readonly<Record<string, string>> {
  const outputs = Object.entries(template.outputs).flatMap(([name, value]): [string, string][] => {
    const place = `${template.file}: Outputs.${name}`
    const output = recordAt(value, place)
    const condition = optionalTextAt(output['Condition'], `${place}.Condition`)
    if (condition !== null && !conditionHolds(template, condition)) return []
    return [[name, scalarTextAt(resolveValue(template, output['Value'] ?? null, `${place}.Value`), `${place}.Value`)]]
  })
  return Object.fromEntries(outputs)
}
