import * as v from 'valibot'
import { is, may, section } from './section.ts'
import { keySource, wholeNumber } from './values.ts'

/** The SCIM 2.0 endpoint, by which Entra ID and Okta keep the directory. */
export const scim = v.nullable(
  section(
    {
      token: is(
        v.pipe(
          keySource,
          v.metadata({
            expected: 'an object such as {"secretsManager": "quietgate/scim"} or {"ssm": "/quietgate/scim"}',
          }),
        ),
        'Where the bearer token is kept that a client has to show; two of them, one a line, while it is changed.',
      ),
      concurrency: may(wholeNumber(1, 100), 5, 'How many requests are answered at once.'),
    },
    'null, or an object with a token',
  ),
)
