/**
 * Telephone numbers as people and networks write them, in E.164.
 * Pure. A number that comes out here can exist; whether it belongs to the caller only the network can say.
 */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { LRUCache } from 'lru-cache'
import { regionalDigit, withoutInterjections } from './phone-talk.ts'
import { digitsOf as plainDigitsOf, repetitionOf } from './spoken-digits.ts'

const rawCharactersMax = 200

/** Digits as they are dictated, dialect included: outside numbers these words are names and talk. */
const digitsOf = (word: string): string | null => plainDigitsOf(word) ?? regionalDigit(word)
const isOneDigit = (word: string) => digitsOf(word)?.length === 1 || /^\d$/.test(word)
/** The same few numbers come with every request of a call; reading one takes longer than all else that is done with it. */
const known = new LRUCache<string, { number: string | null }>({ max: 5_000 })
const networkDigitsMin = 7
const e164DigitsMax = 15
const localDigitsMax = 8

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
    // "O171" is a zero that was written as a letter; a place before an area code says nothing more.
    const said = fromSip(text)
      .replace(/\b[oO](?=\d)/g, '0')
      .replace(/^\p{L}{3,}(?= (?:null|0)[ \d])/iu, (word) =>
        digitsOf(word) === null && !/^(?:doppel|plus|zweimal|dreimal|österreich|schweiz)/i.test(word)
          ? ''
          : word,
      )
    entry = { number: parseSpoken(said, defaultCountry) }
    known.set(key, entry)
  }
  return entry.number
}

/** What a spoken or written number argument says; `same`: the number the caller calls from; `absent`: none was given. */
export type PhoneReading =
  | { phone: string }
  | { phone: null; reason: 'absent' | 'same' | 'invented' | 'unclear' }

const absentWords =
  /^(?:|none|null|undefined|n\/?a|k\. ?a\.?|-+|unknown|anonym(?:ous)?|unbekannt|unterdrückt|private?|withheld|keine?(?: (?:nummer|angabe|telefonnummer|ahnung))?|nein(?: danke)?|(?:habe?|hab) ich (?:nicht|keine)|weiß (?:ich )?nicht|not provided|nicht (?:angegeben|bekannt)|(?:(?:die|das|sie) )?(?:weiß|weiss|kenne|kann|habe?|hab|möchte|will|sage?) [^\d]*(?:nicht|keine?n?)(?: [^\d]*)?|rufen sie (?:mich )?(?:bitte )?nicht an|(?:ich |wir )?(?:habe?|haben|besitze|hätte)(?: (?:ich|wir|leider|gar|überhaupt|auch))* keine? (?:telefon|handy|nummer|telefonnummer|handynummer|mobiltelefon)|(?:meine |die )?(?:handy|telefon)?nummer (?:gebe?|sage|nenne|möchte|will) ich (?:ihnen )?(?:lieber )?nicht(?: (?:raus|heraus|her|an|angeben|sagen|nennen))?)[.!]?$/i
const sameWords =
  /\b(?:dieselbe|die selbe|(?:der|die) (?:gleichen|selben|hier|aktuelle)|aktuelle nummer|(?:auf|in) (?:ihrem|dem|eurem) display|haben sie (?:ja|doch)|sie haben (?:ja |doch )?(?:meine|die) nummer|(?:ist|steht|habt ihr|haben sie) (?:ja |doch |schon )*gespeichert|(?:kennen|haben) sie (?:schon|bereits)|die kennen sie|rufen sie (?:mich )?(?:einfach|da|hier) (?:wieder )?zurück|dieser nummer|diese nummer|diese hier|die gleiche|selbe nummer|gleiche nummer|von der ich (?:gerade )?anrufe|mit der ich (?:gerade )?(?:anrufe|telefoniere)|die sie (?:sehen|haben|angezeigt)|im display|angezeigte)\b/i

/**
 * Reads a number argument of a function: never a guess. Digits that make no number are `unclear` and asked for; only the fillers that
 * models make up ("0151123456") are `invented`, which says nothing about a number.
 */
export function readPhone(spoken: string): PhoneReading {
  const phone = normalisePhone(spoken)
  if (phone !== null) return { phone }
  const text = spoken.slice(0, rawCharactersMax).trim()
  if (absentWords.test(text) || /\{\{|\}\}/.test(text)) return { phone: null, reason: 'absent' }
  if (sameWords.test(text)) return { phone: null, reason: 'same' }
  const digits = text.replace(/\D/g, '')
  const isWritten = !/\p{L}/u.test(text)
  if (
    isWritten &&
    (/^(?:49|0)?(?:15\d|16\d|17\d)?0?(?:123456|1234567|12345678|123456789)0?$/.test(digits) ||
      isSequence(digits))
  )
    return { phone: null, reason: 'invented' }
  return { phone: null, reason: 'unclear' }
}

function parseSpoken(text: string, country: CountryCode): string | null {
  const defaultCountry = /österreich/i.test(text) ? 'AT' : /schweiz/i.test(text) ? 'CH' : country
  if (!/\p{L}/u.test(text)) return parseWritten(text, defaultCountry)
  // "… nein, 0172 …": a whole number said anew
  const anew =
    /^.*\d.*(?<!\p{L})(?:nein|nee|quatsch|falsch|korrektur|entschuldigung|moment)[\s,.]+(?:(?:das ist |es ist )?die )?(?=[0+]|null|plus)(.*)$/iu.exec(
      /\d/.test(text) ? text : `0 ${text}`,
    )
  if (anew) return parseSpoken(anew[1]!, defaultCountry)
  // "hundert einundsiebzig" may be 171 or 100 and 71: taken if only one of them can be dialled.
  const found = new Set<string>()
  for (const written of dictatedToDigits(text)) {
    const number = parseWritten(written, defaultCountry)
    if (number !== null && !written.includes('+', 1)) found.add(number)
  }
  return found.size === 1 ? [...found][0]! : null
}

function parseWritten(text: string, defaultCountry: CountryCode): string | null {
  const written = text.replace(/\(0\)/g, '')
  const isInternational = /^\s*(?:\+|00)/.test(written)
  const digits = written.replace(/\D/g, '')
  if (digits.length < 6 || digits.length > e164DigitsMax + 3 || /\p{L}/u.test(written)) return null

  if (isInternational) return valid(`+${digits.replace(/^00/, '')}`)
  if (digits.startsWith('0')) return valid(digits, defaultCountry)
  // No prefix at all: the country's own code first, then a mobile number that lost its zero (sent as a JSON number).
  const own =
    defaultCountry === 'DE' && digits.startsWith('49') && digits.length >= 10 ? valid(`+${digits}`) : null
  if (own) return own
  const mobile = defaultCountry === 'DE' && /^1[567]\d/.test(digits) ? valid(`0${digits}`, 'DE') : null
  // Up to eight digits are a number without its area code: which town it is in, nobody knows.
  const national = digits.length > localDigitsMax ? valid(`0${digits}`, defaultCountry) : null
  return mobile ?? (digits.length >= 10 ? valid(`+${digits}`) : null) ?? national
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
  if (/^0?(\d)\1+$/.test(digits) || /0{8,}/.test(digits)) return true
  return '01234567890123456789'.includes(digits) || '98765432109876543210'.includes(digits)
}

/** "sip:+4930…@host", "tel:+49…" and `"Name" <sip:…>` → the part that holds the number. */
function fromSip(raw: string): string {
  const uri = /<?(?:sips?|tel):([^@;>]+)/i.exec(raw)
  return (uri ? uri[1]! : raw).trim()
}

const courtesy =
  /^(?:das|die|der|den|eine|meine?|mein|nummern?|rufnummer|handynummer|mobilnummer|telefonnummer|rückrufnummer|festnetznummer|tel|telefon|handy|mobil|mobile|festnetz|phone|fax|ist|lautet|wäre|und|dann|danach|also|äh|ähm|hm|bitte|danke|ja|genau|okay|ok|vorwahl|durchwahl|unter|auf|erreichbar|erreichen|sie|mich|mir|ich|bin|am|besten|zurückrufen|zurück|rufen|anrufen|an|melden|sich|hier|leerzeichen|punkt|klammer|klammern|in|zu|österreichische|deutsche|schweizer|schweizerische|österreich|schweiz|strich|schrägstrich|minus|bindestrich|pause|querstrich|komma|noch|kommt|zuerst|erst|landesvorwahl|deutschland)$/
const englishDigits = new Map(
  'zero one two three four five six seven eight nine'
    .split(' ')
    .map((word, digit) => [word, String(digit)] as const),
)
  .set('o', '0')
  .set('oh', '0')
const englishTimes: Record<string, number> = { double: 2, triple: 3 }
const tensOfWords = /^[2-9]0$/

/**
 * Number words as digits: "null eins fünf eins doppel drei" → "015133". More than one reading where words were written apart
 * ("hundert einundsiebzig"); none if a word among them is no part of a number.
 */
function dictatedToDigits(raw: string): string[] {
  const words = withoutTalk(
    withoutInterjections(raw.toLowerCase(), isOneDigit)
      .replace(/^tel:/, '')
      .replace(/([a-zäöüß]{2})-(?=[a-zäöüß])/g, '$1 ')
      .replace(/\b(?:doppelt?e?)(?=null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|\d)/g, 'doppel ')
      .replace(
        /(zwei|drei|vier|fünf|\d)\s+mal\b/g,
        (_, times: string) => `${/\d/.test(times) ? (timesWords[times] ?? times) : times}mal`,
      )
      .split(/[\s,;:.!?/()-]+/)
      .filter((word) => word !== ''),
  )
  // "oh" is a zero beside English digits, and a sigh beside German ones.
  const isEnglish = words.some((word) => !/^oh?$/.test(word) && englishDigits.has(word))
  const pieces: string[] = []
  let repeat = 1
  for (const [at, word] of words.entries()) {
    const times = repetitionOf(word) ?? englishTimes[word] ?? null
    if (times !== null) {
      repeat = times
      continue
    }
    const isPair =
      word === 'und' &&
      /^[1-9]$/.test(pieces.at(-1) ?? '') &&
      tensOfWords.test(digitsOf(words[at + 1] ?? '') ?? '')
    if (isPair) pieces.push('und')
    if (courtesy.test(word) || (word === 'oh' && !isEnglish)) continue
    const digits =
      word === 'plus' ? '+' : /^\+?\d+$/.test(word) ? word : (englishDigits.get(word) ?? digitsOf(word))
    if (digits === null) return []
    if (repeat > 1 && digits.length > 1) return []
    pieces.push(digits.repeat(repeat))
    repeat = 1
  }
  if (repeat > 1) return []
  const numbers = inOneNumber(pieces)
  return [...new Set([numbers.join(''), joinedHundreds(numbers).join('')])]
}

const takesBack =
  /^(?:nein|nee|nö|nicht|kein|keine|falsch|quatsch|oder|statt|sondern|korrektur|moment|halt|stopp|uhr)$/

/** What is told before and after a number ("ich geb Ihnen mal …", "haben Sie das?") away, unless it takes something back. */
function withoutTalk(words: readonly string[]): readonly string[] {
  const isPart = (word: string) =>
    /^\+?\d+$/.test(word) ||
    word === 'plus' ||
    repetitionOf(word) !== null ||
    digitsOf(word) !== null ||
    englishDigits.has(word) ||
    Object.hasOwn(englishTimes, word)
  const [first, last] = [words.findIndex(isPart), words.findLastIndex(isPart)]
  const told = [...words.slice(0, Math.max(first, 0)), ...words.slice(last + 1)]
  return first < 0 || told.some((word) => takesBack.test(word)) ? words : words.slice(first, last + 1)
}

const timesWords: Record<string, string> = { 2: 'zwei', 3: 'drei', 4: 'vier', 5: 'fünf' }

/** What is one number though it was written in several words: "zwei hundert" is 200, "drei und vierzig" 43. */
function inOneNumber(pieces: readonly string[]): string[] {
  const out: string[] = []
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!
    const last = out.at(-1) ?? ''
    if (piece === 'und') {
      out[out.length - 1] = String(Number(pieces[at + 1]) + Number(last))
      at++
    } else if ((piece === '100' || piece === '1000') && /^[1-9]$/.test(last)) {
      out[out.length - 1] = String(Number(last) * Number(piece))
    } else out.push(piece)
  }
  return out
}

/** The other reading of hundreds and thousands: "vierhundert zehn" may be 410 as well as 400 and 10. */
function joinedHundreds(numbers: readonly string[]): string[] {
  const out: string[] = []
  for (const number of numbers) {
    const last = out.at(-1) ?? ''
    const isRest =
      (/^[1-9]00$/.test(last) && /^[1-9]\d?$/.test(number)) ||
      (/^[1-9]000$/.test(last) && /^[1-9]\d{0,2}$/.test(number))
    if (isRest) out[out.length - 1] = String(Number(last) + Number(number))
    else out.push(number)
  }
  return out
}

/** An E.164 number as it is read out, digit by digit in groups: "0 1 7 1, 3 9 2, 0 4 1 5"; foreign ones with "plus". */
export function spokenPhone(number: string, homeCountry: CountryCode = 'DE'): string {
  const parsed = parsePhoneNumberFromString(number)
  const isHome = parsed?.country === homeCountry
  const written = (isHome ? parsed.formatNational() : parsed?.formatInternational()) ?? number
  const blocks = written.match(/\d+/g) ?? []
  const groups = blocks.flatMap((block) =>
    block.length <= 4 ? [block] : (block.match(/\d{2,3}(?=(?:\d{2,3})+$|$)/g) ?? [block]),
  )
  const said = groups.map((group) => [...group].join(' ')).join(', ')
  return written.startsWith('+') ? `plus ${said}` : said
}

/** An E.164 number as people write it ("+49 30 23125001"), for texts that are read. */
export function writtenPhone(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number
}
