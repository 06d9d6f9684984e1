type Received = { readonly received_at: string; readonly message_id: string }

/**
 * The order in which messages are told. Records come in the order in which objects happen to be read, so that those of one moment are told
 * apart by their ids: the same question has the same answer.
 */
export function latestFirst(a: Received, b: Received): number {
  if (a.received_at !== b.received_at) return a.received_at < b.received_at ? 1 : -1
  if (a.message_id === b.message_id) return 0
  return a.message_id < b.message_id ? -1 : 1
}
