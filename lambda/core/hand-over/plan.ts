import type { KeyPolicy } from '../policy.ts'

/** Where messages are handed over to; part of what the worker is shipped with. */
export type HandOverPlan = {
  readonly target: TargetPlan
  /** Who gets what comes for postmaster@ and abuse@; null: they keep their address. */
  readonly postmaster: string | null
  /** For so many days it is remembered who has a message. */
  readonly rememberedDays: number
}

export type TargetPlan =
  | { readonly kind: 'sns'; readonly topicArn: string }
  | { readonly kind: 'sqs'; readonly queueArn: string }
  | { readonly kind: 'eventbridge'; readonly busArn: string }
  | SmtpPlan

export type SmtpPlan = {
  readonly kind: 'smtp'
  readonly host: string
  readonly port: number
  /** `none` exists for a server on this machine alone. */
  readonly tls: 'starttls' | 'implicit' | 'none'
  /** A certificate authority of the operator's own, PEM; null: those that Node knows. */
  readonly ca: string | null
  /** Where user name and password are kept, as JSON with `username` and `password`; null: the server asks for none. */
  readonly credentials: KeyPolicy | null
}

/** The name under which the worker reads the credentials. */
export const credentialsName = 'smtp'
