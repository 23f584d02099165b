/**
 * The kinds of value a company is described with: zone, number, address, hours, name. One place for file, console and commands; the
 * database refuses the same (migration configuration_rules). Each message says what is wrong and what to write instead.
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { DateTime, IANAZone } from 'luxon'
import { z } from 'zod'
import { oneMailbox } from '../services/mail/recipient.ts'

/** What is at every branch; no branch may be called so. */
export const everywhere = 'all'

export const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const slugCharactersMax = 60

/** A name within the file: what other parts refer to, and what a thing keeps when its spoken name changes. */
export const slug = z
  .string()
  .max(slugCharactersMax)
  .regex(
    slugPattern,
    'is no name for use in the file: small letters a–z, digits and single hyphens, like haare-faerben',
  )

/** IANA time zone ("Europe/Berlin"); no offsets, no abbreviations. */
export const zoneName = z.string().refine(isZone, {
  error: (issue) => `there is no time zone "${String(issue.input)}": write one like Europe/Berlin`,
})

function isZone(text: string): boolean {
  return /^(?:UTC|[A-Z][A-Za-z_-]+(?:\/[A-Z][A-Za-z0-9_+-]+)+)$/.test(text) && IANAZone.isValidZone(text)
}

/** E.164 as networks report it: "+493023125001". */
export const phoneNumber = z.string().superRefine((text, context) => {
  const problem = phoneProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

/** Countries whose numbers have a zero at home that is not dialled after the country code. */
const trunkZero = /^\+(?:49|43|41|31|32|33|44|46)0/

function phoneProblem(text: string): string | null {
  if (!/^\+[1-9]\d{4,14}$/.test(text))
    return `"${text}" is no number in international form: write it like "+493023125001", without spaces`
  if (trunkZero.test(text))
    return `"${text}" has a zero after the country code: leave it out, "${text.replace(/^(\+\d\d)0+/, '$1')}"`
  const parsed = parsePhoneNumberFromString(text)
  if (!parsed?.isPossible() || parsed.number !== text)
    return `"${text}" cannot be dialled: look for a missing or an extra digit`
  return null
}

/** Exactly one mailbox that mails can reach. */
export const mailAddress = z.string().refine((text) => text === text.trim() && oneMailbox(text) !== null, {
  error: (issue) => `no mail reaches "${String(issue.input)}": write one address like team@salon.example`,
})

const spanPattern = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

/** Opening from–to on one day, local clock time: "09:00-18:00"; until midnight is 24:00. */
export const hoursSpan = z
  .string()
  .regex(spanPattern, 'are no opening hours: write them like "09:00-18:00"')
  .refine((text) => {
    const span = spanOf(text)
    return span === null || span.from < span.to
  }, 'end before they begin: hours past midnight are written on both days')

/** A part of a day, local clock time: "12:00-24:00". */
export const partOfDay = z
  .string()
  .regex(spanPattern, 'are no times of a day: write them like "12:00-18:00", from 00:00 up to 24:00')
  .refine((text) => {
    const span = spanOf(text)
    return span === null || span.from < span.to
  }, 'end before they begin: write the earlier time first')

/** A local day as the calendar has it: "2026-12-24". */
export const calendarDay = z.string().superRefine((text, context) => {
  if (!/^20\d\d-\d\d-\d\d$/.test(text))
    context.addIssue({ code: 'custom', message: `"${text}" is no day: write it like 2026-12-24` })
  else if (!DateTime.fromISO(text, { zone: 'utc' }).isValid)
    context.addIssue({ code: 'custom', message: `there is no ${text}: look at the calendar for the day` })
})

/** What a business tells about itself, by topic: a word of its own, or one of those that every caller may ask about. */
export const factTopic = z
  .string()
  .max(60)
  .regex(
    /^[\p{Ll}\p{Nd}]+(?:[ -][\p{Ll}\p{Nd}]+)*$/u,
    'is no topic: small letters and digits, like parking or hunde',
  )

/** The two clock times of a span; null for what is none. */
export function spanOf(text: string): { from: string; to: string } | null {
  const found = spanPattern.exec(text)
  return found ? { from: found[1]!, to: found[2]! } : null
}

/** Euros with at most two decimals; kept as cents. */
export const euros = z
  .number()
  .min(0)
  .max(100_000)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, 'has more than two decimals')

const secretPattern = /^\$\{([A-Z][A-Z0-9_]*)\}$/

/** A secret by reference: the name of an environment variable, never the secret. */
export const secretReference = z
  .string()
  .regex(
    secretPattern,
    `must not stand in the file: write the name of an environment variable that holds it, like ${'$'}{SALON_CALCOM_KEY}`,
  )

/** The environment variable that a reference names. */
export function secretName(reference: string): string {
  return secretPattern.exec(reference)?.[1] ?? ''
}

/** An event type of Cal.com: its number, or its slug, which is looked up in the branch's team. */
export const eventType = z.union(
  [z.number().int().positive(), z.string().regex(/^[a-z0-9][a-z0-9_-]*$/)],
  'is no event type: write its number, or its slug as in its address at Cal.com',
)

/** One line of text without control characters. */
export const line = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .refine((text) => text === text.trim() && !/\p{Cc}/u.test(text), 'has line breaks, or spaces around it')

/** Two words are one word for a caller if these are equal; the database compares the same way. */
export function sameWord(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
}
