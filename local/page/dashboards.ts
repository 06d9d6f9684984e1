import { resolvedProperties } from '../template/intrinsics.ts'
import { isRecord, listAt, numberAt, optionalTextAt, recordAt, textAt, unexpected } from '../template/json.ts'
import type { Json, JsonRecord } from '../template/json.ts'
import { propertiesPlace, resourcesOfType, type Template } from '../template/template.ts'
import type { DashboardView, WidgetView } from './api.ts'

/** What the page can draw. */
const widgetTypes = ['metric', 'text', 'alarm', 'custom'] as const

/**
 * The dashboards of the template, as CloudWatch would be given them.
 *
 * @throws where one is not as "Dashboard Body Structure and Syntax" of the CloudWatch API Reference has it, or has a widget of a
 *   type that the page cannot draw: it would be seen in AWS and not here
 */
export function dashboardsOf(template: Template): readonly DashboardView[] {
  return resourcesOfType(template, 'AWS::CloudWatch::Dashboard').map((resource) => {
    const place = propertiesPlace(template, resource.logicalId)
    const properties = resolvedProperties(template, resource)
    const name = textAt(properties['DashboardName'], `${place}.DashboardName`)
    const body = recordAt(
      JSON.parse(textAt(properties['DashboardBody'], `${place}.DashboardBody`)) as Json,
      `${place}.DashboardBody`,
    )
    const widgets = listAt(body['widgets'], `${place}.DashboardBody.widgets`)
    return {
      key: keyOf(name, template),
      name,
      defaultInterval: optionalTextAt(body['start'], `${place}.DashboardBody.start`),
      widgets: widgets.map((widget, index) => widgetOf(widget, index, `${place}.DashboardBody.widgets[${index}]`)),
    }
  })
}

/** Without the stack before it and the region after it, which say nothing where there is one of each. */
function keyOf(name: string, { stackName, region }: Template): string {
  const short = name.replace(new RegExp(`^${stackName}-`), '').replace(new RegExp(`-${region}$`), '')
  return /^[\w-]+$/.test(short) ? short : name
}

function widgetOf(value: Json, index: number, place: string): WidgetView {
  const widget = recordAt(value, place)
  const type = widgetTypes.find((known) => known === widget['type'])
  if (type === undefined) throw unexpected(`${place}.type`, widgetTypes.join(', '), widget['type'])
  const at = (name: string, absent: number): number => numberAt(widget[name], `${place}.${name}`, absent)
  const placed = { index, x: at('x', 0), y: at('y', 0), width: at('width', 6), height: at('height', 6) }
  const properties = recordAt(widget['properties'], `${place}.properties`)
  checkProperties(type, properties, `${place}.properties`)
  // Checked just now, as far as anybody here relies on it.
  return { ...placed, type, properties } as unknown as WidgetView
}

function checkProperties(type: WidgetView['type'], properties: JsonRecord, place: string): void {
  switch (type) {
    case 'metric':
      listAt(properties['metrics'], `${place}.metrics`)
      return
    case 'text':
      textAt(properties['markdown'], `${place}.markdown`)
      return
    case 'alarm':
      listAt(properties['alarms'], `${place}.alarms`).forEach((arn, i) => textAt(arn, `${place}.alarms[${i}]`))
      return
    case 'custom':
      textAt(properties['endpoint'], `${place}.endpoint`)
      if (properties['params'] !== undefined && !isRecord(properties['params'])) {
        throw unexpected(`${place}.params`, 'an object', properties['params'])
      }
  }
}
