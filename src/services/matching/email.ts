/**
 * Mail addresses as they are dictated: "max punkt muster ät gmx punkt de", "m-a-x at gmail punkt com".
 * Pure. Only the form is judged, not whether the mailbox exists. What a model makes up when nobody gave an address
 * ("test@example.com") is told apart, so that nobody's booking is mailed to a stranger.
 */
import { domainToASCII } from 'node:url'
import { digitsOf, repetitionOf } from '../../lib/spoken-digits.ts'
import { editDistance } from './sound.ts'
import { spelledLetter } from './spelling.ts'
import { applySpellingHints } from './spelling-hints.ts'
import { isAbsent } from './text.ts'

export type EmailReading = { email: string } | { email: null; reason: 'absent' | 'unclear' | 'invented' }

const spokenCharactersMax = 300
const addressCharactersMax = 254
const localCharactersMax = 64

const address =
  /^[a-z0-9](?:[a-z0-9_%+-]|\.(?!\.))*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$/

const refusals =
  /^(?:(?:das )?(?:brauche?|weiß|weiss|sage?|kenne?) (?:ich )?(?:nicht|keine)\b.*|keine ahnung|(?:ich )?(?:habe?|besitze|will|möchte) (?:ich )?(?:keine?|nicht)\b.*|keine?(?: (?:e-?\s?mail.*|mail.*|adresse.*|angabe.*))?|nicht (?:angegeben|vorhanden|bekannt|nötig).*|nein(?: danke)?|unbekannt|unknown|k\.? ?a\.?|not provided|no email|ohne|weiß (?:ich )?nicht|weiss (?:ich )?nicht)[.!]?$/i

const at =
  /^(?:ät|et|aet|ätt|äd|at|add|@|klammeraffe|klammeraffen|affenschwanz|affe|atzeichen|ätzeichen|at-zeichen|ät-zeichen)$/
const signs: readonly [RegExp, string][] = [
  [/^(?:punkt|dot|pünktchen|point)$/, '.'],
  [/^(?:unterstrich|underscore|underline|tiefstrich)$/, '_'],
  [/^(?:bindestrich|minus|minuszeichen|strich|mittelstrich|gedankenstrich|dash|hyphen|trennstrich)$/, '-'],
  [/^(?:plus|pluszeichen)$/, '+'],
]

/** Said around an address, or about how to write it. */
const chatter =
  /^(?:schicken|senden|schreiben|mailen|notieren|nehmen|sie|sie's|sies|es|an|für|unter|erreichbar|lautend|meine?|die|der|das|e-?mail|mail|mailadresse|e-?mail-?adresse|adresse|email-?adresse|ist|lautet|wäre|also|äh|ähm|hm|ja|und|dann|danach|alles|klein|kleingeschrieben|groß|großes|großem|großer|kleines|kleinem|kleiner|buchstabe|großgeschrieben|zusammen|zusammengeschrieben|geschrieben|ohne|leerzeichen|wie|gesprochen|man|spricht|buchstabiere|ich|bitte|zeichen|mailto|genau|noch|mal|danke|ok|okay)$/

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
 * Reads a written or dictated address; lower case, umlauts of the mailbox written out, those of the domain as punycode. `absent`: none was given; `unclear`: something was,
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
  const spokenAddress = direct.includes('@') && !/\s/.test(direct) ? direct : assemble(text)
  const candidate = spokenAddress === null ? null : inAscii(spokenAddress)
  if (candidate === null || !isAddress(candidate)) return { email: null, reason: 'unclear' }
  const [local, domain] = candidate.split('@') as [string, string]
  if (inventedDomains.test(domain) || inventedLocals.test(local)) return { email: null, reason: 'invented' }
  return { email: candidate }
}

/**
 * An address as machines know it: umlauts of the mailbox written out, since mailboxes hardly ever have them; those of the domain as
 * punycode, since müller.de and mueller.de belong to two owners (RFC 5891). Null without exactly one @.
 */
function inAscii(spokenAddress: string): string | null {
  const [local, domain, ...more] = spokenAddress.split('@')
  if (!local || !domain || more.length > 0) return null
  const ascii = /^[\x21-\x7e]*$/.test(domain) ? domain : domainToASCII(domain)
  return `${writeOut(local)}@${ascii}`
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

/** Top levels that are said; any of two letters besides. What else a dictated address ends in is words run on. */
const saidTopLevels =
  /^(?:[a-z]{2}|com|net|org|info|biz|online|email|shop|store|berlin|hamburg|koeln|cologne|bayern|saarland|ruhr|wien|tirol|swiss|salon|hair|beauty|cloud|club|name|pro|app|dev|edu|gmbh|web|site|work)$/

const hesitation = /^(?:äh+m?|öhm?|hm+)$/

/** What says how the address is written, or is said after it. */
const asides =
  /^(?:äh|ähm|hm|bitte|danke|genau|ok|okay|ja|alles|klein|kleingeschrieben|großgeschrieben|zusammen|zusammengeschrieben|geschrieben|ohne|leerzeichen|dann|und|großes|großem|großer|kleines|kleinem|kleiner|buchstabe)$/

const correction =
  '(?:nein|nee|nö|quatsch|falsch|korrektur|moment|halt|stopp|entschuldigung|pardon|sorry|verzeihung|ich mein(?:e|te)?|besser gesagt|das war falsch)'
const sayingAt = '(?:at|ät|et|klammeraffe|affenschwanz|@)'

/** "martin at, nein, Moment, martina at web punkt de": said again from the beginning. */
const saidAnew = new RegExp(
  `^.*(?<!\\p{L})${correction}[\\s,.:]+(?=(?:.*\\s)?\\S+(?: ${sayingAt}(?!\\p{L})| ?@))`,
  'u',
)

/** "lena at gmail punkt com, ach nee, gmx punkt de": the domain said again. */
const domainAnew = new RegExp(
  `(?<=(?:^|\\s)\\S+ ?${sayingAt} ).*(?<!\\p{L})${correction}(?:[\\s,.:]+(?:${correction}|doch|bei|lieber|das ist|es ist|${sayingAt}))*[\\s,.:]+(?=\\S+(?: ?(?:punkt|dot|\\.) ?)\\S+)`,
  'u',
)

/** "freenet punkt com, ach quatsch, punkt de": only the end said again. */
const endAnew = new RegExp(
  `((?:punkt|dot) )\\S+?[\\s,]+(?:ach )?${correction}[\\s,]+(?:punkt|dot) (\\S+)$`,
  'u',
)
/** "… punkt de, bitte heute noch": what follows the end of an address. */
const talkAfter =
  /((?:punkt|dot) (?:de|com|net|org|info|eu|ch|at|biz))\s*,\s+(?!at\b|ät\b)(?!.*(?:punkt|dot) ).*$/u
/** "ohne Punkt dazwischen": what is not in it. */
const withoutSign =
  /(?<![a-zäöüß])(?:(?:und |aber |ganz )?(?:ohne|kein|keine|keinen) )(?:punkt|bindestrich|unterstrich|strich|minus|leerzeichen|trennzeichen|sonderzeichen|irgendwas|was|nix|etwas)(?: und (?:alles|strich|komma))?(?: (?:dazwischen|drin|dabei|in der mitte|zwischendrin|zwischen drin|mittendrin))?(?![a-zäöüß])/g
/** "franz gruber mit Punkt dazwischen" */
const signBetween =
  /([a-zäöüß]+) ([a-zäöüß]+),? (?:(?:und|aber) )?mit (?:einem )?(punkt|bindestrich|unterstrich|minus) (?:dazwischen|in der mitte|zwischendrin|getrennt)(?![a-zäöüß])/
/** "mit Doppel-m Hammer": how a word is written, said before it. */
const hintFirst =
  /^((?:.*(?<![a-zäöüß])(?:ist|wäre|wär|lautet)[\s,:]+|also[\s,]+)?)(mit (?:doppel-[a-zäöü]|[a-zäöü]{1,2})) (?!und )([a-zäöüß]{3,})(?= )/
/** Words about the writing that were not understood: rather asked than taken for a part of the address. */
const talk =
  /^(?:aber|mit|nur|hinten|vorne|vorn|ende|falsch|nicht|statt|einfach|ach|äh|ähm|erst|dann|als|kein|keine|keinen)$/

/** "berger achtundsiebzig, falsch, siebenundachtzig at": a number said anew is no whole mailbox. */
function beginsWithNumber(text: string): boolean {
  return digitsOf(/^\S*/.exec(text)![0]) !== null
}

/** Puts an address together from words, umlauts as said; null if there is not exactly one @ in it, or another one follows. */
function assemble(text: string): string | null {
  const words = hinted(
    spelledOut(
      text
        .toLowerCase()
        .replace(withoutSign, ' ')
        .replace(signBetween, '$1 $3 $2')
        .replace(/(?<=(?:mit|ohne) )(?:doppel|zwei)[\s-]?([a-zäöü])(?![a-zäöüß])/g, 'doppel-$1')
        .replace(hintFirst, '$1$3 $2')
        .replace(saidAnew, (said, _at, whole: string) =>
          beginsWithNumber(whole.slice(said.length)) ? 'falsch ' : '',
        )
        .replace(/^mit (punkt|bindestrich|minus|unterstrich)[\s,]+(?=.* \1 )/, '')
        .replace(/(?<![a-zäöüß])ypsilon(?![a-zäöüß])/g, 'y')
        .replace(domainAnew, '')
        .replace(endAnew, '$1$2')
        .replace(talkAfter, '$1')
        .replace(/<[^>]*>/g, (inner) => (inner.includes('@') ? inner.slice(1, -1) : ' '))
        .replace(/[([{]\s*(at|ät|@)\s*[)\]}]/g, ' @ ')
        .replace(/[([{]\s*(dot|punkt|\.)\s*[)\]}]/g, ' punkt ')
        .replace(/\b(?:at|ät)[\s-]zeichen(?![a-zäöü])/g, ' @ ')
        .replace(/unter strich/g, 'unterstrich')
        .replace(/binde strich/g, 'bindestrich')
        .replace(/klammer affe/g, 'klammeraffe')
        .replace(/\b(hot|google|g|proton|gmx) (?=mail\b)/g, '$1')
        .replace(/\bi (?=cloud\b)/g, 'i')
        .replace(/scharfes (?:s|ß|es)(?![a-zäöü])/g, 'ss')
        .replace(/(?<![a-zäöüß])([a-zäöü]) (?:wie|für) [a-zäöüß]+/g, ' $1 ')
        .replace(/\bdoppel[\s-]?(null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun)(?![a-zäöü])/g, '$1 $1')
        .replace(/\b(mit|ohne) ([aeiou]) ([eiy])(?= )/g, '$1 $2$3')
        .replace(/\s\.\s/g, ' punkt ')
        .replace(/([@_+])/g, ' $1 ')
        .replace(/[,;:!?"“„]+/g, ' ')
        .replace(/\.(?=\s|$)/g, ' ')
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
  )
  if (words === null) return null
  words.splice(0, introductionOf(words))
  const sign = words.findIndex((word) => at.test(word))
  if (
    words.slice(0, sign).some((word, i) => talk.test(word) && !chatter.test(word) && !followsSign(words, i))
  )
    return null

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
    const isAustria = hasAt && word === 'at' && words.slice(i + 1).every((rest) => asides.test(rest))
    if (at.test(word) && !isAustria) {
      if (hasAt) return null
      hasAt = true
      out += '@'
      continue
    }
    if (/^(?:oder|schrägstrich|slash|backslash)$/.test(word)) return null
    const sign = signs.find(([pattern]) => pattern.test(word))
    if (sign) {
      // "Unterstrich, äh, Bindestrich": which of them, is asked.
      if (/[._+-]$/.test(out) && !out.endsWith(sign[1])) return null
      out += sign[1]
      continue
    }
    const isAside = (hasAt ? asides : chatter).test(word) && !followsSign(words, i)
    if (isAside || hesitation.test(word)) continue
    const piece = digitsOf(word) ?? lettersTogether(word)
    out += repeat > 1 && piece.length === 1 ? piece.repeat(repeat) : piece
    repeat = 1
  }
  if (!hasAt) return null
  const [local, domain] = out.split('@') as [string, string]
  const fixed = repairDomain(domain)
  return saidTopLevels.test(fixed.slice(fixed.lastIndexOf('.') + 1)) ? `${local}@${fixed}` : null
}

const introduction =
  /^(?:e-?mail|mail|mailadresse|e-?mail-?adresse|emailadresse|adresse|ist|isch|lautet|wäre|wär|wärs|wär's|heißt|hoaßt|an|unter|auf|für)$/

/** How many words lead up to the address: "Pauls Mail ist", "schicken Sie's an"; none where it begins with such a word. */
function introductionOf(words: readonly string[]): number {
  const sign = words.findIndex((word) => at.test(word))
  const isSign = (word = '') => at.test(word) || signs.some(([pattern]) => pattern.test(word))
  const last = words
    .slice(0, Math.max(sign, 0))
    .findLastIndex((word, i) => introduction.test(word) && !isSign(words[i - 1]) && !isSign(words[i + 1]))
  return last + 1
}

const spelledWordsMin = 3

/** Three letters or words of a spelling alphabet: "martha anton xanthippe" → "max"; "yannick, y a n n i c k" → "yannick", said once. */
function spelledOut(words: readonly string[]): string[] {
  const out: string[] = []
  for (let i = 0; i < words.length; ) {
    let end = i
    while (end < words.length && letterOf(words[end]!) !== null) end++
    const run = words.slice(i, Math.max(end, i + 1))
    if (end - i < spelledWordsMin) out.push(...run)
    else {
      const spelled = run.map(letterOf).join('')
      const said = out.findLastIndex((word) => !chatter.test(word))
      if (said >= 0 && isSameWord(out[said]!, spelled)) out.length = said
      out.push(spelled)
    }
    i += run.length
  }
  return out
}

function letterOf(word: string): string | null {
  return /^[a-zäöüß]$/.test(word) ? word : spelledLetter(word)
}

/** Whether a word was spelled right after it was said; the spelling may differ a little from how it was heard. */
function isSameWord(said: string, spelled: string): boolean {
  return said.length > 2 && said.charAt(0) === spelled.charAt(0) && editDistance(said, spelled, 2) <= 1
}

/** "maier mit ai", "müller mit ue", "walter ohne h" → the word as it is written; null if that is not clear. */
function hinted(words: readonly string[]): string[] | null {
  const out: string[] = []
  for (let i = 0; i < words.length; i++) {
    const [word, next] = [words[i]!, words[i + 1] ?? '']
    const isHint =
      /^(?:mit|ohne)$/.test(word) && /^(?:[a-zäöüß]{1,2}|doppel-?[a-zäöü]|ypsilon|eszett)$/.test(next)
    // "dorothee hinten mit Doppel-e"
    while (isHint && out.length > 1 && /^(?:hinten|vorne?|geschrieben|am|ende|aber)$/.test(out.at(-1)!))
      out.pop()
    const before = out.at(-1)
    if (!isHint || before === undefined || at.test(next)) {
      out.push(word)
      continue
    }
    const written = applySpellingHints(`${before} ${word} ${next}`)
    if (written === null) return null
    out[out.length - 1] = written
    i++
  }
  return out
}

/** "max punkt mail", "ät mail punkt de": a word right after a sign belongs to the address, chatter or not. */
function followsSign(words: readonly string[], i: number): boolean {
  const before = words[i - 1]
  return before !== undefined && (at.test(before) || signs.some(([pattern]) => pattern.test(before)))
}

/** Spelled letters joined: "m-a-x". */
function lettersTogether(word: string): string {
  return /^(?:[a-zäöü0-9]-)+[a-zäöü0-9]$/.test(word) ? word.replaceAll('-', '') : word
}

function writeOut(text: string): string {
  return text.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss')
}

/** "tonline.de" → "t-online.de", and the point a caller leaves out: "gmxde" → "gmx.de". */
function repairDomain(domain: string): string {
  const fixed = domain
    .replace(/^t-?online/, 't-online')
    .replace(/^(?:g-?mail|gemail|geemail)(?=\.|com|de)/, 'gmail')
    .replace(/^google-?mail/, 'googlemail')
    .replace(/^(?:dschi|dschie|jimail|dji|ji)-?mail(?=\.|com|de)/, 'gmail')
    .replace(/^(?:jahu|jahoo|yahu|jaho)(?=\.|com|de)/, 'yahoo')
    .replace(/^te-?online/, 't-online')
  if (fixed.includes('.')) return fixed
  const provider = providers.filter((name) => fixed.startsWith(name)).sort((a, b) => b.length - a.length)[0]
  const rest = provider === undefined ? '' : fixed.slice(provider.length)
  return provider !== undefined && topLevels.test(rest) ? `${provider}.${rest}` : fixed
}
