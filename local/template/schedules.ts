import { functionByArn } from './functions.ts'
import { attributeOf, resolvedProperties } from './intrinsics.ts'
import { listAt, optionalTextAt, recordAt, textAt, unexpected } from './json.ts'
import type { Json } from './json.ts'
import { propertiesPlace, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

/** A rule of EventBridge that runs functions by the clock. */
export type Schedule = {
  readonly logicalId: string
  readonly arn: string
  /** Milliseconds. */
  readonly every: number
  readonly targets: readonly ScheduleTarget[]
}

export type ScheduleTarget = {
  readonly functionArn: string
  /** The event that the rule sets for this target; `null`: EventBridge's own. */
  readonly input: Json | null
}

/**
 * The schedules that are enabled. A rule that waits for events is none.
 *
 * @throws where a schedule is neither `rate(...)` nor every hour, or its target no function of the template: it would run in AWS and not here
 */
export function schedulesOf(template: Template): readonly Schedule[] {
  return resourcesOfType(template, 'AWS::Events::Rule').flatMap((resource) => {
    const schedule = scheduleOf(template, resource)
    return schedule === null ? [] : [schedule]
  })
}

function scheduleOf(template: Template, resource: Resource): Schedule | null {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const expression = optionalTextAt(properties['ScheduleExpression'], `${place}.ScheduleExpression`)
  if (expression === null || optionalTextAt(properties['State'], `${place}.State`) === 'DISABLED') return null
  const every = periodOf(expression)
  if (every === null) throw unexpected(`${place}.ScheduleExpression`, 'rate(1 minute), rate(5 minutes) ...', expression)
  const targets = listAt(properties['Targets'], `${place}.Targets`).map((target, i) =>
    targetOf(template, target, `${place}.Targets[${i}]`),
  )
  return { logicalId: resource.logicalId, arn: attributeOf(template, resource, 'Arn'), every, targets }
}

/** At a minute of every hour ("Cron expressions"). Here the hour begins with the stack. */
const everyHour = /^cron\([1-5]?\d \* \* \* \? \*\)$/

/** EventBridge User Guide, "Rate expressions": `rate(value unit)`, the unit in the singular for 1 alone. */
function periodOf(expression: string): number | null {
  if (everyHour.test(expression)) return 3_600_000
  const match = /^rate\(([1-9]\d{0,5}) (minute|hour|day)(s?)\)$/.exec(expression)
  if (match === null) return null
  const [, value, unit, plural] = match
  if ((value === '1') !== (plural === '')) return null
  const minutes = { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day']
  return Number(value) * minutes * 60_000
}

export function targetOf(template: Template, value: Json, place: string): ScheduleTarget {
  const target = recordAt(value, place)
  const functionArn = textAt(target['Arn'], `${place}.Arn`)
  if (functionByArn(template, functionArn) === null) {
    throw unexpected(`${place}.Arn`, 'a function of this template', functionArn)
  }
  const input = optionalTextAt(target['Input'], `${place}.Input`)
  return { functionArn, input: input === null ? null : (JSON.parse(input) as Json) }
}
