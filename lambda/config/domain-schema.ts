import * as v from 'valibot'
import { is, may, section } from './section.ts'
import { delimiters, domainName, flag, oneOf, selector, senderPattern } from './values.ts'

export const modes = oneOf(['observe', 'enforce', 'bypass'], '"observe", "enforce" or "bypass"')

/** A domain whose mail is filtered. */
export const domain = section(
  {
    name: is(domainName(), 'The domain. Its subdomains are not meant with it; U-labels are read as A-labels.'),
    mode: may(v.nullable(modes), null, 'The mode of this domain alone. null: the mode above.'),
    subAddressDelimiters: may(
      delimiters,
      '+',
      'Each of these characters starts a sub-address (RFC 5233). "": there are none.',
    ),
    foldCase: may(flag, true, 'Whether Alice@ and alice@ are one mailbox.'),
    checkRecipients: may(
      flag,
      true,
      'Whether the directory is asked. false: every recipient of the domain counts as known.',
    ),
    aliasOf: may(
      v.nullable(domainName()),
      null,
      'Another of these domains: whoever exists there exists here, too, and the directory is asked about it alone.',
    ),
    dkimSelectors: may(
      v.pipe(v.array(selector, 'a list'), v.maxLength(20, 'a list of at most 20')),
      [],
      'The DKIM selectors that sign for the domain. Those that verified a signature once count without standing here.',
    ),
    allOutboundSigned: may(
      flag,
      false,
      'true: all mail of the domain is signed, so that a bounce that returns an unsigned one, header complete, is backscatter.',
    ),
    sendsOnlyVia: may(
      v.nullable(oneOf(['ses'], '"ses" or null')),
      null,
      '"ses": the domain sends through SES alone, so that a bounce that returns mail which was never there is backscatter.',
    ),
    neverSends: may(
      v.pipe(v.array(senderPattern, 'a list'), v.maxLength(100, 'a list of at most 100')),
      [],
      'Local parts that never send, such as "info" or "jobs-*": every bounce to them is backscatter.',
    ),
  },
  'a domain, or an object with its name',
)

/** A text stands for a domain with no setting of its own. */
export const domainByName = v.pipe(
  domainName(),
  v.transform((name): v.InferOutput<typeof domain> => v.parse(domain, { name })),
)
