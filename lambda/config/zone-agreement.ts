import { catalogue, findList, whyRefused } from '../core/catalogue.ts'
import { ANY_LISTING, type Term } from '../core/formula.ts'
import { keysIn } from '../core/zone-keys.ts'
import type { Config, ZoneSetting } from './config.ts'
import { at, nearest, repeated, shown, type Path, type Problem } from './problems.ts'
import { termOf } from './zones.ts'

/** A term with the settings of its zone, and where it stands. */
type Placed = { readonly path: Path; readonly setting: ZoneSetting; readonly term: Term }

/** What is wrong with the lists, although each setting by itself is one. */
export function zoneProblems({ dnsbl }: Config): readonly Problem[] {
  const placed = dnsbl.zones.map((setting, index): Placed => {
    return { path: ['dnsbl', 'zones', index], setting, term: termOf(setting) }
  })
  const terms = placed.map(({ term: { zone, pattern } }) => `${zone}${pattern === ANY_LISTING ? '' : `=${pattern}`}`)
  const placeOf = (index: number): Path => ['dnsbl', 'zones', index]
  return [
    ...placed.flatMap((one) => problemsOf(one, dnsbl)),
    ...repeated(terms, placeOf, 'stands here already, and would count twice'),
    ...contradictions(placed),
    ...collateralProblems(placed, dnsbl.stop),
  ]
}

function problemsOf(placed: Placed, { keys }: Config['dnsbl']): readonly Problem[] {
  const { path, setting, term } = placed
  const why = whyRefused(term.zone)
  // Of a list that must not be asked nothing else is worth mending.
  if (why !== null) return [at(path, term.zone, why)]
  const missing = keysIn(term.zone).filter((name) => !Object.hasOwn(keys, name))
  return [
    ...operatorProblems(placed),
    ...catalogueProblems(placed),
    ...missing.map((name) => at(path, term.zone, `needs a key: dnsbl.keys.${name} must say where it is kept`)),
    ...(setting.testEntries ? [] : untestableProblems(placed)),
  ]
}

function operatorProblems({ path, setting, term: { zone } }: Placed): readonly Problem[] {
  const list = findList(zone)
  if (list !== null) {
    // Two operators have to agree before mail is stopped; one must not be able to be both.
    if (setting.operator === list.operator) return []
    return [
      at([...path, 'operator'], setting.operator, `is not the operator of ${zone}, which is ${shown(list.operator)}`),
    ]
  }
  if (setting.operator !== '') return []
  const near = nearest(
    zone,
    catalogue.map((entry) => entry.zone),
  )
  const hint = near === null ? '' : `; did you mean ${near}?`
  const words = `is in no catalogue, so that it needs an operator: write {"term": "...", "operator": "..."}${hint}`
  return [at(path, zone, words)]
}

function catalogueProblems({ path, setting, term: { zone, pattern } }: Placed): readonly Problem[] {
  const list = findList(zone)
  if (list === null) return []
  const problems: Problem[] = []
  if (list.use === 'hint' && setting.appliesWhen === 'always') {
    const words = `is not for ${zone}: it lists servers that bounce, large providers among them, and no spammers. It is asked in safe mode ("null-or-postmaster")`
    problems.push(at([...path, 'appliesWhen'], setting.appliesWhen, words))
  }
  if (list.use === 'collateral' && setting.authoritative) {
    const words = `is not for ${zone}: it lists whole networks, the innocent included`
    problems.push({ path: [...path, 'authoritative'], words: `true ${words}` })
  }
  if (pattern === ANY_LISTING && list.codes.length > 1) {
    const words = `needs a pattern, because its codes mean different things: ${list.defaultTerms.map((term) => shown(term)).join(', ')}`
    problems.push(at(path, zone, words))
  }
  return problems
}

function untestableProblems({ path, setting, term: { zone, weight } }: Placed): readonly Problem[] {
  if (weight < 0) {
    const words = `speaks for the client and has no test entries: nobody could tell whether it works, and nothing would ever be stopped`
    return [at(path, zone, words)]
  }
  if (!setting.authoritative) return []
  const words = `is not for ${zone}: it has no test entries, so that it can only be recorded`
  return [{ path: [...path, 'authoritative'], words: `true ${words}` }]
}

const names = [
  'operator',
  'authoritative',
  'appliesWhen',
  'families',
  'listingCodes',
  'errorCodes',
  'definesLoopback',
  'testEntries',
] as const satisfies readonly (keyof ZoneSetting)[]

/** A zone is asked once, so that its terms cannot differ in how. */
function contradictions(placed: readonly Placed[]): readonly Problem[] {
  return placed.flatMap(({ path, setting, term: { zone } }) => {
    const first = placed.find((other) => other.term.zone === zone)?.setting ?? setting
    return names.flatMap((name) => {
      if (JSON.stringify(setting[name]) === JSON.stringify(first[name])) return []
      return [
        {
          path: [...path, name],
          words: `${shown(setting[name])} contradicts the term of ${zone} above, which says ${shown(first[name])}`,
        },
      ]
    })
  })
}

/** Lists of whole networks are no second opinion: beside one other list they must not be enough. */
function collateralProblems(placed: readonly Placed[], stop: number): readonly Problem[] {
  const collateral = placed.filter(({ term }) => findList(term.zone)?.use === 'collateral')
  const [first] = collateral
  if (first === undefined) return []
  const others = placed.filter((one) => !collateral.includes(one) && one.setting.appliesWhen === 'always')
  const together = sumOfZones(collateral).reduce((sum, weight) => sum + weight, 0)
  const heaviest = Math.max(0, ...sumOfZones(others))
  if (together + heaviest < stop) return []
  const lists = [...new Set(collateral.map(({ term }) => term.zone))].join(' and ')
  const words = `weighs too much: ${lists} list whole networks, and with one other list they would reach dnsbl.stop (${together} + ${heaviest}, stop ${stop})`
  return [at(first.path, first.setting.term, words)]
}

/** What each zone can add at most. */
function sumOfZones(placed: readonly Placed[]): readonly number[] {
  const sums = new Map<string, number>()
  for (const { term } of placed) sums.set(term.zone, (sums.get(term.zone) ?? 0) + Math.max(0, term.weight))
  return [...sums.values()]
}
