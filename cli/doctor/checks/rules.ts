import type { RuleAction, RuleSeen, RuleSetSeen } from '../account.ts'
import type { Finding } from '../finding.ts'
import { couldNotLook, type Check, type Patient } from '../patient.ts'

/** Whether SES uses our rule set, and whether the rule in it stores the mail, asks the filter, and comes first. */
export const checkRules: Check = async (patient) => {
  const { account, outputs } = patient
  const active = await account.activeRuleSet()
  if (active.answer === 'unseen') return [couldNotLook('the active receipt rule set', active.why)]
  if (active.value === null) return [inactive(outputs.ruleSet)]
  const set = active.value
  if (set.name !== outputs.ruleSet) return [foreign(set.name, outputs.ruleSet)]
  const at = set.rules.findIndex((rule) => asksFilter(rule, outputs.filterFunction))
  const ours = set.rules[at]
  if (ours === undefined) return [notAsked(set, outputs.filterFunction)]
  return [
    ...ruleFindings(ours, patient),
    ...orderFindings(set.rules.slice(0, at), ours, patient),
    ...set.rules.flatMap(bouncing),
    ...(await permissionFindings(ours, patient)),
  ]
}

function inactive(ruleSet: string): Finding {
  return {
    id: 'rule-set-inactive',
    severity: 'loss',
    what: 'No receipt rule set is active: SES takes no mail in this region.',
    evidence: 'SES has no active rule set.',
    remedy: `aws ses set-active-receipt-rule-set --rule-set-name ${ruleSet}`,
  }
}

function foreign(active: string, ruleSet: string): Finding {
  return {
    id: 'rule-set-foreign',
    severity: 'loss',
    what: 'Another receipt rule set is active: the filter is asked about nothing.',
    evidence: `The active set is ${active}, and that of the stack is ${ruleSet}.`,
    remedy: `Name ${active} under receiving.ruleSet and deploy, or activate ${ruleSet} if nobody needs the other.`,
  }
}

function notAsked({ name, rules }: RuleSetSeen, filterFunction: string): Finding {
  return {
    id: 'filter-not-asked',
    severity: 'loss',
    what: 'No rule of the active set asks the filter and waits for its answer.',
    evidence: `${name} has the rules ${rules.map((rule) => rule.name).join(', ') || '(none)'}; none invokes ${filterFunction} with RequestResponse.`,
    remedy: 'Deploy again: npx cdk deploy.',
  }
}

function ruleFindings(ours: RuleSeen, { config, outputs }: Patient): readonly Finding[] {
  const evidence = `Rule ${ours.name}.`
  const remedy = 'Somebody changed the rule by hand. Deploy again, after taking that change back: npx cdk deploy.'
  const missing = config.domains.map(({ name }) => name).filter((name) => !matches(ours, name))
  const asks = ours.actions.findIndex((action) => isAsking(action, outputs.filterFunction))
  const stores = ours.actions.findIndex((action) => action.kind === 'store' && action.bucket === outputs.mailBucket)
  const finding = (id: Finding['id'], severity: Finding['severity'], what: string): Finding[] => [
    { id, severity, what, evidence, remedy },
  ]
  return [
    ...(ours.enabled ? [] : finding('rule-disabled', 'loss', 'The rule that asks the filter is switched off.')),
    ...(ours.scans ? [] : finding('rule-scan', 'harm', 'The rule does not scan: no spam and no virus is found.')),
    ...(missing.length === 0
      ? []
      : finding(
          'rule-domains',
          'loss',
          `The rule is not for ${missing.join(', ')}, whose mail the filter never sees.`,
        )),
    ...(stores >= 0 && stores < asks
      ? []
      : finding('rule-store', 'loss', 'The rule does not store the mail before it asks: what is stopped is gone.')),
  ]
}

/** What comes before our rule happens to mail that nobody has judged. Behind a rule that the configuration names, it was meant so. */
function orderFindings(before: readonly RuleSeen[], ours: RuleSeen, { config }: Patient): readonly Finding[] {
  const domains = config.domains.map(({ name }) => name)
  const meant = before.findIndex(({ name }) => name === config.receiving.ruleSet?.after) + 1
  return before
    .slice(meant)
    .filter((rule) => rule.enabled && domains.some((domain) => matches(rule, domain)))
    .map((rule) => ({
      id: 'rule-order',
      severity: 'harm',
      what: 'A rule for the same mail stands before the filter: its actions are taken unfiltered.',
      evidence: `Rule ${rule.name}, before ${ours.name}.`,
      remedy: `aws ses set-receipt-rule-position --rule-name ${rule.name} --after ${ours.name}, if it is meant for filtered mail.`,
    }))
}

/** SES Developer Guide, "Return bounce response action", "Publish to Amazon SNS topic action". */
function bouncing({ name, enabled, actions }: RuleSeen): readonly Finding[] {
  const kinds = new Set(actions.map(({ kind }) => kind))
  if (!enabled || !(kinds.has('bounce') || kinds.has('announce'))) return []
  const how = kinds.has('bounce') ? 'a Bounce action' : 'an SNS action, which bounces what is over 150 KB'
  return [
    {
      id: 'rule-bounces',
      severity: 'harm',
      what: 'A rule of the active set returns mail to its sender, who may be forged: that is backscatter.',
      evidence: `Rule ${name} has ${how}.`,
      remedy: 'Take that action away.',
    },
  ]
}

async function permissionFindings(ours: RuleSeen, { account, outputs }: Patient): Promise<readonly Finding[]> {
  const ask = ours.actions.find((action) => isAsking(action, outputs.filterFunction))
  if (ask?.kind !== 'ask') return []
  const policy = await account.functionPolicy(ask.functionArn)
  if (policy.answer === 'unseen') return [couldNotLook('who may ask the filter', policy.why)]
  if (policy.value !== null && letsSesAsk(policy.value, ask.functionArn)) return []
  return [
    {
      id: 'function-permission',
      severity: 'loss',
      what: 'SES may not ask the filter: every message fails and is tried again for hours.',
      evidence: `The policy of ${ask.functionArn}: ${policy.value ?? 'none'}`,
      remedy: 'Deploy again: npx cdk deploy.',
    },
  ]
}

function asksFilter(rule: RuleSeen, filterFunction: string): boolean {
  return rule.actions.some((action) => isAsking(action, filterFunction))
}

/** arn:aws:lambda:REGION:ACCOUNT:function:NAME, with or without a version or alias. */
function isAsking(action: RuleAction, filterFunction: string): boolean {
  return action.kind === 'ask' && action.waits && action.functionArn.split(':')[6] === filterFunction
}

/**
 * SES Developer Guide, "Specifying recipient conditions": nothing is everything, `.example.com` its subdomains. An address of
 * the domain matches a part of its mail.
 */
function matches({ recipients }: RuleSeen, domain: string): boolean {
  if (recipients.length === 0) return true
  return recipients.some((condition) => {
    const name = condition.toLowerCase()
    return name === domain || name.endsWith(`@${domain}`) || (name.startsWith('.') && domain.endsWith(name))
  })
}

type Statement = {
  readonly Effect?: string
  readonly Principal?: unknown
  readonly Action?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** As the stack grants it, and more: any allowance of SES whose source account, if it names one, is that of the function. */
function letsSesAsk(policy: string, functionArn: string): boolean {
  const account = functionArn.split(':')[4]
  return statementsIn(policy).some(({ Effect, Principal, Action, Condition = {} }) => {
    const services = (Principal as { readonly Service?: unknown } | undefined)?.Service
    const sources = Object.values(Condition).flatMap((test) =>
      Object.entries(test).flatMap(([key, value]) => (key.toLowerCase() === 'aws:sourceaccount' ? [value].flat() : [])),
    )
    const isAction = [Action].flat().some((one) => ['lambda:InvokeFunction', 'lambda:*'].includes(String(one)))
    const isSes = [services].flat().includes('ses.amazonaws.com')
    return Effect === 'Allow' && isSes && isAction && (sources.length === 0 || sources.includes(account))
  })
}

function statementsIn(policy: string): readonly Statement[] {
  try {
    const { Statement: found } = JSON.parse(policy) as { readonly Statement?: Statement | readonly Statement[] }
    return found === undefined ? [] : [found].flat()
  } catch {
    return []
  }
}
