import { planRollback } from '../../lambda/import-directory.ts'
import type { ExitCode } from '../exit-codes.ts'
import { fail, type Verb } from '../verb.ts'
import { carryOut, never } from './carry-out.ts'
import { servedDomains, readLimits, readSource } from './import-settings.ts'
import { withImports } from './open-imports.ts'

export type RollbackSettings = {
  readonly source: string
  /** An import's id, or its beginning; null: the import before the last. */
  readonly to: string | null
  readonly dryRun: boolean
  readonly force: boolean
  readonly maxRemoved: string | null
}

/** Imports an earlier list of a source again, with the same guards as any other list. */
export function rollback(settings: RollbackSettings, verb: Verb): Promise<ExitCode> {
  return withImports(verb, async (imports) => {
    const [source, limits] = [readSource('-', settings.source), readLimits(settings.maxRemoved)]
    if ('problem' in source) return fail(verb, source.problem)
    if ('problem' in limits) return fail(verb, limits.problem)
    const options = {
      format: null,
      columns: null,
      domains: servedDomains(imports),
      defaultDomain: null,
      skipBad: false,
      partial: false,
      limits: limits.value,
    }
    const planned = await planRollback(source.value, settings.to, options, imports.ports, never)
    const manner = settings.dryRun ? 'dry-run' : 'apply'
    const place = `the earlier list of ${source.value}`
    const how = { place, from: 'an earlier list', source: source.value, manner, force: settings.force } as const
    return carryOut(planned, how, imports, verb)
  })
}
