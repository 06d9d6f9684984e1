import type {
  ApplyOptions,
  ImportOptions,
  ImportSource,
  Plan,
  Unplanned,
} from '../../lambda/import-directory/import.ts'
import { usualLimits } from '../../lambda/core/directory-import/guards.ts'
import { applyImport, planImport } from '../../lambda/import-directory.ts'
import { ImportInterrupted, type ImportPorts } from '../../lambda/ports/import-ports.ts'
import { createMemoryImportPorts, createMemoryScratch } from '../../local/memory/import-ports.ts'

export const now = Date.parse('2026-11-21T12:00:00.000Z')

export const options: ImportOptions = {
  format: null,
  columns: null,
  domains: [
    { name: 'example.com', foldCase: true },
    { name: 'example.org', foldCase: true },
  ],
  defaultDomain: null,
  skipBad: false,
  partial: false,
  limits: usualLimits,
}

export function sourceOf(text: string | Uint8Array, name = 'hr', chunk = 7): ImportSource {
  const octets = typeof text === 'string' ? Buffer.from(text) : text
  return {
    name,
    size: octets.length,
    bytes: (async function* () {
      for (let at = 0; at < octets.length; at += chunk) yield await Promise.resolve(octets.subarray(at, at + chunk))
    })(),
  }
}

/** Memory ports whose k-th write from now on fails with `failAt(k)`. */
export function world() {
  let left = Number.POSITIVE_INFINITY
  const memory = createMemoryImportPorts(() => {
    left -= 1
    // Whoever died does nothing any more, not even give back the lock.
    if (left < 0) throw new ImportInterrupted('writing', 'killed')
  })
  let time = now
  const ports: ImportPorts = { ...memory, scratch: createMemoryScratch(), clock: () => time }
  return {
    ...memory,
    ports,
    failAt: (writes: number | null): void => void (left = writes ?? Number.POSITIVE_INFINITY),
    later: (ms: number): void => void (time += ms),
  }
}

export const never = new AbortController().signal

export async function planned(text: string, ports: ImportPorts, more: Partial<ImportOptions> = {}): Promise<Plan> {
  const plan = await planImport(sourceOf(text), { ...options, ...more }, ports, never)
  if (plan.kind !== 'plan') throw new Error(plan.sentence)
  return plan
}

export function plan(
  text: string | Uint8Array,
  ports: ImportPorts,
  more: Partial<ImportOptions> = {},
): Promise<Plan | Unplanned> {
  return planImport(sourceOf(text), { ...options, ...more }, ports, never)
}

export const by: ApplyOptions = { by: 'ann', force: false, onProgress: () => undefined }

export async function imported(text: string, ports: ImportPorts, more: Partial<ImportOptions> = {}, force = true) {
  return applyImport(await planned(text, ports, more), { ...by, force }, ports, never)
}
