import type { AddressLookup } from '../ports/address-lookup.ts'
import { createQuestions, type QuestionOptions } from './dns/questions.ts'

export type AddressLookupOptions = QuestionOptions

/**
 * The address look-up on the resolver of node:dns. Takes at most `timeoutMs * (1 + retries)` milliseconds a question.
 * Throws when it is made if a server is not an address.
 */
export const createAddressLookup = (options: AddressLookupOptions): AddressLookup => {
  const ask = createQuestions(options, {
    resolve: (resolver, name) => resolver.resolve4(name, { ttl: true }),
    syscall: 'queryA',
  })
  return async (name, signal) => {
    const heard = await ask(name, signal)
    if (heard.answer !== 'heard') return heard
    return {
      answer: 'addresses',
      addresses: heard.records.map(({ address }) => address),
      ttlSeconds: Math.min(...heard.records.map(({ ttl }) => ttl)),
    }
  }
}
