/**
 * Where SES receives mail.
 *
 * Source: AWS General Reference, "Amazon Simple Email Service endpoints and quotas", e-mail receiving endpoints (as of 2026).
 * In another region the rule set can be deployed, and no mail ever arrives.
 */
export const receivingRegions = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'af-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-south-1',
  'eu-north-1',
  'il-central-1',
  'me-south-1',
  'sa-east-1',
] as const
