import type { StackSeen } from './account.ts'

/** By logical id. */
export type StackResources = Map<string, { readonly type: string; readonly physicalId: string }>

/**
 * The alarms of a template, with the ARNs of the topics that they tell. A topic that the stack makes itself stands there by
 * its logical id, and the physical id of a topic is its ARN.
 */
export function alarmsIn(
  template: string,
  resources: ReadonlyMap<string, { physicalId: string }>,
): StackSeen['alarms'] {
  const { Resources = {} } = readTemplate(template)
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Alarm'
      ? [{ id, topics: (Properties?.AlarmActions ?? []).map((action) => topicOf(action, resources)) }]
      : [],
  )
}

type Template = {
  readonly Resources?: Readonly<
    Record<string, { readonly Type?: string; readonly Properties?: { readonly AlarmActions?: readonly unknown[] } }>
  >
}

/** CloudFormation gives a template back as it got it, and the CDK writes JSON. */
function readTemplate(text: string): Template {
  try {
    return JSON.parse(text) as Template
  } catch {
    return {}
  }
}

function topicOf(action: unknown, resources: ReadonlyMap<string, { physicalId: string }>): string {
  if (typeof action === 'string') return action
  const { Ref } = action as { readonly Ref?: unknown }
  const found = typeof Ref === 'string' ? resources.get(Ref) : undefined
  return found?.physicalId ?? JSON.stringify(action)
}
