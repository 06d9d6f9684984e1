import type { ListSeen } from '../account.ts'
import type { Finding } from '../finding.ts'
import { couldNotLook, type Check, type Patient } from '../patient.ts'

/** Whether the filter knows what it needs to judge: who exists, and what the lists say. */
export const checkJudgement: Check = async (patient) => [
  ...modeFindings(patient),
  ...(await directoryFindings(patient)),
  ...(await listFindings(patient)),
]

function modeFindings({ config: { domains }, where }: Patient): readonly Finding[] {
  const bypassed = domains.filter(({ mode }) => mode === 'bypass').map(({ name }) => name)
  if (bypassed.length === 0) return []
  return [
    {
      id: 'mode-bypass',
      severity: 'harm',
      what: `The mail of ${bypassed.join(', ')} is delivered unseen.`,
      evidence: `The mode is "bypass" in ${where}.`,
      remedy: 'Set it to "observe" or "enforce", and deploy.',
    },
  ]
}

async function directoryFindings({ config, account }: Patient): Promise<readonly Finding[]> {
  const checked = config.domains.filter(({ checkRecipients, aliasOf, mode }) => {
    return checkRecipients && aliasOf === null && mode !== 'bypass'
  })
  const found = await Promise.all(checked.map(async ({ name }) => ({ name, seen: await account.directory(name) })))
  return found.flatMap(({ name, seen }): readonly Finding[] => {
    if (seen.answer === 'unseen') return [couldNotLook(`the directory of ${name}`, seen.why)]
    const answer = seen.value
    if (answer.answer === 'unavailable') return [couldNotLook(`the directory of ${name}`, answer.cause)]
    if (answer.answer !== 'incomplete') return []
    const isEmpty = answer.why === 'empty'
    return [
      {
        id: isEmpty ? 'directory-empty' : 'directory-incomplete',
        severity: 'harm',
        what: isEmpty
          ? `The directory of ${name} is empty: nobody is unknown there.`
          : `No directory of ${name} was ever finished: nobody is unknown there.`,
        evidence: `The directory says ${answer.why}.`,
        remedy: `Import everybody, then npx quietgate recipients complete ${name}.`,
      },
    ]
  })
}

async function listFindings({ config, account }: Patient): Promise<readonly Finding[]> {
  if (config.dnsbl.zones.length === 0) return []
  const seen = await account.lists()
  if (seen.answer === 'unseen') return [couldNotLook('the lists, as the functions see them', seen.why)]
  const lists = seen.value
  // The same reasoning as the probe's: lists do not die all at once, and one alone cannot be told from its resolver.
  if (lists.length > 1 && lists.every(({ state }) => state === 'empty'))
    return [resolverFilters(lists, config.dns.servers)]
  return lists.flatMap((list) => listFinding(list))
}

function resolverFilters(lists: readonly ListSeen[], servers: readonly string[] | null): Finding {
  return {
    id: 'resolver-filters',
    severity: 'harm',
    what: 'The resolver of the functions takes addresses of 127/8 out of its answers: every list is empty to them.',
    evidence: `All of ${lists.map(({ zone }) => zone).join(', ')} are empty by ${servers?.join(', ') ?? "the function's default resolver"}.`,
    remedy: 'Allow 127.0.0.0/8 there, or name another resolver under dns.servers.',
  }
}

function listFinding({ zone, state }: ListSeen): readonly Finding[] {
  const evidence = `Asked from inside a function, the probe has it as ${state}.`
  switch (state) {
    case 'healthy':
    case 'unknown':
      return []
    case 'muted':
      return [
        {
          id: 'resolver-refused',
          severity: 'harm',
          what: `${zone} refuses the resolver of the functions, and counts for nothing.`,
          evidence,
          remedy: 'Get a key from its operator (dnsbl.keys), or name a resolver of your own under dns.servers.',
        },
      ]
    case 'silent':
      return [
        {
          id: 'list-silent',
          severity: 'harm',
          what: `${zone} does not answer the functions, and counts for nothing.`,
          evidence,
          remedy: `npx quietgate dnsbl health ${zone}. If it answers you, look at its key and at dns.servers.`,
        },
      ]
    case 'empty':
    case 'lists-the-world':
      return [
        {
          id: 'list-unsound',
          severity: 'harm',
          what: `${zone} does not pass its control questions, and counts for nothing.`,
          evidence,
          remedy: 'Take it out of dnsbl.zones if it stays like this for days.',
        },
      ]
  }
}
