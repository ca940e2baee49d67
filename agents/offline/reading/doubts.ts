/** What a person has to be asked about. */
export type Topic = 'place' | 'day' | 'time' | 'passengers' | 'budget' | 'aircraft' | 'client' | 'trip'

/**
 * Words that may mean more than one thing, or nothing at all: they are asked about, never guessed. `impossible` and `past` are days or times,
 * `several` leaves a choice, `vague` gives none, `contradiction` says two things at once, `unknown` is no name that anybody knows.
 */
export type Doubt = {
  about: Topic
  because: 'several' | 'vague' | 'impossible' | 'past' | 'contradiction' | 'unknown'
  words: string
  choices: string[]
}

export const doubt = (
  about: Topic,
  because: Doubt['because'],
  words: string,
  choices: readonly string[] = [],
): Doubt => ({ about, because, words: words.trim(), choices: [...new Set(choices)] })
