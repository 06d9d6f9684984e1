import { checkAlarms } from './checks/alarms.ts'
import { checkFunctions } from './checks/functions.ts'
import { checkJudgement } from './checks/judgement.ts'
import { checkMailServers } from './checks/mail-servers.ts'
import { checkRoles } from './checks/roles.ts'
import { checkRules } from './checks/rules.ts'
import type { Finding } from './finding.ts'
import type { Check, Patient } from './patient.ts'

/** All that is wrong, what costs mail first. */
export async function diagnose(patient: Patient): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => check(patient)))
  return found.flat().toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity))
}

const severities: readonly Finding['severity'][] = ['loss', 'harm', 'notice']

const checks: readonly Check[] = [checkFunctions, checkRoles, checkRules, checkMailServers, checkJudgement, checkAlarms]
