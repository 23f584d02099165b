/**
 * Telephone numbers as people and networks write them, in E.164.
 * Pure. A number that comes out here can exist; whether it belongs to the caller only the network can say.
 */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { LRUCache } from 'lru-cache'
import { digitsOf, repetitionOf } from './spoken-digits.ts'

const rawCharactersMax = 200
/** The same few numbers come with every request of a call; reading one takes longer than all else that is done with it. */
const known = new LRUCache<string, { number: string | null }>({ max: 5_000 })
const networkDigitsMin = 7
const e164DigitsMax = 15

/** Numbers that networks put in place of a withheld one: the letters of ANONYMOUS, UNAVAILABLE … on a keypad. */
const keypadWords = new Set(['266696687', '86282452253', '7378742833', '2562533', '8656696', '7748283'])

/**
 * Brings a written or dictated number to E.164 ("0151 / 23 45 67 89", "0049…", "4930…", "null eins fünf eins …").
 * Null for what cannot be a number: too short, too long, no such area code, counted-up or single-digit sequences.
 */
export function normalisePhone(raw: string, defaultCountry: CountryCode = 'DE'): string | null {
  const text = raw.slice(0, rawCharactersMax)
  const key = `${defaultCountry}${text}`
  let entry = known.get(key)
  if (!entry) {
    entry = { number: readPhone(text, defaultCountry) }
    known.set(key, entry)
  }
  return entry.number
}

function readPhone(text: string, defaultCountry: CountryCode): string | null {
  const written = dictatedToDigits(text).replace(/\(0\)/g, '')
  const isInternational = /^\s*(?:\+|00)/.test(written)
  const digits = written.replace(/\D/g, '')
  if (digits.length < 6 || digits.length > e164DigitsMax + 3) return null
  if (/[a-z]{3,}/i.test(written.replace(/\b(?:tel|telefon|handy|mobil|nummer|phone|fax)\b/gi, '')))
    return null

  if (isInternational) return valid(`+${digits.replace(/^00/, '')}`)
  if (digits.startsWith('0')) return valid(digits, defaultCountry)
  // No prefix at all: the country's own code first, then a mobile number that lost its zero (sent as a JSON number).
  const own =
    defaultCountry === 'DE' && digits.startsWith('49') && digits.length >= 10 ? valid(`+${digits}`) : null
  if (own) return own
  const mobile = defaultCountry === 'DE' && /^1[567]\d/.test(digits) ? valid(`0${digits}`, 'DE') : null
  return mobile ?? (digits.length >= 10 ? valid(`+${digits}`) : null) ?? valid(`0${digits}`, defaultCountry)
}

/**
 * True if the network told no caller: "anonymous", "unknown", "None", "", "00000000", an extension of a house exchange …
 * Such a value recognises nobody and is never stored as a number.
 */
export function isWithheld(raw: string | null | undefined): boolean {
  if (raw === null || raw === undefined) return true
  const text = fromSip(raw)
  const digits = text.replace(/\D/g, '')
  if (/\p{L}/u.test(text)) return true
  if (keypadWords.has(digits)) return true
  return digits.length < networkDigitsMin || /^0+$/.test(digits)
}

/**
 * The caller's number as reported by the network, in E.164, or null if it is withheld or internal. More lenient than
 * `normalisePhone`: a number with a country code is taken even if the numbering plan does not know the range yet.
 */
export function callerNumber(raw: string | null | undefined): string | null {
  if (isWithheld(raw)) return null
  const text = fromSip(raw!)
  const strict = normalisePhone(text)
  if (strict) return strict
  const digits = text.replace(/\D/g, '').replace(/^00/, '')
  const isInternational = /^(?:\+|00)[1-9]/.test(text.replace(/[\s()]/g, ''))
  if (!isInternational || digits.length > e164DigitsMax || isSequence(digits)) return null
  return parsePhoneNumberFromString(`+${digits}`)?.isPossible() ? `+${digits}` : null
}

function valid(text: string, country?: CountryCode): string | null {
  const parsed = parsePhoneNumberFromString(text, country ? { defaultCountry: country } : undefined)
  if (!parsed?.isValid() || isSequence(parsed.nationalNumber)) return null
  // "0151 123456": mobile numbers of Germany have ten digits or more after the zero; the plan's data is laxer.
  if (parsed.country === 'DE' && /^1[567]/.test(parsed.nationalNumber) && parsed.nationalNumber.length < 10)
    return null
  return parsed.number
}

/** "123456789", "0111111111", "987654321": typed to get past a field. */
function isSequence(digits: string): boolean {
  if (/^(\d)\1+$/.test(digits) || /(\d)\1{7,}/.test(digits)) return true
  return '01234567890123456789'.includes(digits) || '98765432109876543210'.includes(digits)
}

/** "sip:+4930…@host", "tel:+49…" and `"Name" <sip:…>` → the part that holds the number. */
function fromSip(raw: string): string {
  const uri = /<?(?:sips?|tel):([^@;>]+)/i.exec(raw)
  return (uri ? uri[1]! : raw).trim()
}

/** Writes number words as digits: "null eins fünf eins doppel drei" → "015133"; other words stay as they are. */
function dictatedToDigits(raw: string): string {
  if (!/[a-zäöüß]/i.test(raw)) return raw
  let repeat = 1
  let out = ''
  for (const word of raw.toLowerCase().split(/[\s,;.]+/)) {
    const times = repetitionOf(word)
    if (times !== null) {
      repeat = times
      continue
    }
    if (repeat > 1 && /^(?:die|eine|der|das)$/.test(word)) continue
    const digits = word === 'plus' ? '+' : (digitsOf(word) ?? word.replace(/[:]/g, ''))
    const isCourtesy =
      /^(?:die|meine|nummer|ist|lautet|telefonnummer|handynummer|und|dann|also|äh|ähm|bitte|ja|vorwahl)$/
    if (isCourtesy.test(word)) continue
    out += /^\+?\d+$/.test(digits) ? digits.repeat(/^\d$/.test(digits) ? repeat : 1) : ` ${digits}`
    repeat = 1
  }
  return out
}

/** An E.164 number as people write it ("+49 30 23125001"), for texts that are read. */
export function writtenPhone(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number
}
