import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { conditionHolds } from './intrinsics.ts'
import { isRecord, optionalTextAt, recordAt, textAt } from './json.ts'
import type { Json, JsonRecord } from './json.ts'
import type { Resource, Template } from './template.ts'

const ACCOUNT_ID = '123456789012'

/**
 * Reads the only stack of a CDK cloud assembly (`cdk.out`, written by the default stack synthesizer).
 * A stack that was synthesized for one account or region keeps it, because its ARNs were written with it.
 *
 * @param region What `AWS::Region` means for a stack that may be deployed anywhere.
 * @throws where the folder is no assembly, or holds none or several stacks
 */
export function readTemplate(assemblyDir: string, region = 'us-east-1'): Template {
  const dir = resolve(assemblyDir)
  const artifacts = recordAt(readJson(dir, 'manifest.json')['artifacts'], `${join(dir, 'manifest.json')}: artifacts`)
  const stack = onlyStack(artifacts, dir)
  const file = textAt(stack.properties['templateFile'], `manifest.json: artifacts.${stack.id}.properties.templateFile`)
  const body = readJson(dir, file)
  const environment = environmentOf(stack.environment)
  const template: Template = {
    assemblyDir: dir,
    file,
    stackName: optionalTextAt(stack.properties['stackName'], 'manifest.json: stackName') ?? stack.id,
    accountId: environment.accountId ?? ACCOUNT_ID,
    region: environment.region ?? region,
    resources: resourcesOf(body, file),
    conditions: section(body, 'Conditions', file),
    mappings: section(body, 'Mappings', file),
    parameters: section(body, 'Parameters', file),
    outputs: section(body, 'Outputs', file),
    assets: assetsOf(artifacts, dir),
  }
  // Only now: a condition may ask for the region, and what does not hold is not deployed.
  const deployed = [...template.resources].filter(
    ([, { condition }]) => condition === null || conditionHolds(template, condition),
  )
  return { ...template, resources: new Map(deployed) }
}

type StackArtifact = { readonly id: string; readonly environment: string; readonly properties: JsonRecord }

function onlyStack(artifacts: JsonRecord, dir: string): StackArtifact {
  const stacks = Object.entries(artifacts).flatMap(([id, artifact]): StackArtifact[] => {
    if (!isRecord(artifact) || artifact['type'] !== 'aws:cloudformation:stack') return []
    const place = `manifest.json: artifacts.${id}`
    const environment = optionalTextAt(artifact['environment'], `${place}.environment`) ?? ''
    return [{ id, environment, properties: recordAt(artifact['properties'], `${place}.properties`) }]
  })
  const [first, ...others] = stacks
  if (first && others.length === 0) return first
  const found = first ? stacks.map(({ id }) => id).join(', ') : 'none'
  throw new Error(
    `${join(dir, 'manifest.json')}: expected exactly one stack, found ${found}. Change the app named in cdk.json.`,
  )
}

/** `aws://123456789012/eu-west-1`, or `unknown-account` and `unknown-region` where the stack names none. */
function environmentOf(environment: string): { readonly accountId: string | null; readonly region: string | null } {
  const [accountId, region] = environment.replace('aws://', '').split('/')
  const known = (part: string | undefined): string | null => (!part || part.startsWith('unknown-') ? null : part)
  return { accountId: known(accountId), region: known(region) }
}

function resourcesOf(body: JsonRecord, file: string): ReadonlyMap<string, Resource> {
  const resources = Object.entries(section(body, 'Resources', file)).map(([logicalId, value]): [string, Resource] => {
    const resource = recordAt(value, `${file}: Resources.${logicalId}`)
    const type = textAt(resource['Type'], `${file}: Resources.${logicalId}.Type`)
    const properties = recordAt(resource['Properties'] ?? {}, `${file}: Resources.${logicalId}.Properties`)
    const condition = optionalTextAt(resource['Condition'], `${file}: Resources.${logicalId}.Condition`)
    return [logicalId, { logicalId, type, condition, properties }]
  })
  return new Map(resources)
}

function assetsOf(artifacts: JsonRecord, dir: string): ReadonlyMap<string, string> {
  const assets = new Map<string, string>()
  for (const artifact of Object.values(artifacts)) {
    if (!isRecord(artifact) || artifact['type'] !== 'cdk:asset-manifest') continue
    const name = textAt(
      recordAt(artifact['properties'], 'manifest.json: asset manifest')['file'],
      'manifest.json: file',
    )
    for (const [id, entry] of Object.entries(section(readJson(dir, name), 'files', name))) {
      const place = `${name}: files.${id}`
      const source = recordAt(recordAt(entry, place)['source'], `${place}.source`)
      const path = optionalTextAt(source['path'], `${place}.source.path`)
      if (path === null) continue
      for (const destination of Object.values(section(recordAt(entry, place), 'destinations', place))) {
        const to = recordAt(destination, `${place}.destinations`)
        assets.set(textAt(to['objectKey'], `${place}.destinations.objectKey`), join(dir, path))
      }
    }
  }
  return assets
}

function section(body: JsonRecord, name: string, place: string): JsonRecord {
  return recordAt(body[name] ?? {}, `${place}: ${name}`)
}

function readJson(dir: string, name: string): JsonRecord {
  const path = join(dir, name)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`${path}: expected a file of a synthesized cloud assembly, found none. Run cdk synth first.`, {
      cause,
    })
  }
  try {
    return recordAt(JSON.parse(text) as Json, path)
  } catch (cause) {
    throw new Error(`${path}: expected a JSON object, found something else. Run cdk synth again.`, { cause })
  }
}
