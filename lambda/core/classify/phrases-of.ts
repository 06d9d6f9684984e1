/** A list of phrases written as a text, `|` between them: a line of the source for each would fill a thousand. */
export const phrasesOf = (text: string): readonly string[] => text.split('|').map((phrase) => phrase.trim())
