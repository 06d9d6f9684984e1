import type { Datum } from './metrics-store.ts'

/**
 * Reads a line that a function wrote as CloudWatch Logs does: what is in its Embedded Metric Format, as data; nothing for
 * any other line. Values that are not numbers, and dimensions that the line does not have, are left out.
 *
 * Source: CloudWatch User Guide, "Specification: Embedded metric format"; its limits are 100 metrics, 30 dimensions of a
 * set, and 100 values of a metric.
 */
export function readEmf(line: string): readonly Datum[] {
  if (!isEmf(line)) return []
  const root = parsed(line)
  const aws = recordIn(root['_aws'])
  const at = aws['Timestamp']
  if (typeof at !== 'number') return []
  return listIn(aws['CloudWatchMetrics']).flatMap((directive) => dataOf(recordIn(directive), root, at))
}

/** Whether a line that a function wrote is for CloudWatch, and not for people. */
export function isEmf(line: string): boolean {
  return line.startsWith('{"_aws"')
}

type Root = Readonly<Record<string, unknown>>

const mostMetrics = 100
const mostSets = 30
const mostValues = 100

function dataOf(directive: Root, root: Root, at: number): readonly Datum[] {
  const namespace = directive['Namespace']
  if (typeof namespace !== 'string') return []
  const sets = listIn(directive['Dimensions'])
    .slice(0, mostSets)
    .flatMap((names) => dimensionsOf(listIn(names), root))
  return listIn(directive['Metrics'])
    .slice(0, mostMetrics)
    .flatMap((metric): readonly Datum[] => {
      const { Name: name, Unit: unit } = recordIn(metric)
      const values = typeof name === 'string' ? numbersIn(root[name]) : []
      if (typeof name !== 'string' || values.length === 0) return []
      return sets.map((dimensions) => ({
        metric: { namespace, name, dimensions },
        values,
        unit: typeof unit === 'string' ? unit : null,
        at,
      }))
    })
}

function dimensionsOf(names: readonly unknown[], root: Root): readonly Readonly<Record<string, string>>[] {
  const pairs = names.flatMap((name): readonly (readonly [string, string])[] => {
    const value = typeof name === 'string' ? root[name] : undefined
    return typeof name === 'string' && typeof value === 'string' ? [[name, value]] : []
  })
  return pairs.length === names.length && names.length <= mostSets ? [Object.fromEntries(pairs)] : []
}

function numbersIn(value: unknown): readonly number[] {
  const all = Array.isArray(value) ? (value as readonly unknown[]).slice(0, mostValues) : [value]
  return all.filter((one): one is number => typeof one === 'number')
}

function parsed(line: string): Root {
  try {
    return recordIn(JSON.parse(line))
  } catch {
    return {}
  }
}

function recordIn(value: unknown): Root {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Root) : {}
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
