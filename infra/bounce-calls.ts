import type { Duration } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'

/**
 * How often somebody in the account called SendBounce, or gave a receipt rule an action that bounces: both send mail to
 * whoever a message names as its sender.
 *
 * CloudTrail tells EventBridge of calls only where a trail logs them (EventBridge User Guide, "AWS service events delivered
 * via AWS CloudTrail"). The rule has no target: that it matched is counted without one, and nobody else needs to hear of it.
 */
export function watchBounceCalls(scope: Construct, period: Duration): Metric {
  const { ruleName } = new Rule(scope, 'BounceCallsSeen', {
    description: 'Calls in this account that send a bounce, or that tell SES to. Only counted, for an alarm.',
    eventPattern: {
      source: ['aws.ses'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['ses.amazonaws.com'],
        $or: [
          { eventName: ['SendBounce'] },
          {
            eventName: ['CreateReceiptRule', 'UpdateReceiptRule'],
            // The reply code is required in a Bounce action (SES API Reference, "BounceAction").
            requestParameters: { rule: { actions: { bounceAction: { smtpReplyCode: [{ exists: true }] } } } },
          },
        ],
      },
    },
  })
  // "Monitoring Amazon EventBridge": `MatchedEvents` is of all rules together, `TriggeredRules` of one.
  return new Metric({
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    dimensionsMap: { RuleName: ruleName },
    statistic: 'Sum',
    period,
  })
}
