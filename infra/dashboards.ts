import { Duration, Stack } from 'aws-cdk-lib'
import { Dashboard, PeriodOverride, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { costRows } from './dashboards/cost.ts'
import { flowRows } from './dashboards/flow.ts'
import { healthRows } from './dashboards/health.ts'
import type { DashboardsProps } from './dashboards/props.ts'

/**
 * Three dashboards, each for somebody: Flow for the help desk, Health for the operator, Cost for the owner.
 *
 * CloudWatch API Reference, PutDashboard: dashboards of all regions of an account share their names, and a second one of the
 * same name would replace the first. So a name is made of the stack, of what lies between the stack and here, and of the region.
 */
export class Dashboards extends Construct {
  readonly flow: Dashboard
  readonly health: Dashboard
  readonly cost: Dashboard

  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id)
    this.flow = this.#dashboard('Flow', flowRows(props), Duration.days(3))
    this.health = this.#dashboard('Health', healthRows(props), Duration.hours(12))
    this.cost = this.#dashboard('Cost', costRows(props), Duration.days(30))
  }

  #dashboard(name: string, rows: readonly (readonly IWidget[])[], defaultInterval: Duration): Dashboard {
    const dashboard = new Dashboard(this, name, {
      dashboardName: `${[...this.#owners(), name].join('-')}-${Stack.of(this).region}`,
      defaultInterval,
      // A chart of days stays one, however much time is shown.
      periodOverride: PeriodOverride.INHERIT,
    })
    for (const row of rows) dashboard.addWidgets(...row)
    return dashboard
  }

  /** The stack, and the constructs between it and this one; `Default` is what the CDK leaves out of names as well. */
  #owners(): readonly string[] {
    const stack = Stack.of(this)
    const between = this.node.scopes.slice(stack.node.scopes.length, -1).map(({ node }) => node.id)
    return [stack.stackName, ...between.filter((id) => id !== 'Default').map((id) => id.replaceAll(/[^\w-]/g, '-'))]
  }
}
