import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Construct } from 'constructs'
import type { BundledFunction } from '../bundle.ts'
import { MailFilter as Filter, type MailFilterProps as FilterProps } from '../mail-filter.ts'
import { SilenceCheck } from '../silence-check.ts'

/** What the package exports. This file is built into dist/package and read from nowhere else. */
export { SilenceCheck }
export type { MailAction } from '../mail-filter.ts'

export type MailFilterProps = Omit<FilterProps, 'functions'> & Partial<Pick<FilterProps, 'functions'>>

/**
 * An inbound mail filter for Amazon SES that never bounces: receipt rule, function, directory, records, probe of the lists,
 * activation. The functions are shipped as they were tested.
 */
export class MailFilter extends Filter {
  constructor(scope: Construct, id: string, props: MailFilterProps) {
    super(scope, id, { ...props, functions: props.functions ?? shipped() })
  }
}

/** Written beside this file by build.ts. */
function shipped(): readonly BundledFunction[] {
  const functions = join(__dirname, 'functions')
  const list = JSON.parse(readFileSync(`${functions}.json`, 'utf8')) as readonly Omit<BundledFunction, 'directory'>[]
  return list.map((bundle) => ({ ...bundle, directory: join(functions, bundle.name) }))
}
