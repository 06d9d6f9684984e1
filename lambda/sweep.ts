import { isDue, passOf, recordDays, type Orphan, type StoredMail, type SweepState } from './core/hand-over/orphans.ts'
import type { SweepPorts } from './ports/orphans.ts'

/** What a run has done, for its log and for tests. */
export type Swept = {
  readonly answer: 'swept' | 'failed'
  /** Raw mail that was looked at because it is old enough and new to the sweep. */
  readonly looked: number
  /** All that there are now. */
  readonly orphans: number
}

/**
 * Looks for raw mail about which nothing was decided: SES stored it, and the filter was killed, or could not be asked.
 *
 * A run looks through at most `pages` pages of the bucket and goes on there the next time, so that its cost has a bound
 * whatever the bucket holds. What cannot be asked about stops the run where it stands, and the next one asks again: silence
 * is no orphan.
 */
export async function sweep(ports: SweepPorts, pages: number, signal: AbortSignal): Promise<Swept> {
  const known = await stillOrphaned(ports, signal)
  const stored = await ports.state.read(signal)
  const found = known === null || stored === 'failed' ? failedPass : await look(ports, stored, pages, signal)
  const orphans = new Set([...(known ?? []), ...found.orphans].map(({ message_id }) => message_id)).size
  ports.measure({ orphans, failed: found.failed })
  return { answer: found.failed ? 'failed' : 'swept', looked: found.looked, orphans }
}

type Pass = { readonly looked: number; readonly orphans: readonly Orphan[]; readonly failed: boolean }

const failedPass: Pass = { looked: 0, orphans: [], failed: true }

async function look(ports: SweepPorts, stored: SweepState | 'none', pages: number, signal: AbortSignal): Promise<Pass> {
  const orphans: Orphan[] = []
  let looked = 0
  let state = passOf(stored === 'none' ? null : stored, ports.clock())
  for (let page = 0; page < pages; page++) {
    const listed = await ports.listMail(state.after, signal)
    if (listed === null) return { looked, orphans, failed: true }
    const due = listed.mail.filter((mail) => isDue(mail, state))
    const found = await orphansAmong(due, ports, signal)
    if (found === null) return { looked, orphans, failed: true }
    looked += due.length
    orphans.push(...found)
    state = { ...state, after: listed.next }
    if ((await ports.state.write(state, signal)) === 'failed') return { looked, orphans, failed: true }
    if (state.after === null) break
  }
  return { looked, orphans, failed: false }
}

/** So many questions at once: S3 answers thousands a second, and a function of this size tens at once. */
const atOnce = 25

async function orphansAmong(
  mail: readonly StoredMail[],
  ports: SweepPorts,
  signal: AbortSignal,
): Promise<readonly Orphan[] | null> {
  const orphans: Orphan[] = []
  for (let at = 0; at < mail.length; at += atOnce) {
    const asked = mail.slice(at, at + atOnce)
    const recorded = await Promise.all(
      asked.map(({ messageId, storedAt }) => ports.isRecorded(messageId, recordDays(storedAt), signal)),
    )
    if (recorded.includes(null)) return null
    const found = asked.filter((_, i) => recorded[i] === false).map((one) => orphanOf(one, ports))
    const put = await Promise.all(found.map((orphan) => ports.orphans.put(orphan, signal)))
    if (put.includes('failed')) return null
    orphans.push(...found)
  }
  return orphans
}

function orphanOf({ messageId, key, storedAt }: StoredMail, ports: SweepPorts): Orphan {
  return {
    schema_version: 1,
    message_id: messageId,
    stored_at: storedAt,
    kept_key: key,
    found_at: new Date(ports.clock()).toISOString(),
  }
}

/** Those that are listed and have no record yet. SES tries for 36 hours, so that an orphan may still find its decision. */
async function stillOrphaned(ports: SweepPorts, signal: AbortSignal): Promise<readonly Orphan[] | null> {
  const listed = await ports.orphans.list(signal)
  if (listed === null) return null
  const left: Orphan[] = []
  for (let at = 0; at < listed.length; at += atOnce) {
    const asked = listed.slice(at, at + atOnce)
    const recorded = await Promise.all(
      asked.map(({ message_id, stored_at, found_at }) =>
        ports.isRecorded(message_id, [...new Set([...recordDays(stored_at), ...recordDays(found_at)])], signal),
      ),
    )
    const gone = asked.filter((_, i) => recorded[i] === true)
    await Promise.all(gone.map(({ message_id }) => ports.orphans.remove(message_id, signal)))
    left.push(...asked.filter((_, i) => recorded[i] !== true))
  }
  return left
}
