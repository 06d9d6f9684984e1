import { createDynamoDbZoneStates } from '../../lambda/adapters/dynamodb-zone-states.ts'
import { familiesOf } from '../../lambda/core/control-questions.ts'
import type { Policy, ZonePolicy } from '../../lambda/core/policy.ts'
import type { ZoneState } from '../../lambda/core/zone-state.ts'
import { withoutKeys } from '../../lambda/core/zone-keys.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import { stateId } from '../../lambda/ports/zone-states.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { FoundStack } from '../target.ts'
import { print, printJson, say } from '../terminal.ts'
import { fail, type Verb } from '../verb.ts'
import { healthWords } from './answer-words.ts'
import { askHealth, type AskedHealth, type HealthState } from './ask-zone.ts'
import { healthResult } from './health-result.ts'
import { openZones } from './open-zones.ts'
import { zoneNamed } from './zone-name.ts'

/**
 * Asks the control questions of each zone, in each family that it lists, and beside that what the scheduled probe knows. A
 * zone that is not healthy is a finding. One that is known to have no test entries is none: it was never to be relied on.
 */
export async function health(text: string | null, dnsFile: string | null, verb: Verb): Promise<ExitCode> {
  const opened = await openZones(dnsFile, verb)
  if (opened.answer === 'problems') return fail(verb, ...opened.sentences)
  const { policy, lookUp, stack, where } = opened
  const zones = wantedZones(text, policy)
  if (zones.length === 0) return fail(verb, noZone(text, policy, where))
  const [states, healths] = await Promise.all([probedStates(stack, zones, verb), askAll(zones, lookUp)])
  for (const { zone, families, state } of healths) {
    const probed = states.get(zone) ?? null
    if (verb.json) await printJson(verb.terminal, resultOf(zone, state, families, probed))
    else for (const line of linesOf(zone, families, probed)) await print(verb.terminal, line)
  }
  return healths.some(({ state }) => state !== 'healthy' && state !== 'untestable') ? exitCodes.findings : exitCodes.ok
}

type ZoneHealth = { readonly zone: string; readonly families: readonly AskedHealth[]; readonly state: HealthState }

function askAll(zones: readonly ZonePolicy[], lookUp: AddressLookup): Promise<readonly ZoneHealth[]> {
  return Promise.all(
    zones.map(async (policy) => {
      const families = await Promise.all(familiesOf(policy).map((family) => askHealth(policy, family, lookUp)))
      const state = worstFirst.find((one) => families.some((family) => family.state === one)) ?? 'healthy'
      return { zone: policy.zone, families, state }
    }),
  )
}

const worstFirst: readonly HealthState[] = ['lists-the-world', 'refusing', 'empty', 'silent', 'untestable']

function wantedZones(text: string | null, { dnsxl: { zones } }: Policy): readonly ZonePolicy[] {
  if (text === null) return zones
  const wanted = zoneNamed(
    text,
    zones.map(({ zone }) => zone),
  )
  return zones.filter(({ zone }) => zone === wanted)
}

function noZone(text: string | null, { dnsxl: { zones } }: Policy, where: string): string {
  if (zones.length === 0) return `There are no zones in the configuration (${where}, dnsbl.zones).`
  const known = zones.map(({ zone }) => zone).join(', ')
  return `${withoutKeys(text ?? '')} is not a zone of the configuration, which has ${known} (${where}, dnsbl.zones).`
}

/** Those that the probe of the stack left; none where no stack was named, or its probe has not run yet. */
async function probedStates(
  stack: FoundStack | null,
  zones: readonly ZonePolicy[],
  { terminal }: Verb,
): Promise<ReadonlyMap<string, ZoneState>> {
  const table = stack?.outputs.get('StateTable')
  if (stack === null || table === undefined) return new Map()
  const client = stack.dynamoDb()
  try {
    const ids = zones.map(({ zone }) => stateId({ kind: 'zone', zone }))
    const items = await createDynamoDbZoneStates(client, table).read(ids, AbortSignal.timeout(stateTakesMs))
    if (items === null) say(terminal, `The states of the probe cannot be read from ${table} of ${stack.name}.`)
    const found = [...(items?.values() ?? [])]
    return new Map(found.flatMap((item) => (item.kind === 'zone' ? [[item.zone, item.state] as const] : [])))
  } finally {
    client.destroy()
  }
}

const stateTakesMs = 5000

function linesOf(zone: string, families: readonly AskedHealth[], probed: ZoneState | null): readonly string[] {
  return [
    zone,
    ...families.map((family) => `  ${healthWords(family)}`),
    ...(probed === null ? [] : [`  The probe has it as ${probed.state} since ${probed.since}${retryWords(probed)}.`]),
  ]
}

function retryWords({ retryAt }: ZoneState): string {
  return retryAt === null ? '' : `, and leaves it alone until ${retryAt}`
}

function resultOf(
  zone: string,
  state: HealthState,
  families: readonly AskedHealth[],
  probed: ZoneState | null,
): object {
  return {
    zone,
    state,
    families: families.map(healthResult),
    ...(probed === null
      ? {}
      : {
          probe: {
            state: probed.state,
            since: probed.since,
            ...(probed.retryAt === null ? {} : { retry_at: probed.retryAt }),
          },
        }),
  }
}
