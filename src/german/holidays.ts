/**
 * Holidays and other named days in Germany and Austria that callers use as dates. Multi-word names are joined
 * by the lexer before look-up ("tag der arbeit"), at most four words.
 */
import { civilOf, type DayNumber, dayNumber, parseDay, weekdayOfNumber } from './days.ts'
import type { LocalDay } from './types.ts'

/** Easter Sunday of a year (Gauß, in the form of Butcher and Meeus). */
function easterOf(year: number): DayNumber {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const month = Math.floor((h + l - 7 * m + 114) / 31)
  return dayNumber(year, month, ((h + l - 7 * m + 114) % 31) + 1)
}

/** The Sunday on or before a day. */
const sundayUpTo = (n: DayNumber): DayNumber => n - (weekdayOfNumber(n) % 7)
/** The fourth Sunday of Advent: the last one before Christmas Day. */
const fourthAdvent = (year: number): DayNumber => sundayUpTo(dayNumber(year, 12, 24))

type Rule = [day: (year: number) => DayNumber, words: string]
const fixed =
  (month: number, day: number) =>
  (year: number): DayNumber =>
    dayNumber(year, month, day)
const easter =
  (days: number) =>
  (year: number): DayNumber =>
    easterOf(year) + days

/** Names folded, alternatives separated by commas. */
const rules: Record<string, Rule> = {
  newYear: [fixed(1, 1), 'neujahr,neujahrstag'],
  epiphany: [fixed(1, 6), 'dreikoenig,dreikoenigstag,heilige drei koenige,heiligen drei koenige'],
  valentine: [fixed(2, 14), 'valentinstag,valentin'],
  womensDay: [fixed(3, 8), 'frauentag,weltfrauentag'],
  carnivalThursday: [
    easter(-52),
    'weiberfastnacht,altweiber,weiberfasching,weiberfastnachtstag,altweiberfastnacht,altweiberfasching,schmotziger donnerstag,schmotzigen donnerstag,schmutziger donnerstag,schmutzigen donnerstag,schmudiger donnerstag,unsinniger donnerstag,unsinnigen donnerstag,fetter donnerstag,fetten donnerstag',
  ],
  carnivalMonday: [easter(-48), 'rosenmontag,fasching,karneval'],
  carnivalTuesday: [easter(-47), 'faschingsdienstag,fastnacht,veilchendienstag,fastnachtsdienstag'],
  ashWednesday: [easter(-46), 'aschermittwoch'],
  palmSunday: [easter(-7), 'palmsonntag'],
  maundyThursday: [easter(-3), 'gruendonnerstag'],
  goodFriday: [easter(-2), 'karfreitag'],
  holySaturday: [easter(-1), 'karsamstag,ostersamstag'],
  easter: [easter(0), 'ostern,ostersonntag'],
  easterMonday: [easter(1), 'ostermontag'],
  ascension: [easter(39), 'christi himmelfahrt,himmelfahrt,vatertag,himmelfahrtstag'],
  whitsun: [easter(49), 'pfingsten,pfingstsonntag'],
  whitMonday: [easter(50), 'pfingstmontag'],
  corpusChristi: [easter(60), 'fronleichnam'],
  labourDay: [fixed(5, 1), 'tag der arbeit,maifeiertag,erster mai feiertag'],
  mothersDay: [(year) => sundayUpTo(dayNumber(year, 5, 14)), 'muttertag'],
  assumption: [fixed(8, 15), 'mariae himmelfahrt,maria himmelfahrt'],
  harvest: [(year) => sundayUpTo(dayNumber(year, 10, 7)), 'erntedank,erntedankfest'],
  childrensDay: [fixed(9, 20), 'weltkindertag'],
  unity: [fixed(10, 3), 'tag der deutschen einheit,tag der einheit'],
  austria: [fixed(10, 26), 'nationalfeiertag'],
  reformation: [fixed(10, 31), 'reformationstag,halloween'],
  allSaints: [fixed(11, 1), 'allerheiligen'],
  allSouls: [fixed(11, 2), 'allerseelen'],
  martin: [fixed(11, 11), 'martinstag,sankt martin,st martin'],
  nationalMourning: [(year) => fourthAdvent(year) - 35, 'volkstrauertag'],
  repentance: [(year) => fourthAdvent(year) - 32, 'buss und bettag,buss bettag,busstag'],
  sundayOfTheDead: [(year) => fourthAdvent(year) - 28, 'totensonntag,ewigkeitssonntag'],
  advent1: [(year) => fourthAdvent(year) - 21, 'erster advent,ersten advent,1 advent'],
  advent2: [(year) => fourthAdvent(year) - 14, 'zweiter advent,zweiten advent,2 advent'],
  advent3: [(year) => fourthAdvent(year) - 7, 'dritter advent,dritten advent,3 advent'],
  advent4: [fourthAdvent, 'vierter advent,vierten advent,4 advent'],
  adventSaturday1: [
    (year) => fourthAdvent(year) - 22,
    'erster adventssamstag,ersten adventssamstag,ersten adventswochenende,1 adventswochenende,1 adventssamstag',
  ],
  adventSaturday2: [
    (year) => fourthAdvent(year) - 15,
    'zweiter adventssamstag,zweiten adventssamstag,zweiten adventswochenende,2 adventswochenende,2 adventssamstag',
  ],
  adventSaturday3: [
    (year) => fourthAdvent(year) - 8,
    'dritter adventssamstag,dritten adventssamstag,dritten adventswochenende,3 adventswochenende,3 adventssamstag',
  ],
  adventSaturday4: [
    (year) => fourthAdvent(year) - 1,
    'vierter adventssamstag,vierten adventssamstag,vierten adventswochenende,4 adventswochenende,4 adventssamstag',
  ],
  barbara: [fixed(12, 4), 'barbaratag'],
  nicholas: [fixed(12, 6), 'nikolaus,nikolaustag,nikolo'],
  immaculate: [fixed(12, 8), 'mariae empfaengnis,maria empfaengnis'],
  christmasEve: [fixed(12, 24), 'heiligabend,heilig abend,heiliger abend,heiligen abend,weihnachtsabend'],
  christmas: [
    fixed(12, 25),
    'weihnachten,christtag,erster weihnachtstag,ersten weihnachtstag,erster weihnachtsfeiertag,ersten weihnachtsfeiertag,1 weihnachtstag,1 weihnachtsfeiertag,1 feiertag',
  ],
  boxingDay: [
    fixed(12, 26),
    'stefanitag,stephanstag,stephanitag,zweiter weihnachtstag,zweiten weihnachtstag,zweiter weihnachtsfeiertag,zweiten weihnachtsfeiertag,2 weihnachtstag,2 weihnachtsfeiertag',
  ],
  newYearsEve: [fixed(12, 31), 'silvester,sylvester,altjahrestag,altjahrtag'],
}

const names = Object.entries(rules).flatMap(([key, [, words]]) =>
  words.split(',').map((name): [string, string] => [name, key]),
)

/** Names of one word, for the vocabulary. */
export const holidayWords = names.filter(([name]) => !name.includes(' '))

/** Names of several words by their first one: the rest of the words, and the holiday. */
export const holidayPhrases: ReadonlyMap<string, Array<{ rest: string[]; key: string }>> = buildPhrases()

function buildPhrases() {
  const phrases = new Map<string, Array<{ rest: string[]; key: string }>>()
  for (const [name, key] of names) {
    const [first, ...rest] = name.split(' ')
    if (rest.length === 0) continue
    phrases.set(first!, [...(phrases.get(first!) ?? []), { rest, key }])
  }
  return phrases
}

/** The words a name of several words can end with, to rule most words out at once. */
export const holidayLastWords: ReadonlySet<string> = new Set(
  names.filter(([name]) => name.includes(' ')).map(([name]) => name.slice(name.lastIndexOf(' ') + 1)),
)

/** The day of a holiday in a year. */
export function holidayOf(key: string, year: number): DayNumber {
  return rules[key]![0](year)
}

/** Days on which a business may be closed or close early, as they are spoken after "ist". Some are holidays in some states only. */
const spokenDaysOff: Record<string, string> = {
  newYear: 'Neujahr',
  epiphany: 'Heilige Drei Könige',
  womensDay: 'der Frauentag',
  goodFriday: 'Karfreitag',
  easter: 'Ostersonntag',
  easterMonday: 'Ostermontag',
  labourDay: 'der Tag der Arbeit',
  ascension: 'Christi Himmelfahrt',
  whitsun: 'Pfingstsonntag',
  whitMonday: 'Pfingstmontag',
  corpusChristi: 'Fronleichnam',
  assumption: 'Mariä Himmelfahrt',
  childrensDay: 'Weltkindertag',
  unity: 'der Tag der Deutschen Einheit',
  reformation: 'der Reformationstag',
  allSaints: 'Allerheiligen',
  repentance: 'Buß- und Bettag',
  christmasEve: 'Heiligabend',
  christmas: 'der erste Weihnachtstag',
  boxingDay: 'der zweite Weihnachtstag',
  newYearsEve: 'Silvester',
}

/** The holiday, or the eve of one, that a day is in Germany, as spoken after "ist": "Heiligabend", "der Tag der Arbeit"; else null. */
export function dayOffOn(day: LocalDay): string | null {
  return dayOffAmong(day, Object.keys(spokenDaysOff))
}

/** The first of these days off (keys of the rules) that falls on a day, as spoken after "ist"; else null. */
export function dayOffAmong(day: LocalDay, keys: readonly string[]): string | null {
  const number = parseDay(day)
  const { year } = civilOf(number)
  const key = keys.find((key) => holidayOf(key, year) === number)
  return key === undefined ? null : spokenDaysOff[key]!
}
