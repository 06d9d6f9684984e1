import { isPlaceholder } from '../../lambda/core/zone-keys.ts'

/**
 * The zone of a list that a text means: by its name, in any case and with a final dot, and with or without its key. What
 * stands in the key's place is never repeated, because it may be the key. A text that means none is given back as a name.
 */
export function zoneNamed(text: string, zones: readonly string[]): string {
  const name = text.toLowerCase().replace(/\.$/, '')
  return zones.find((zone) => zone.toLowerCase() === name) ?? zones.find((zone) => isWithKey(zone, name)) ?? name
}

/** `{dqs}.zen.dq.spamhaus.net` is also zen.dq.spamhaus.net, and the same with any label in front. */
function isWithKey(zone: string, name: string): boolean {
  const written = zone.split('.')
  const labels = name.split('.')
  const bare = written.filter((label) => !isPlaceholder(label))
  if (bare.length === written.length) return false
  if (bare.join('.') === name) return true
  return labels.length === written.length && written.every((label, i) => isPlaceholder(label) || label === labels[i])
}
