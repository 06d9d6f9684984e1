import type { JsonRecord } from './json.ts'

export type Resource = {
  readonly logicalId: string
  readonly type: string
  /** The condition under which it is deployed; null: always. */
  readonly condition: string | null
  readonly properties: JsonRecord
}

/** A synthesized stack as it lies on disk, intrinsics unresolved. The readers beside this file resolve what they read. */
export type Template = {
  /** Absolute. */
  readonly assemblyDir: string
  /** Name of the template's file in `assemblyDir`; every error begins with it. */
  readonly file: string
  readonly stackName: string
  readonly accountId: string
  readonly region: string
  readonly resources: ReadonlyMap<string, Resource>
  readonly conditions: JsonRecord
  readonly mappings: JsonRecord
  readonly parameters: JsonRecord
  readonly outputs: JsonRecord
  /** Object key that the template names -> absolute path of the file or folder that would be uploaded there. */
  readonly assets: ReadonlyMap<string, string>
}

/** @throws where the template has no such resource: whoever asks has the name from the template itself */
export function resourceOf(template: Template, logicalId: string, place: string): Resource {
  const found = template.resources.get(logicalId)
  if (found) return found
  throw new Error(`${place}: expected the logical id of a resource of ${template.file}, found "${logicalId}"`)
}

export function resourcesOfType(template: Template, ...types: readonly string[]): readonly Resource[] {
  return [...template.resources.values()].filter(({ type }) => types.includes(type))
}

export function propertiesPlace(template: Template, logicalId: string): string {
  return `${template.file}: Resources.${logicalId}.Properties`
}
