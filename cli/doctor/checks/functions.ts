import { receivingRegions } from '../../../lambda/config/regions.ts'
import type { Finding } from '../finding.ts'
import { couldNotLook, type Check, type Patient } from '../patient.ts'

/** Whether the region, the stack and its functions can do their work. */
export const checkFunctions: Check = async (patient) => {
  const { account } = patient
  const [stack, concurrency] = await Promise.all([account.stack(), account.concurrency()])
  const found = await Promise.all(
    stack.answer === 'seen' ? stack.value.functions.map((name) => functionFindings(name, patient)) : [],
  )
  return [
    ...regionFindings(account.region),
    ...(stack.answer === 'unseen' ? [couldNotLook('the stack', stack.why)] : stackFindings(stack.value.status)),
    ...(concurrency.answer === 'unseen'
      ? [couldNotLook('the limits of Lambda', concurrency.why)]
      : concurrencyFindings(concurrency.value.unreserved, concurrency.value.limit)),
    ...found.flat(),
  ]
}

function regionFindings(region: string): readonly Finding[] {
  if ((receivingRegions as readonly string[]).includes(region)) return []
  return [
    {
      id: 'region-unsupported',
      severity: 'loss',
      what: `SES receives no mail in ${region}.`,
      evidence: `SES receives in ${receivingRegions.join(', ')}.`,
      remedy: 'Set region to one of these, and deploy there.',
    },
  ]
}

/** CloudFormation API Reference, Stack: StackStatus. */
function stackFindings(status: string): readonly Finding[] {
  if (['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'].includes(status)) return []
  const evidence = `CloudFormation has the stack as ${status}.`
  if (status.endsWith('ROLLBACK_COMPLETE')) {
    const what = 'The last deploy failed and was rolled back: what runs is what ran before it.'
    return [
      { id: 'stack-rolled-back', severity: 'notice', what, evidence, remedy: 'Mend what it said, and deploy again.' },
    ]
  }
  return [
    {
      id: 'stack-unfinished',
      severity: 'harm',
      what: 'A deploy, a rollback or a deletion is not finished.',
      evidence,
      remedy: status.endsWith('_IN_PROGRESS')
        ? 'Wait until it is over, and ask again.'
        : 'aws cloudformation continue-update-rollback, after mending what its events say.',
    },
  ]
}

/** One message needs one execution for some hundred milliseconds; a mailing of others to all of ours needs many at once. */
const fewExecutions = 50

function concurrencyFindings(unreserved: number, limit: number): readonly Finding[] {
  if (unreserved >= fewExecutions) return []
  return [
    {
      id: 'concurrency-low',
      severity: 'notice',
      what: 'Few invocations can run at once in this account: a burst of mail is throttled, and comes late.',
      evidence: `${unreserved} of ${limit} concurrent executions are not reserved for other functions.`,
      remedy: 'Ask for 1000: Service Quotas, AWS Lambda, "Concurrent executions".',
    },
  ]
}

/** AWS Lambda Developer Guide, "Lambda runtimes": these get security updates until April 2027 at least. */
const currentRuntimes = ['nodejs24.x', 'nodejs22.x']

async function functionFindings(name: string, { account }: Patient): Promise<readonly Finding[]> {
  const seen = await account.deployedFunction(name)
  if (seen.answer === 'unseen') return [couldNotLook(`the function ${name}`, seen.why)]
  const { runtime, state, lastUpdate } = seen.value
  const isReady = ['Active', 'Inactive'].includes(state) && lastUpdate !== 'Failed'
  return [
    ...(currentRuntimes.includes(runtime) ? [] : [oldRuntime(name, runtime)]),
    ...(isReady ? [] : [notReady(name, `State ${state}, last update ${lastUpdate}.`)]),
  ]
}

function oldRuntime(name: string, runtime: string): Finding {
  return {
    id: 'runtime-old',
    severity: 'notice',
    what: `The function ${name} runs on ${runtime}, which gets no more updates, or is not one of ours.`,
    evidence: `Runtime ${runtime}.`,
    remedy: 'Deploy a current version of Quietgate.',
  }
}

function notReady(name: string, evidence: string): Finding {
  return {
    id: 'function-not-ready',
    severity: 'loss',
    what: `The function ${name} cannot run as it is.`,
    evidence,
    remedy: 'Deploy again: npx cdk deploy.',
  }
}
