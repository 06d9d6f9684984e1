import type { MailServer } from '../account.ts'
import type { Finding } from '../finding.ts'
import { couldNotLook, type Check, type Patient } from '../patient.ts'

/** Whether the mail of each domain comes to SES, in this region and in this account. */
export const checkMailServers: Check = async (patient) => {
  const found = await Promise.all(patient.config.domains.map(({ name }) => checkDomain(name, patient)))
  return found.flat()
}

async function checkDomain(domain: string, { account, config }: Patient): Promise<readonly Finding[]> {
  const [servers, identity] = await Promise.all([account.mailServers(domain), account.identity(domain)])
  if (servers.answer === 'unseen') return [couldNotLook(`the MX records of ${domain}`, servers.why)]
  if (identity.answer === 'unseen') return [couldNotLook(`the identity of ${domain}`, identity.why)]
  const wanted = `inbound-smtp.${account.region}.amazonaws.com`
  const here = servers.value.filter(({ host }) => host.toLowerCase() === wanted)
  if (here.length === 0) return [notHere(domain, servers.value, wanted, config.trustedRelays.length > 0)]
  const others = servers.value.filter((server) => !here.includes(server))
  return [...(others.length > 0 ? [mixed(domain, servers.value, wanted)] : []), ...unverified(domain, identity.value)]
}

function notHere(domain: string, servers: readonly MailServer[], wanted: string, relayed: boolean): Finding {
  const evidence = wordsOf(servers)
  const record = `${domain}. MX 10 ${wanted}.`
  if (servers.length === 0) {
    return {
      id: 'mx-missing',
      severity: 'loss',
      what: `${domain} has no MX record, so that no mail comes to it here.`,
      evidence,
      remedy: `Publish ${record}`,
    }
  }
  const elsewhere = servers.find(({ host }) => /^inbound-smtp\..*\.amazonaws\.com$/i.test(host))
  if (elsewhere !== undefined) {
    return {
      id: 'mx-other-region',
      severity: 'loss',
      what: `The mail of ${domain} goes to SES in another region than that of this stack, where nothing filters it.`,
      evidence,
      remedy: `Publish ${record} or deploy the stack where the record points.`,
    }
  }
  return {
    id: 'mx-elsewhere',
    severity: relayed ? 'notice' : 'loss',
    what: `The mail of ${domain} goes to another server, and passes this filter by.`,
    evidence,
    remedy: relayed
      ? 'That is right if one of trustedRelays is that server and hands mail on to SES.'
      : `Publish ${record}`,
  }
}

function mixed(domain: string, servers: readonly MailServer[], wanted: string): Finding {
  return {
    id: 'mx-mixed',
    severity: 'harm',
    what: `Some mail of ${domain} may go to a server beside SES; what does is not filtered, and senders of spam choose it.`,
    evidence: wordsOf(servers),
    remedy: `Take every MX record away but that of ${wanted}.`,
  }
}

function unverified(domain: string, identity: 'verified' | 'not-verified' | 'absent'): readonly Finding[] {
  if (identity === 'verified') return []
  if (identity === 'not-verified') {
    return [
      {
        id: 'identity-unverified',
        severity: 'loss',
        what: `SES has not verified ${domain}, and refuses its mail.`,
        evidence: 'SES knows the identity, and its verification is not finished.',
        remedy: 'Publish the DNS records that SES asks for: SES console, Identities.',
      },
    ]
  }
  return [
    {
      id: 'identity-elsewhere',
      severity: 'loss',
      what: `${domain} points to SES in this region, and is no identity of this account: its mail is refused, or another account has it.`,
      evidence: 'SES has no identity of this name here.',
      remedy: 'Verify the domain in this account, or use the credentials of the account that receives its mail.',
    },
  ]
}

function wordsOf(servers: readonly MailServer[]): string {
  return servers.length === 0 ? 'no MX' : servers.map(({ host, preference }) => `MX ${preference} ${host}`).join(', ')
}
