/** Commands of several verbs: which one was typed, and whether the options given belong to it. */
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'

/**
 * In: the first word after the script's name, the options that were given, and for each verb the options that belong to it.
 * @throws UsageError with the usage when there is no such verb, or an option belongs to another one
 */
export function readVerb<Verb extends string>(
  word: string | undefined,
  given: object,
  belonging: Readonly<Record<Verb, readonly string[]>>,
  usage: string,
): Verb {
  if (word === undefined) throw new UsageError(usage)
  if (!Object.hasOwn(belonging, word)) throw new UsageError(`There is no "${plain(word, 40)}".\n${usage}`)
  const verb = word as Verb
  for (const name of Object.keys(given))
    if (!belonging[verb].includes(name))
      throw new UsageError(`--${name} does not belong to ${verb}.\n${usage}`)
  return verb
}
