type Params = Readonly<Record<string, unknown>>

export type SplitBatch = { readonly kept: Params; readonly left: Params }

/**
 * Splits a batch as DynamoDB does when it runs out of capacity or over 16 MB: the first `keep` keys or items, counted
 * over the tables in their order, are worked on, and the rest comes back in the shape of the request.
 * Source: DynamoDB API Reference, BatchGetItem and BatchWriteItem.
 */
export function splitBatch(
  operation: 'BatchGetItem' | 'BatchWriteItem',
  requestItems: Params,
  keep: number,
): SplitBatch {
  const kept: Record<string, unknown> = {}
  const left: Record<string, unknown> = {}
  let room = keep
  for (const [table, request] of Object.entries(requestItems)) {
    const items = itemsOf(operation, request)
    const [first, rest] = [items.slice(0, room), items.slice(room)]
    room -= first.length
    if (first.length > 0) kept[table] = withItems(operation, request, first)
    if (rest.length > 0) left[table] = withItems(operation, request, rest)
  }
  return { kept, left }
}

function itemsOf(operation: string, request: unknown): readonly unknown[] {
  const items = operation === 'BatchGetItem' ? (request as Params | null)?.['Keys'] : request
  return Array.isArray(items) ? items : []
}

function withItems(operation: string, request: unknown, items: readonly unknown[]): unknown {
  return operation === 'BatchGetItem' ? { ...(request as Params), Keys: items } : items
}
