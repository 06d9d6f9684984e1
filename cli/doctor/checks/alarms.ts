import type { Finding } from '../finding.ts'
import { couldNotLook, type Check } from '../patient.ts'

/** Whether anybody hears of an alarm. What CloudFormation cannot say is a finding of `checkFunctions`. */
export const checkAlarms: Check = async ({ account }) => {
  const stack = await account.stack()
  if (stack.answer === 'unseen') return []
  const { alarms } = stack.value
  const untold = alarms.filter(({ topics }) => topics.length === 0).map(({ id }) => id)
  const topics = [...new Set(alarms.flatMap((alarm) => alarm.topics))]
  const heard = await Promise.all(topics.map(async (topic) => ({ topic, seen: await account.subscribers(topic) })))
  return [
    ...(untold.length === 0 ? [] : [nobodyTold(untold, alarms.length)]),
    ...heard.flatMap(({ topic, seen }) => {
      if (seen.answer === 'unseen') return [couldNotLook(`who hears of ${topic}`, seen.why)]
      return seen.value === 0 ? [unheard(topic)] : []
    }),
  ]
}

function nobodyTold(untold: readonly string[], of: number): Finding {
  return {
    id: 'alarms-untold',
    severity: 'notice',
    what: 'There are alarms of which nobody is told.',
    evidence: `${untold.length} of ${of}: ${untold.slice(0, 5).join(', ')}${untold.length > 5 ? ' ...' : ''}`,
    remedy: 'Name an SNS topic under alarms.topicArns, and deploy.',
  }
}

function unheard(topic: string): Finding {
  return {
    id: 'topic-unheard',
    severity: 'notice',
    what: 'Alarms go to a topic to which nobody listens.',
    evidence: `${topic} has no confirmed subscription.`,
    remedy: `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ADDRESS, then confirm it.`,
  }
}
