import { Aspects } from 'aws-cdk-lib'
import { Alarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch'
import type { IConstruct } from 'constructs'

/** Tells the topics of every alarm below `scope`, also of those that are made later: when it begins, and when it is over. */
export function tellTopics(scope: IConstruct, topicArns: readonly string[]): void {
  if (topicArns.length === 0) return
  const actions = topicArns.map((alarmActionArn): IAlarmAction => ({ bind: () => ({ alarmActionArn }) }))
  Aspects.of(scope).add({
    visit: (node) => {
      if (!(node instanceof Alarm)) return
      node.addAlarmAction(...actions)
      node.addOkAction(...actions)
    },
  })
}
