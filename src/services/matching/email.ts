/**
 * Mail addresses as they are dictated: "max punkt muster ät gmx punkt de", "m-a-x at gmail punkt com".
 * Pure. Only the form is judged, not whether the mailbox exists. What a model makes up when nobody gave an address
 * ("test@example.com") is told apart, so that nobody's booking is mailed to a stranger.
 */
import { digitsOf, repetitionOf } from '../../lib/spoken-digits.ts'
import { isAbsent } from './text.ts'

export type EmailReading = { email: string } | { email: null; reason: 'absent' | 'unclear' | 'invented' }

const spokenCharactersMax = 300
const addressCharactersMax = 254
const localCharactersMax = 64

const address = /^[a-z0-9](?:[a-z0-9_%+-]|\.(?!\.))*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$/

const refusals =
  /^(?:(?:ich )?(?:habe?|besitze|will|möchte) (?:ich )?(?:keine?|nicht)\b.*|keine?(?: (?:e-?\s?mail.*|mail.*|adresse.*|angabe.*))?|nicht (?:angegeben|vorhanden|bekannt|nötig).*|nein(?: danke)?|unbekannt|unknown|k\.? ?a\.?|not provided|no email|ohne|weiß (?:ich )?nicht|weiss (?:ich )?nicht)[.!]?$/i

const at =
  /^(?:ät|aet|ätt|äd|at|add|@|klammeraffe|klammeraffen|affenschwanz|affe|atzeichen|ätzeichen|at-zeichen|ät-zeichen)$/
const signs: readonly [RegExp, string][] = [
  [/^(?:punkt|dot|pünktchen|point)$/, '.'],
  [/^(?:unterstrich|underscore|underline|tiefstrich)$/, '_'],
  [/^(?:bindestrich|minus|minuszeichen|strich|mittelstrich|gedankenstrich|dash|hyphen|trennstrich)$/, '-'],
  [/^(?:plus|pluszeichen)$/, '+'],
]

/** Said around an address, or about how to write it. */
const chatter =
  /^(?:meine?|die|der|das|e-?mail|mail|mailadresse|e-?mail-?adresse|adresse|email-?adresse|ist|lautet|wäre|also|äh|ähm|hm|ja|und|dann|danach|alles|klein|kleingeschrieben|groß|großgeschrieben|zusammen|zusammengeschrieben|geschrieben|ohne|leerzeichen|wie|gesprochen|man|spricht|buchstabiere|ich|bitte|zeichen|mailto|genau|noch|mal|danke|ok|okay)$/

const providers = [
  'gmail',
  'googlemail',
  'gmx',
  'web',
  't-online',
  'outlook',
  'hotmail',
  'live',
  'yahoo',
  'icloud',
  'freenet',
  'posteo',
  'aol',
  'me',
  'mailbox',
  'protonmail',
  'proton',
  'arcor',
  'vodafone',
  'bluewin',
  'msn',
  'mail',
  'online',
  'gmxnet',
]
const topLevels = /^(?:de|com|net|org|at|ch|eu|info|biz|io|me|online)$/

const inventedDomains =
  /(?:^|\.)(?:example|beispiel|test|invalid|localhost|domain|muster|mustermail|yourdomain|email-?adresse|placeholder|dummy|fake|noemail|nomail|unknown|anonymous)(?:\.[a-z]{2,})?$/
const inventedLocals =
  /^(?:test(?:er|user|kunde|mail|\d*)?|demo|dummy|example|beispiel|user(?:name)?|kunde|kundin|customer|client|caller|anrufer|email|e-mail|mail|name|vorname[._-]?nachname|unknown|unbekannt|anonym(?:ous)?|no-?reply|noemail|nomail|keine?|none|null|undefined|na|n\.a|placeholder|fake|xxx+|abc|asdf|foo|john[._-]?doe|jane[._-]?doe|your[._-]?email|ihre?[._-]?e?-?mail|deine?[._-]?e?-?mail)$/

/**
 * Reads a written or dictated address; lower case, umlauts written out. `absent`: none was given; `unclear`: something was,
 * but it makes no address (ask again); `invented`: a filler address that reaches nobody or a stranger.
 */
export function readEmail(spoken: string): EmailReading {
  const text = spoken
    .slice(0, spokenCharactersMax)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  if (isAbsent(text) || refusals.test(text)) return { email: null, reason: 'absent' }
  const direct = text.toLowerCase().replace(/^<|^mailto:|>$|[.,;!]+$/g, '')
  const candidate = address.test(direct) ? direct : assemble(text)
  if (candidate === null || !isAddress(candidate)) return { email: null, reason: 'unclear' }
  const [local, domain] = candidate.split('@') as [string, string]
  if (inventedDomains.test(domain) || inventedLocals.test(local)) return { email: null, reason: 'invented' }
  return { email: candidate }
}

function isAddress(text: string): boolean {
  const local = text.slice(0, text.indexOf('@'))
  return (
    text.length <= addressCharactersMax &&
    local.length <= localCharactersMax &&
    !local.endsWith('.') &&
    address.test(text)
  )
}

/** Puts an address together from words; null if there is not exactly one @ in it. */
function assemble(text: string): string | null {
  const words = text
    .toLowerCase()
    .replace(/<[^>]*>/g, (inner) => (inner.includes('@') ? inner.slice(1, -1) : ' '))
    .replace(/[([{]\s*(at|ät|@)\s*[)\]}]/g, ' @ ')
    .replace(/\b(?:at|ät)[\s-]zeichen(?![a-zäöü])/g, ' @ ')
    .replace(/unter strich/g, 'unterstrich')
    .replace(/binde strich/g, 'bindestrich')
    .replace(/klammer affe/g, 'klammeraffe')
    .replace(/scharfes (?:s|ß|es)(?![a-zäöü])/g, 'ss')
    .replace(/(?<![a-zäöüß])([a-zäöü]) (?:wie|für) [a-zäöüß]+/g, ' $1 ')
    .replace(/([@_+])/g, ' $1 ')
    .replace(/[,;:!?"“„]+/g, ' ')
    .replace(/\.(?=\s|$)/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')

  let out = ''
  let repeat = 1
  let hasAt = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const times = repetitionOf(word) ?? repetitionOf(word.replace(/-.*$/, ''))
    if (times !== null) {
      const letter = /-([a-zäöü0-9])$/.exec(word)?.[1]
      if (letter) out += letter.repeat(times)
      else repeat = times
      continue
    }
    // "gmx punkt at" and "gmx at" end in Austria; only an "at" before any domain is the sign.
    if (at.test(word) && !(hasAt && word === 'at')) {
      if (hasAt) return null
      hasAt = true
      out += '@'
      continue
    }
    const sign = signs.find(([pattern]) => pattern.test(word))
    if (sign) {
      out += sign[1]
      continue
    }
    if (chatter.test(word) && !followsSign(words, i)) continue
    const piece = digitsOf(word) ?? writeOut(word)
    out += repeat > 1 && piece.length === 1 ? piece.repeat(repeat) : piece
    repeat = 1
  }
  return hasAt ? repairDomain(out) : null
}

/** "max punkt mail", "ät mail punkt de": a word right after a sign belongs to the address, chatter or not. */
function followsSign(words: readonly string[], i: number): boolean {
  const before = words[i - 1]
  return before !== undefined && (at.test(before) || signs.some(([pattern]) => pattern.test(before)))
}

/** Spelled letters joined ("m-a-x"), umlauts and ß written out: mailboxes hardly ever have them. */
function writeOut(word: string): string {
  const joined = /^(?:[a-zäöü0-9]-)+[a-zäöü0-9]$/.test(word) ? word.replaceAll('-', '') : word
  return joined.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss')
}

/** "tonline.de" → "t-online.de", and the point a caller leaves out: "gmxde" → "gmx.de". */
function repairDomain(text: string): string {
  const [local, domain] = text.split('@') as [string, string]
  let fixed = domain
    .replace(/^t-?online/, 't-online')
    .replace(/^(?:g-?mail|gemail|geemail)(?=\.|com|de)/, 'gmail')
    .replace(/^google-?mail/, 'googlemail')
  if (!fixed.includes('.')) {
    const provider = providers.filter((name) => fixed.startsWith(name)).sort((a, b) => b.length - a.length)[0]
    const rest = provider === undefined ? '' : fixed.slice(provider.length)
    if (provider !== undefined && topLevels.test(rest)) fixed = `${provider}.${rest}`
  }
  return `${local}@${fixed}`
}
