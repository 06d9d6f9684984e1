/** Where all entries lie, in the record bucket: its versions are their history. */
export const entriesKey = 'entries/entries.json'

/** Octets of the object. The filter holds it in memory, and reads it again whenever it changed. */
export const MAX_ENTRIES_OCTETS = 2 * 1024 * 1024
