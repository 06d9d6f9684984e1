import type { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import { widgetPlanOf } from '../lambda/config/widget-plan.ts'
import type { BundledFunction } from './bundle.ts'
import type { Directory } from './directory.ts'
import type { HandOver } from './hand-over.ts'
import type { RecordsTable } from './records-table.ts'
import { athenaEnvironment, athenaFindings, athenaStatements } from './records-table/permissions.ts'
import { releaseFindings, releaseStatements } from './release-permissions.ts'
import type { State } from './state.ts'
import type { Storage } from './storage.ts'
import { Widgets, type Access } from './widgets.ts'

export type WidgetPartsProps = {
  readonly config: Config
  /** The bundle of a function, by its name. */
  readonly bundle: (name: string) => BundledFunction
  /** Of the filter that they are about. */
  readonly parts: {
    readonly storage: Storage
    readonly state: State
    readonly directory: Directory
    readonly recordsTable: RecordsTable
    readonly behind: { readonly handOver: HandOver | null }
  }
}

/** Adds the widgets of the dashboards to a filter, with what its configuration allows them. */
export function addWidgets(scope: Construct, { config, bundle, parts }: WidgetPartsProps): Widgets {
  const { storage, state, directory, recordsTable, behind } = parts
  const { handOver } = behind
  return new Widgets(scope, 'Widgets', {
    read: bundle('widget-read'),
    release: bundle('widget-release'),
    plan: widgetPlanOf(config),
    logDays: config.retention.logDays,
    storage,
    state,
    directory,
    releasing: handOver === null ? null : releasing(scope, storage, handOver),
    asking: asking(recordsTable, storage),
  })
}

/** What a stack says of them: name, value and description of each output. */
export function widgetOutputs({ read, release }: Widgets): readonly (readonly [string, string, string])[] {
  return [
    ['WidgetRead', read.functionArn, 'Whoever may invoke it may search for mail and read what is in quarantine.'],
    ...(release === null
      ? []
      : ([['WidgetRelease', release.functionArn, 'Whoever may invoke it may release mail from quarantine.']] as const)),
  ]
}

function releasing(scope: Construct, storage: Storage, handOver: HandOver): Access {
  return {
    statements: releaseStatements(storage, handOver),
    environment: { HAND_OVER_QUEUE: handOver.queue.queueUrl },
    acknowledged: releaseFindings(scope, storage),
  }
}

function asking(table: RecordsTable, storage: Storage): Access {
  return {
    statements: athenaStatements(table, storage),
    environment: athenaEnvironment(table),
    acknowledged: athenaFindings(table, storage),
  }
}
