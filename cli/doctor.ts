import type { Command } from 'commander'
import type { Run } from './verb.ts'

/** `quietgate doctor`: what is wrong with a deployed filter, and what to do about it. */
export function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('Look at a deployed filter, and say what is wrong with it and what to do. Changes nothing.')
    .addHelpText('after', aboutDoctor)
    .action((_options: object, command: Command) =>
      run(command, async (verb) => (await import('./doctor/run.ts')).doctor(verb)),
    )
}

const aboutDoctor = `
It looks at the region, the stack, Lambda's limits and the functions, what their roles may do, the MX record and the identity
of each domain, the active receipt rule set and its order, who may ask the filter, the directory, the lists as they are seen
from inside a function, and whether anybody hears of the alarms. The probe of the lists is run once more for it; all other
calls only read: cloudformation:DescribeStacks, ListStackResources and GetTemplate, dynamodb:BatchGetItem,
iam:ListRolePolicies, GetRolePolicy and ListAttachedRolePolicies, lambda:GetAccountSettings, GetFunctionConfiguration,
GetPolicy and InvokeFunction, ses:DescribeActiveReceiptRuleSet and GetIdentityVerificationAttributes,
sns:ListSubscriptionsByTopic. What it may not look at is a finding as well. It ends with exit code 4 if there are any.
The mode "observe" is none: nothing is stopped then, and that is how one begins.`
