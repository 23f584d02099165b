/**
 * The kinds of argument a function takes. Values arrive cleaned (retell/arguments.ts): trimmed strings without control
 * characters, numbers as strings, and everything that means "nothing" (`""`, `"None"`, `"{{name}}"`) already absent.
 */
import { z } from 'zod'
import { readLengthAlone } from '../../german/lengths.ts'

const wordsMax = 500

/**
 * Free words of the caller; longer input is cut, not refused. @param choices what a model should write where it can choose: told in the
 * tool list as an enumeration; other words are understood all the same
 */
export const words = (description: string, choices?: readonly string[]) =>
  z
    .string()
    .transform((value) => value.slice(0, wordsMax))
    .optional()
    .meta({ description, ...(choices && { enum: choices }) })

/** Yes or no, as a model writes it ("ja", "true", "1"); anything else counts as absent. */
export const yesNo = (description: string) =>
  z
    .union([z.boolean(), z.string()])
    .transform((value) => (typeof value === 'boolean' ? value : readYesNo(value)))
    .optional()
    .describe(description)

/** A whole number, also written as text; anything else counts as absent. */
export const wholeNumber = (description: string) =>
  z
    .union([z.number(), z.string()])
    .transform((value) => {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : undefined
    })
    .optional()
    .describe(description)

/** How long it should take, in minutes, also said in words ("anderthalb Stunden"); anything else counts as absent. */
export const lengthArgument = z
  .union([z.number(), z.string()])
  .transform((value) => readLengthAlone(String(value)) ?? undefined)
  .optional()
  .describe('Gewünschte Länge in Minuten oder im Wortlaut, nur falls der Anrufer eine nennt')

function readYesNo(value: string): boolean | undefined {
  const word = value.trim().toLowerCase()
  if (
    ['true', '1', 'ja', 'yes', 'jawohl', 'gerne', 'bitte', 'ok', 'okay', 'stimmt', 'richtig'].includes(word)
  )
    return true
  if (['false', '0', 'nein', 'no', 'nicht', 'nee', 'abbrechen'].includes(word)) return false
  return undefined
}
