import { useEffect, useState } from 'preact/hooks'
import { sentenceOf } from './ask.ts'

/** The last answer stays while the next one is asked for, so that nothing flickers. */
export type Asked<A> = { readonly answer: A | null; readonly problem: string | null; readonly busy: boolean }

/** Asks anew whenever one of `on` changes. An answer that was overtaken by a newer question is dropped. */
export function useAnswer<A>(ask: () => Promise<A>, on: readonly unknown[]): Asked<A> {
  const [asked, setAsked] = useState<Asked<A>>({ answer: null, problem: null, busy: true })
  useEffect(() => {
    let overtaken = false
    setAsked((last) => ({ ...last, busy: true }))
    ask().then(
      (answer) => {
        if (!overtaken) setAsked({ answer, problem: null, busy: false })
      },
      (error: unknown) => {
        if (!overtaken) setAsked((last) => ({ ...last, problem: sentenceOf(error), busy: false }))
      },
    )
    return () => {
      overtaken = true
    }
  }, on)
  return asked
}
