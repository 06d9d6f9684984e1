/** A setting that brings permissions of its own: its name in the table, and the configuration that has it beside a domain. */
export type Variant = {
  readonly setting: string
  readonly settings: Settings
  /** Settings whose functions it changes as well, and whose own permissions it does not bring. */
  readonly beside?: Settings
}

type Settings = Readonly<Record<string, unknown>>

const arn = (service: string, resource: string): string => `arn:aws:${service}:eu-west-1:111122223333:${resource}`

/** All that has a function or a bucket of its own, with one target for the mail that is handed over. */
const whole: Settings = {
  bounces: { sentLog: 'ses-events' },
  scim: { token: { secretsManager: 'NAME-OF-TOKEN' } },
  handOver: { smtp: { host: 'mail.example.com', credentials: { secretsManager: 'NAME-OF-CREDENTIALS' } } },
  digest: { topicArn: arn('sns', 'DIGESTS') },
}

/** Every one adds to the smallest configuration, so that the table can say what each of them costs. */
export const variants: readonly Variant[] = [
  { setting: 'receiving.ruleSet', settings: { receiving: { ruleSet: { name: 'inbound', after: 'archive' } } } },
  {
    setting: 'receiving.identities',
    settings: { receiving: { identities: true, hostedZones: { 'example.com': 'Z0123456789ABCDEFGHIJ' } } },
  },
  {
    setting: 'dnsbl.keys',
    settings: {
      dnsbl: {
        zones: ['{one}.bl.example=127.0.0.2*2', '{two}.wl.example=127.0.0.2*2'].map((term) => ({
          term,
          operator: term,
        })),
        keys: { one: { secretsManager: 'NAME-OF-KEY' }, two: { ssm: '/NAME-OF-KEY' } },
      },
    },
  },
  {
    setting: 'bounces.keys',
    settings: { bounces: { keys: [{ name: '0', use: 'prvs', source: { ssm: '/NAME-OF-KEY' } }] } },
  },
  { setting: 'bounces.sentLog', settings: { bounces: { sentLog: 'ses-events' } } },
  { setting: 'scim', settings: { scim: { token: { secretsManager: 'NAME-OF-TOKEN' } } } },
  { setting: 'handOver.sns', settings: { handOver: { sns: arn('sns', 'TARGET') } } },
  { setting: 'handOver.sqs', settings: { handOver: { sqs: arn('sqs', 'TARGET') } } },
  { setting: 'handOver.eventBridge', settings: { handOver: { eventBridge: arn('events', 'event-bus/TARGET') } } },
  {
    setting: 'handOver.smtp',
    settings: {
      handOver: { smtp: { host: 'mail.example.com', credentials: { secretsManager: 'NAME-OF-CREDENTIALS' } } },
    },
  },
  { setting: 'digest', settings: { digest: { topicArn: arn('sns', 'DIGESTS') } } },
  { setting: 'alarms.topicArns', settings: { alarms: { topicArns: [arn('sns', 'TOPIC')] } } },
  {
    setting: 'encryption.kmsKeyArn',
    // The last part has one form: no name in capital letters can stand for it.
    settings: { encryption: { kmsKeyArn: arn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab') } },
    beside: whole,
  },
  { setting: 'retention.onDestroy', settings: { retention: { onDestroy: 'delete' } }, beside: whole },
]
