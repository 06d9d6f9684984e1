/** What is known of the stack when somebody wants to leave. */
export type Leaving = {
  readonly stackName: string
  /** null: the configuration has no environments. */
  readonly environment: string | null
  /** By name, as the stack has them. */
  readonly outputs: ReadonlyMap<string, string>
  readonly domains: readonly string[]
  /** The stack made the rule set; otherwise the operator named one that was there. */
  readonly ownRuleSet: boolean
  /** Whether a deploy was allowed to activate it, and so the end of the stack to undo that. */
  readonly activates: boolean
  /** What becomes of buckets, tables and logs: as the configuration says, and so the next deploy. */
  readonly onDestroy: 'keep' | 'delete'
  /** The rule set that is active now; null: none is. */
  readonly active: string | null
  /** The one that was active before ours; null: none was, or nobody knows. */
  readonly previous: string | null
  /** That one is still there. */
  readonly previousExists: boolean
}

export type Step = { readonly title: string; readonly why: string; readonly commands: readonly string[] }

/** How to leave, in the order in which no mail is lost on the way. */
export function stepsToLeave(leaving: Leaving): readonly Step[] {
  return [
    mailStep(leaving),
    ...handOverSteps(leaving),
    ...exportSteps(leaving),
    destroyStep(leaving),
    ...(leaving.onDestroy === 'delete' ? [lookStep(leaving)] : remainderSteps(leaving)),
  ]
}

/** First: once the stack is gone, it may be that nobody takes the mail. */
function mailStep(leaving: Leaving): Step {
  const title = 'See to it that the mail goes somewhere.'
  const { active, previous, domains, ownRuleSet } = leaving
  const ruleSet = outputOf(leaving, 'RuleSet')
  const names = domains.slice(0, 5).join(', ') + (domains.length > 5 ? ` and ${domains.length - 5} more` : '')
  const look = domains.slice(0, 5).map((name) => `dig +short MX ${name}`)
  if (active !== ruleSet) {
    const what = active === null ? 'No rule set is active' : `The rule set ${active} is active`
    return {
      title,
      why: `${what}, and not ${ruleSet}: leaving changes nothing for the mail of ${names}.`,
      commands: look,
    }
  }
  if (!ownRuleSet && (!leaving.activates || previous === null || !leaving.previousExists)) {
    return {
      title,
      why: `The rule set ${ruleSet} is yours and stays active. Mail for ${names} then meets only its other rules; what no rule takes, SES refuses for good.`,
      commands: [`aws ses describe-receipt-rule-set --rule-set-name ${ruleSet}`, ...look],
    }
  }
  if (previous !== null && leaving.previousExists) {
    return {
      title,
      why: `The rule set ${previous} becomes the active one again when the stack goes. Mail for ${names} that none of its rules takes is refused by SES for good.`,
      commands: [`aws ses describe-receipt-rule-set --rule-set-name ${previous}`, ...look],
    }
  }
  return {
    title,
    why: `No rule set will be active when the stack goes: SES then refuses all mail for ${names} for good. Point the MX records elsewhere first, and wait until their TTL has passed.`,
    commands: look,
  }
}

/** The queues go with the stack. */
function handOverSteps({ outputs }: Leaving): readonly Step[] {
  const queues = ['HandOverQueue', 'HandOverDeadLetters'].flatMap((name) => outputs.get(name) ?? [])
  if (queues.length === 0) return []
  const attributes = '--attribute-names ApproximateNumberOfMessages ApproximateNumberOfMessagesNotVisible'
  return [
    {
      title: 'Wait until all mail is handed over.',
      why: 'The queues are deleted with the stack. Their messages only point to mail, which stays in the bucket; but nobody hands it over any more.',
      commands: queues.map((queue) => `aws sqs get-queue-attributes --queue-url ${queue} ${attributes}`),
    },
  ]
}

function exportSteps(leaving: Leaving): readonly Step[] {
  const { stackName } = leaving
  const mail = outputOf(leaving, 'MailBucket')
  const records = outputOf(leaving, 'RecordBucket')
  return [
    {
      title: 'Look through what was stopped.',
      why: 'Quarantined mail is in no mailbox. It is deleted when its time is over, stack or no stack.',
      commands: [`aws s3 ls s3://${records}/quarantine/ --recursive`],
    },
    {
      title: 'Take along what you want to keep.',
      why: 'The decisions, the raw mail of the last weeks, and who exists.',
      commands: [
        `aws s3 sync s3://${records}/ ./quietgate-records`,
        `aws s3 sync s3://${mail}/mail/ ./quietgate-mail`,
        `npx quietgate --stack ${stackName} --json recipients list > quietgate-directory.jsonl`,
      ],
    },
  ]
}

function destroyStep({ environment, onDestroy }: Leaving): Step {
  const which = environment === null ? '' : ` -c env=${environment}`
  const why = 'It first gives the rule set back, then deletes its rule, its functions and its alarms.'
  if (onDestroy === 'keep') {
    return {
      title: 'Delete the stack.',
      why: `${why} Buckets, tables and logs stay (retention.onDestroy: "keep").`,
      commands: [`npx cdk destroy${which}`],
    }
  }
  return {
    title: 'Delete the stack, and all that it holds.',
    why: `${why} retention.onDestroy is "delete": then it empties the buckets and deletes them, the tables and the logs. Nothing brings them back. It holds for what was deployed, so deploy once more if it was changed since; with very many messages the emptying takes more than 15 minutes and fails: repeat the destroy.`,
    commands: [`npx cdk deploy${which}`, `npx cdk destroy${which}`],
  }
}

/** The CDK's own function that empties the buckets makes its log group by itself, so that no stack has it. */
function lookStep({ stackName }: Leaving): Step {
  return {
    title: 'Look whether something remains.',
    why: 'The function that empties the buckets leaves its own log behind.',
    commands: [
      `aws logs describe-log-groups --log-group-name-prefix /aws/lambda/${stackName}- --query 'logGroups[].logGroupName'`,
    ],
  }
}

function remainderSteps(leaving: Leaving): readonly Step[] {
  const { stackName } = leaving
  const directory = outputOf(leaving, 'DirectoryTable')
  const others = [...leaving.outputs].filter(([name]) => /Table$/.test(name) && name !== 'DirectoryTable')
  const tables = [directory, ...others.map(([, table]) => table)]
  return [
    {
      title: 'Delete what remains, when nobody needs it any more.',
      why: 'This is the only copy: nothing brings it back. Until then it costs what it stores.',
      commands: [
        `aws s3 rb s3://${outputOf(leaving, 'MailBucket')} --force`,
        removalWithVersions(outputOf(leaving, 'RecordBucket')),
        `aws dynamodb update-table --table-name ${directory} --no-deletion-protection-enabled`,
        ...tables.map((table) => `aws dynamodb delete-table --table-name ${table}`),
        `aws logs describe-log-groups --log-group-name-prefix ${stackName}- --query 'logGroups[].logGroupName'`,
      ],
    },
  ]
}

/** `rb --force` deletes no versions. 500 at a time, until S3 takes the bucket or a call fails. */
function removalWithVersions(bucket: string): string {
  const query = `'{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}'`
  const list = `aws s3api list-object-versions --bucket ${bucket} --max-items 500 --output json --query ${query}`
  return `until aws s3 rb s3://${bucket}; do aws s3api delete-objects --bucket ${bucket} --delete "$(${list})" || break; done`
}

function outputOf({ outputs }: Leaving, name: string): string {
  return outputs.get(name) ?? name
}
