import type { FaultHook } from '../local/aws/faults.ts'
import type { PrincipalOf } from '../local/aws/principal.ts'

export type WorldOptions = {
  /** @default us-east-1 */
  readonly region?: string
  /** Who may do what. @default everybody everything */
  readonly principalOf?: PrincipalOf
  /** How often the client asks before it gives up. @default 1 */
  readonly maxAttempts?: number
  /** Milliseconds after which the client takes an answer for lost. @default 5000 */
  readonly requestTimeout?: number
}

/** What a service in this process is started with, and what its client, for which it is all of AWS. */
export function settingsOf(options: WorldOptions) {
  const { region = 'us-east-1', principalOf = () => ({ kind: 'operator' }), maxAttempts = 1 } = options
  const { requestTimeout = 5000 } = options
  const place: { readonly region: string; readonly accountId: string; readonly principalOf: PrincipalOf } = {
    region,
    accountId: '123456789012',
    principalOf,
  }
  const client = {
    region,
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
    maxAttempts,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  }
  return { place, client }
}

/** Does the work while the service fails as the hook says, and has it whole again, whatever comes of the work. */
export async function withFault<T>(
  { setFault }: { readonly setFault: (fault: FaultHook | null) => void },
  hook: FaultHook,
  work: () => Promise<T>,
): Promise<T> {
  setFault(hook)
  try {
    return await work()
  } finally {
    setFault(null)
  }
}
