/**
 * Days that are named and cannot be known: "an meinem Geburtstag", "nach den Sommerferien", "wie letztes Mal", and words that
 * have the form of a day but are none we know ("am Klempstag"). They are asked for; nothing may take their place.
 * Looked for only where no day was understood, except where a day counts from one of them ("einen Tag vor meiner Hochzeit").
 */
import type { Lexeme } from './types.ts'

/** What only the caller can date. */
const eventWords: ReadonlySet<string> = new Set(
  'abflug abi abiball abitur abreise abschluss ankunft anniversary ball bayram beerdigung birthday christening einschulung elternzeit entbindung ernte exam examen exams fastenzeit firmung flitterwoche flitterwochen fruehschicht geburt geburtstage geburtstage? geburtstagen geburtstages geburtstags graduation heimkehr hochzeitstage hochzeitstage? hochzeitstages hochzeitstags holiday holidays honeymoon jugendweihe kerwe kirchweih kirmes klausur klausuren kommunion konfirmation konzert krankschreibung kur lockdown marathon messe mutterschutz nachtschicht neumond oktoberfest op opferfest probezeit pruefungen quarantaene ramadan reha reisen rueckkehr saison scheidung schichten schuetzenfest schulanfang schulbeginn schulschluss schulstart semesterbeginn semesterende semesterferien spaetschicht stadtfest taufe trip turnier umzug urlaubs vacation verlobung volksfest vollmond wedding wiesn zeugnis zeugnisse zuckerfest'.split(
    ' ',
  ),
)
/** The last part of further compounds: "Sommerferien", "Skiurlaub", "Weihnachtsfeier". */
const eventEndings =
  'ferien urlaub geburtstag hochzeit hochzeitstag pruefung feier fest schicht reise party polterabend jubilaeum operation semester'.split(
    ' ',
  )
const isEvent = (word: string): boolean =>
  eventWords.has(word) || (word.length > 3 && eventEndings.some((ending) => word.endsWith(ending)))
const beforeEvents: ReadonlySet<string> = new Set(
  'am an in im vor vorm nach nachm zu zum zur waehrend bis ab seit um ueber on after before during gegen'.split(
    ' ',
  ),
)
/** "wenn ich aus dem Krankenhaus zurück bin", "sobald die Schule vorbei ist" */
const conditions: ReadonlySet<string> = new Set(['wenn', 'sobald', 'when', 'once', 'sowie'])
const conditionEnds: ReadonlySet<string> = new Set(
  'zurueck vorbei rum fertig wieder da daheim gesund rueckkehre zurueckkomme zurueckkehre ausgezogen eingezogen vorueber ueberstanden over back done'.split(
    ' ',
  ),
)
/** "derselbe Tag wie letztes Mal", "wie immer" */
const sameAgain: ReadonlySet<string> = new Set(['mal', 'male', 'termin', 'time'])
const lastWords: ReadonlySet<string> = new Set(
  'letztes letzten letzte letztem voriges vorigen last'.split(' '),
)
const always: ReadonlySet<string> = new Set(['immer', 'ueblich', 'sonst', 'gehabt'])
/** Forms of days that are no days: "Guten Tag", "Werktag" stays open. */
const dayLike = /^[a-z]{2,}tage?[sn]?$/
const noDayLike =
  /^(?:gut|werk|arbeit|wochen?|all|halb|ganz|jeden|mon|vormit|nachmit|mit|frei|lieblings?|wunsch|ersatz|mitar|beit|ver|an|auf|be|bei|nach|vor|ein|aus|er|ab|in|land|bundes|kreis|partei|heuer|wahl)(?:s|en)?tage?s?$/
/** "xundzwanzigsten", "achzehntem": an ordinal that was not heard well. */
const ordinalLike = /(?:zehn|zig|zich|ssig|ssich)s?c?h?[td]e[nrm]?$/
const reachMax = 5
/** "nach den Osterferien am Dienstag": a weekday counts from the event, a date does not. */
const sides: ReadonlySet<string> = new Set('nach nachm vor vorm waehrend after before during'.split(' '))

export type UnknownDay = 'always' | 'vague' | 'alone'

const is = (l: Lexeme | undefined, words: ReadonlySet<string>): boolean =>
  l !== undefined && words.has(l.text)

/**
 * Whether these lexemes name a day that cannot be known. `consumed` says which of them were understood.
 * @returns 'always' if it stays open whatever else was understood, 'alone' if it does only without another day, 'vague' also with no more than a weekday
 */
export function unknownDay(lexemes: readonly Lexeme[], consumed: (i: number) => boolean): UnknownDay | null {
  let alone = false
  let vague = false
  for (let i = 0; i < lexemes.length; i++) {
    const { type, text, digits } = lexemes[i]!
    if (digits > 0 || type === 'mark') {
      if (isYearMonth(lexemes, i)) alone ||= !consumed(i)
      continue
    }
    if (text.length < 2) continue
    if ((type === 'word' || type === 'unable') && isEvent(text)) {
      const opener = openerOf(lexemes, i)
      if (opener === null) continue
      if (countsFrom(lexemes, opener)) return 'always'
      vague ||= sides.has(lexemes[opener]!.text)
      alone = true
    } else if (is(lexemes[i], conditions)) alone ||= endsCondition(lexemes, i)
    else if (is(lexemes[i], lastWords)) alone ||= is(lexemes[i + 1], sameAgain) && comparesAt(lexemes, i)
    else if (text === 'wie' && is(lexemes[i + 1], always)) alone = true
    // "am Freitag ist Hochzeit, zwei Tage vorher": counted from a day that is told, not wished for.
    else if ((text === 'davor' || text === 'vorher') && lexemes[i - 1]?.text.startsWith('tag'))
      return 'always'
    else if (type === 'word' && announced(lexemes, i) && looksLikeDay(text)) alone ||= !consumed(i)
  }
  return vague ? 'vague' : alone ? 'alone' : null
}

const looksLikeDay = (text: string): boolean =>
  text.length > 5 && ((dayLike.test(text) && !noDayLike.test(text)) || ordinalLike.test(text))

/** The preposition before an event, over possessives and adjectives: "vor meinem nächsten Urlaub". */
function openerOf(lexemes: readonly Lexeme[], i: number): number | null {
  for (let back = i - 1; back >= 0 && back >= i - reachMax; back--) {
    const l = lexemes[back]!
    if (l.type === 'mark') return null
    if (beforeEvents.has(l.text)) return back
    if (l.type === 'word' && /^(?:fuer|wegen|zwecks|mit|for)$/.test(l.text)) return null
  }
  return null
}

/** "einen Tag vor", "zwei Wochen nach", "in der Woche nach", "am Montag nach": the day counts from the event. */
function countsFrom(lexemes: readonly Lexeme[], opener: number): boolean {
  const before = lexemes[opener - 1]
  const word = lexemes[opener]!.text
  const counts = word === 'vor' || word === 'nach' || word === 'before' || word === 'after'
  return counts && (before?.type === 'unit' || before?.type === 'weekday')
}

/** The clause that "wenn" opens tells of a return or an end. */
function endsCondition(lexemes: readonly Lexeme[], i: number): boolean {
  for (let at = i + 1; at < lexemes.length && at < i + 14; at++) {
    const l = lexemes[at]!
    if (l.type === 'mark' && l.name !== '-') return false
    if (conditionEnds.has(l.text)) return true
  }
  return false
}

/** "wie letztes Mal", "derselbe Tag wie beim letzten Mal", "same as last time" */
function comparesAt(lexemes: readonly Lexeme[], i: number): boolean {
  for (let back = i - 1; back >= 0 && back >= i - 3; back--)
    if (/^(?:wie|as|selbe|derselbe|gleiche|gleichen|gleicher)$/.test(lexemes[back]!.text)) return true
  return false
}

/** "am", "den", "nächsten" before a word in the form of a day. */
function announced(lexemes: readonly Lexeme[], i: number): boolean {
  const before = lexemes[i - 1]
  if (before === undefined) return true
  return (
    before.type === 'prep' ||
    before.type === 'which' ||
    before.type === 'bound' ||
    before.type === 'article' ||
    before.type === 'weekday' ||
    before.type === 'ordinal' ||
    before.type === 'one'
  )
}

/** "2026-12", "12/2026": a month is no day. */
function isYearMonth(lexemes: readonly Lexeme[], i: number): boolean {
  const [first, mark, second] = [lexemes[i]!, lexemes[i + 1], lexemes[i + 2]]
  if (!mark?.glued || !second?.glued || (mark.name !== '-' && mark.name !== '/')) return false
  const isYear = (l: Lexeme) => l.digits === 4 && l.value >= 2000 && l.value < 2100
  const isMonth = (l: Lexeme) => l.digits > 0 && l.digits <= 2 && l.value >= 1 && l.value <= 12
  return (isYear(first) && isMonth(second)) || (isMonth(first) && isYear(second))
}
