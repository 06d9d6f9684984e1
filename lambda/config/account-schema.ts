import * as v from 'valibot'
import { may, section } from './section.ts'

/** What the rules of an account ask of every stack in it. No decision depends on it. */

/** AWS KMS Developer Guide, "Key ARN". An alias would do for some services and not for all; a multi-Region key begins with mrk-. */
const keyArn = named(
  'the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  /^arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{5,25}:\d{12}:key\/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
)

/** IAM API, CreatePolicy: the name, with its path before it in the ARN. */
const policy = named(
  'the name or the ARN of a managed policy, such as "boundary" or "arn:aws:iam::111122223333:policy/boundary"',
  /^(?:arn:aws[a-z-]{0,20}:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,512}|[\w+=,.@-]{1,128})$/,
)

export const encryption = section({
  kmsKeyArn: may(
    v.nullable(keyArn),
    null,
    'A symmetric key of yours for buckets, tables and queues. null: keys of AWS. Its policy must allow SES and EventBridge to use it.',
  ),
})

export const permissionsBoundary = may(
  v.nullable(policy),
  null,
  'A managed policy beyond which no role of the stack may go, by its name or ARN. null: none.',
)

function named(what: string, form: RegExp) {
  return v.pipe(v.string(what), v.regex(form, what), v.metadata({ expected: what }))
}
