import { Stack, type App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { expect } from 'vitest'
import { emptyApp } from './synthesized.ts'

export type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }

/** What a test reads out of the template of a construct. */
export type Resources = {
  readonly template: object
  readonly all: readonly (readonly [string, Resource])[]
  /** The logical id of the only resource of this type, or of the only one below a construct of this name. */
  readonly idOf: (type: string, construct?: string) => string
  readonly only: (type: string) => Resource['Properties']
  /** As CloudFormation has it where another resource refers to the only one of this type. */
  readonly arnOf: (type: string, construct?: string) => object
}

/** An empty stack with the feature flags of cdk.json. */
export function emptyStack(): { readonly app: App; readonly stack: Stack } {
  const app = emptyApp()
  return { app, stack: new Stack(app, 'Stack') }
}

export function resourcesOf(stack: Stack): Resources {
  const template = Template.fromStack(stack).toJSON() as { readonly Resources: Readonly<Record<string, Resource>> }
  const all = Object.entries(template.Resources)
  const idOf = (type: string, construct = ''): string => {
    const ids = all.flatMap(([id, { Type }]) => (Type === type && id.startsWith(construct) ? [id] : []))
    expect(ids).toHaveLength(1)
    return ids[0] ?? ''
  }
  return {
    template,
    all,
    idOf,
    only: (type) => template.Resources[idOf(type)]!.Properties,
    arnOf: (type, construct) => ({ 'Fn::GetAtt': [idOf(type, construct), 'Arn'] }),
  }
}
