import { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import { probePlanOf } from '../lambda/config/probe-plan.ts'
import { allDomainGroups } from '../lambda/core/metric-names.ts'
import { Dashboards } from './dashboards.ts'
import type { DashboardsProps, Extra, Part } from './dashboards/props.ts'
import type { Directory } from './directory.ts'
import type { FilterFunction } from './filter-function.ts'
import type { HandOverParts } from './hand-over-parts.ts'
import type { ImportDirectoryFunction } from './import-directory.ts'
import type { Ledger } from './ledger.ts'
import type { ReceiptRules } from './receipt-rules.ts'
import type { ScimEndpoint } from './scim.ts'
import type { SentLogFunction } from './sent-log.ts'
import type { State } from './state.ts'
import type { Storage } from './storage.ts'
import type { ZoneProbe } from './zone-probe.ts'

/** What a filter consists of, as far as the dashboards show it. */
export type ShownParts = {
  readonly storage: Storage
  readonly directory: Directory
  readonly state: State
  readonly ledger: Ledger
  readonly filter: FilterFunction
  readonly probe: ZoneProbe
  readonly imports: ImportDirectoryFunction
  readonly sentLog: SentLogFunction | null
  readonly scim: ScimEndpoint | null
  readonly behind: HandOverParts
  readonly rules: ReceiptRules
  /** Not given where records are not put together. */
  readonly compaction?: { readonly function: Deployed }
  readonly digest?: { readonly function: Deployed } | null
  readonly widgets?: { readonly read: Deployed; readonly release: Deployed | null }
}

/** Adds the dashboards of `parts`. Last of all in `scope`: they show the alarms that are there by then. */
export function addDashboards(
  scope: Construct,
  parts: ShownParts,
  config: Config,
  more: Pick<DashboardsProps, 'docsUrl' | 'widgets'> = {},
): Dashboards {
  const { filter, storage, directory, state, ledger, rules } = parts
  return new Dashboards(scope, 'Dashboards', {
    alarms: scope.node.findAll().filter((node) => node instanceof Alarm),
    filter: filter.function.functionName,
    functions: functionsOf(parts),
    tables: [
      { called: 'who exists', name: directory.table.tableName },
      { called: 'states of the lists', name: state.table.tableName },
      { called: 'sent mail and bounces', name: ledger.table.tableName },
    ],
    buckets: [
      { called: 'raw mail', name: storage.mail.bucketName },
      { called: 'records', name: storage.records.bucketName },
    ],
    queues: queuesOf(parts),
    ruleName: rules.rule.receiptRuleName,
    zones: probedZones(config),
    domainGroups: allDomainGroups(config),
    extras: extrasOf(parts),
    ...more,
  })
}

type Deployed = { readonly functionName: string }

function functionsOf({
  probe,
  imports,
  sentLog,
  scim,
  behind,
  compaction,
  widgets,
  digest,
}: ShownParts): readonly Part[] {
  const deployed: readonly (readonly [string, Deployed | null | undefined])[] = [
    ['probe of the lists', probe.function],
    ['sweep', behind.sweep.function],
    ['import', imports.function],
    ['sent log', sentLog?.function],
    ['SCIM', scim?.function],
    ['queueing', behind.handOver?.receiver],
    ['hand-over', behind.handOver?.worker],
    ['compaction', compaction?.function],
    ['digest', digest?.function],
    ['widgets', widgets?.read],
    ['releases by the dashboard', widgets?.release],
  ]
  return deployed.flatMap(([called, one]) =>
    one === undefined || one === null ? [] : [{ called, name: one.functionName }],
  )
}

/** SQS counts nothing of a queue that nobody uses, as dead letters on a good day: they are shown beside one that is used. */
function queuesOf({ behind: { handOver }, imports, sentLog }: ShownParts): readonly Part[] {
  if (handOver === null) return []
  return [
    { called: 'waiting to be handed over', name: handOver.queue.queueName },
    { called: 'could not be handed over', name: handOver.deadLetters.queueName },
    { called: 'lists that could not be imported', name: imports.deadLetters.queueName },
    ...(sentLog === null ? [] : [{ called: 'sent mail not written down', name: sentLog.deadLetters.queueName }]),
  ]
}

function extrasOf({ behind, sentLog, scim, compaction, digest }: ShownParts): readonly Extra[] {
  return [
    'sweep',
    ...(compaction === undefined ? [] : (['compaction'] as const)),
    ...(behind.handOver === null ? [] : (['hand-over'] as const)),
    ...(sentLog === null ? [] : (['sent-log'] as const)),
    ...(scim === null ? [] : (['scim'] as const)),
    ...(digest === undefined || digest === null ? [] : (['digest'] as const)),
  ]
}

/** As `targetsOf` in lambda/probe/targets.ts: a list without test entries is not probed, and so not counted. */
function probedZones(config: Config): readonly string[] {
  const { policy, outbound } = probePlanOf(config)
  const probed = [...policy.dnsxl.zones, ...outbound.domainZones].filter(({ testEntries }) => testEntries)
  return [...new Set(probed.map(({ zone }) => zone))]
}
