import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import type { DecisionRecord } from '../lambda/core/record.ts'
import { createMemoryRecordStore, type MemoryRecordStore } from '../local/memory/record-store.ts'

const schema = JSON.parse(
  readFileSync(new URL('../docs/decision-record.schema.json', import.meta.url), 'utf8'),
) as object
const ajv = new Ajv({ allErrors: true, strict: false })
const valid = ajv.compile(schema)

/** Throws unless the record is what docs/decision-record.schema.json promises to those who query it. */
export function assertValidRecord(record: unknown): asserts record is DecisionRecord {
  const onTheWire: unknown = JSON.parse(JSON.stringify(record))
  if (!valid(onTheWire)) throw new Error(`The record breaks its schema: ${ajv.errorsText(valid.errors)}`)
}

/** A record store in memory that refuses what the schema refuses. */
export function validatingRecordStore(): MemoryRecordStore {
  const store = createMemoryRecordStore()
  return {
    ...store,
    append: (key, record, signal) => {
      assertValidRecord(record)
      return store.append(key, record, signal)
    },
  }
}
