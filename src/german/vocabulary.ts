/**
 * The words the parser knows, as tables: what a word is (its type), which one (its name) and its value.
 * Words are written folded: lower case, umlauts as ae/oe/ue, ß as ss. The spellings without umlaut that
 * speech-to-text and keyboards produce ("ubermorgen", "fruh") are derived, not listed.
 */

import {
  dialectAfterNext,
  dialectCardinals,
  dialectComing,
  dialectDayAfter,
  dialectFractions,
  dialectMonths,
  dialectNext,
  dialectOrdinals,
  dialectParts,
  dialectRelatives,
  dialectUnits,
  dialectWeekdays,
  swissHours,
} from './dialect.ts'
import { englishEntries } from './english.ts'
import { holidayWords } from './holidays.ts'
import { cardinalWords, ordinalWords } from './numbers.ts'
import type { LexType, PartOfDay } from './types.ts'

/** What a word means; one written word may be several ("Mittwochnachmittag"). */
export interface Entry {
  type: LexType
  name: string
  value: number
  /** the standard word, where rules look at the word itself and this one is regional or foreign */
  text?: string
}

/** The window a part of day stands for, in minutes; `to` is exclusive. */
export interface PartWindow {
  part: PartOfDay
  from: number
  to: number | null
}

/**
 * Windows of the parts of day. Vormittag 9–12, Mittag 12–14, Nachmittag 13–17 and Abend 17–20 are the product's
 * (incident I-26); the finer ones divide them.
 */
export const partWindows: Record<string, PartWindow> = {
  early: { part: 'early_morning', from: 360, to: 540 },
  morning: { part: 'morning', from: 420, to: 660 },
  forenoon: { part: 'morning', from: 540, to: 720 },
  early_forenoon: { part: 'morning', from: 480, to: 600 },
  late_forenoon: { part: 'morning', from: 600, to: 720 },
  noon: { part: 'noon', from: 720, to: 840 },
  early_afternoon: { part: 'afternoon', from: 780, to: 900 },
  afternoon: { part: 'afternoon', from: 780, to: 1020 },
  late_afternoon: { part: 'late_afternoon', from: 900, to: 1080 },
  early_evening: { part: 'evening', from: 1020, to: 1140 },
  evening: { part: 'evening', from: 1020, to: 1200 },
  late_evening: { part: 'evening', from: 1140, to: 1320 },
  night: { part: 'night', from: 1320, to: null },
}

const partWords: Record<string, string> = {
  early: 'frueh fruehe fria friah fruehs fruehmorgens morgensfrueh',
  morning: 'morgens',
  forenoon: 'vormittag vormittags vormittage vormittagsstunden vormittagszeit',
  early_forenoon: 'fruehvormittag',
  late_forenoon: 'spaetvormittag',
  noon: 'mittag mittags mittagszeit mittagspause',
  early_afternoon: 'fruehnachmittag',
  afternoon: 'nachmittag nachmittags nachmittage nachmittagsstunden namittag',
  late_afternoon: 'spaetnachmittag spaetnachmittags',
  early_evening: 'vorabend fruehabend feierabendzeit',
  evening: 'abend abends abende abendstunden',
  late_evening: 'spaetabend spaetabends',
  night: 'nacht nachts',
}

/** The days of the week in the standard language, Monday first. */
export const weekdayStems = ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag', 'sonntag']
/** Further spellings: regional names and what ears and fingers make of them. */
const weekdayVariants: Array<[string, number]> = [
  ['sonnabend', 6],
  ['mitwoch', 3],
  ['mittwuch', 3],
  ['donerstag', 4],
  ['dienschdag', 2],
  ['donnerschdag', 4],
  ['samschtag', 6],
  ['freida', 5],
  ['freidag', 5],
  ['samschdag', 6],
  ['montach', 1],
  ['dienstach', 2],
  ['freitach', 5],
  ['samstach', 6],
  ['sonntach', 7],
  // Models now and then translate what they heard.
  ['monday', 1],
  ['tuesday', 2],
  ['wednesday', 3],
  ['thursday', 4],
  ['friday', 5],
  ['saturday', 6],
  ['sunday', 7],
]

/** Spellings close to these are corrected by the lexer. */
export const longWords = [
  ...weekdayStems,
  'sonnabend',
  'september',
  'oktober',
  'november',
  'dezember',
  'februar',
]

type Table = Array<[type: LexType, name: string, value: number, words: string]>

const table: Table = [
  ['month', '', 1, 'januar january jaenner jan jaenners januars'],
  ['month', '', 2, 'februar february feber feb febr februars'],
  ['month', '', 3, 'maerz march mrz maer maerzes'],
  ['month', '', 4, 'april apr aprils'],
  ['month', '', 5, 'mai'],
  ['month', '', 6, 'juni june jun juno'],
  ['month', '', 7, 'juli july jul julei'],
  ['month', '', 8, 'august aug'],
  ['month', '', 9, 'september sept sep septembers'],
  ['month', '', 10, 'oktober okt oct october oktobers'],
  ['month', '', 11, 'november nov novembers'],
  ['month', '', 12, 'dezember dez dec december dezembers'],
  ['relative', '', 0, 'heute heut today heit heid heutigen heutige'],
  ['relative', 'morgen', 1, 'morgen morgn moagn morng'],
  ['relative', '', 1, 'tomorrow morgigen morgige'],
  ['relative', '', 2, 'uebermorgen uebermorgn uebermorgigen'],
  ['relative', '', 3, 'ueberuebermorgen'],
  ['relative', '', -1, 'gestern gestrigen'],
  ['relative', '', -2, 'vorgestern'],
  ['which', 'this', 0, 'diesen diese dieser diesem dieses laufenden laufende laufender aktuellen'],
  [
    'which',
    'next',
    1,
    'next naechsten naechste naechster naechstem naechstes naexte naexten folgenden folgende folgender darauffolgenden',
  ],
  ['which', 'coming', 1, 'kommenden kommende kommender kommendem kommendes'],
  ['which', 'afterNext', 2, 'uebernaechsten uebernaechste uebernaechster uebernaechstem uebernaechstes'],
  [
    'which',
    'last',
    -1,
    'letzten letzte letzter letztem letztes vergangenen vergangene vergangener vorigen vorige voriger',
  ],
  ['unit', 'day', 1, 'tag tage tagen tages'],
  ['unit', 'week', 7, 'woche wochen week weeks'],
  ['unit', 'calendarWeek', 0, 'kw kalenderwoche'],
  ['unit', 'weekend', 0, 'wochenende wochenend wochenendes'],
  ['unit', 'half', 0, 'haelfte'],
  ['unit', 'month', 1, 'monat monate monaten monats monates'],
  ['unit', 'quarterYear', 3, 'vierteljahr quartal'],
  ['unit', 'year', 12, 'jahr jahre jahren jahres'],
  ['unit', 'minute', 1, 'minute minuten min'],
  ['unit', 'hour', 60, 'stunde stunden std stuendchen'],
  ['unit', 'quarterHour', 15, 'viertelstunde viertelstuendchen'],
  ['unit', 'threeQuarterHour', 45, 'dreiviertelstunde'],
  ['unit', 'halfHour', 30, 'halbestunde'],
  ['portion', 'start', 0, 'anfang anfangs beginn'],
  ['portion', 'middle', 1, 'mitte'],
  ['portion', 'end', 2, 'ende'],
  ['clock', 'uhr', 0, 'uhr'],
  ['clock', 'h', 0, 'h'],
  ['clock', 'pm', 0, 'pm'],
  ['clock', 'midnight', 0, 'mitternacht'],
  ['fraction', 'half', 30, 'halb halbe halber hoib hoibe'],
  ['fraction', 'quarter', 15, 'viertel viertl'],
  ['fraction', 'threeQuarters', 45, 'dreiviertel dreiviertl'],
  ['approx', 'gegen', 0, 'gegen gega gege gegn'],
  ['approx', 'about', 0, 'circa zirka ca etwa ungefaehr schaetzungsweise'],
  ['approx', 'so', 0, 'so'],
  ['approx', 'around', 0, 'rum herum'],
  ['approx', 'sharp', 0, 'punkt schlag puenktlich exakt genau'],
  ['approx', 'shortly', 0, 'kurz'],
  ['bound', 'from', 0, 'ab fruehestens fruehstens'],
  ['bound', 'to', 0, 'bis spaetestens'],
  ['bound', 'before', 0, 'vor vorm'],
  ['bound', 'after', 0, 'nach nachm'],
  ['bound', 'including', 0, 'einschliesslich inklusive inkl'],
  ['prep', 'um', 0, 'um ums om umma klock'],
  ['prep', 'am', 0, 'am an'],
  ['prep', 'in', 0, 'in im'],
  ['prep', 'von', 0, 'von'],
  ['prep', 'vom', 0, 'vom'],
  ['prep', 'zwischen', 0, 'zwischen'],
  ['prep', 'zum', 0, 'zum zu zur'],
  ['prep', 'auf', 0, 'auf'],
  ['prep', 'ueber', 0, 'ueber'],
  ['prep', 'innerhalb', 0, 'innerhalb binnen'],
  ['article', '', 0, 'den der dem des'],
  ['article', 'die', 0, 'die das'],
  ['one', '', 1, 'ein eine einer einem einen ner nem nen oana oane oaner een eenen'],
  ['title', '', 0, 'herr herrn frau familie dr doktor nachname name vorname heisse'],
  [
    'counted',
    '',
    0,
    'personen person leute euro eur cent prozent mal kinder kind kindern soehne soehnen toechter toechtern jungs maedels enkel freunde freundinnen kollegen leuten hotel zimmer stock gaeste mann kilo meter plaetze plaetz termine grad punkte jahrgang',
  ],
  [
    'not',
    '',
    0,
    'nicht net nich kein keinen keine keinem ausser statt anstatt ned weder keinesfalls niemals',
  ],
  [
    'unable',
    '',
    0,
    'schlecht unguenstig ungern bloed doof schwierig unpassend verreist verhindert beschaeftigt unmoeglich urlaub arbeiten',
  ],
  [
    'correction',
    'strong',
    0,
    'nein nee noe quatsch korrektur falsch sorry entschuldigung entschuldigen pardon vielmehr lieber sondern bloedsinn stopp verzeihung naa',
  ],
  ['hesitation', '', 0, 'aeh aehm oeh hm ehm eh oehm ne besser eher moment doch meine mein meinte'],
  ['or', '', 0, 'oder o od beziehungsweise bzw notfalls alternativ ansonsten sonst'],
  ['and', '', 0, 'und u'],
  ['clause', '', 0, 'aber dafuer'],
  [
    'rhetorical',
    '',
    0,
    'warum wieso weshalb ob koennte koennten koennt haben haetten gibts ginge gaebe wuerde wenn falls',
  ],
  [
    'soon',
    'sooner',
    0,
    'schnellstmoeglich schnellstmoeglichst schnellstens baldmoeglichst fruehestmoeglich fruehestmoeglichen ehestmoeglich naechstmoeglich naechstmoeglichen naechstmoegliche naechstmoeglicher asap sofort ehebaldigst raschestmoeglich fruehstmoeglich fruehestmoegliche schnellstmoeglichen',
  ],
]

/** Abbreviations that are other words too; they count only next to a date (see the weekday rules). */
export const weekdayAbbreviations: Record<string, number> = {
  mo: 1,
  di: 2,
  mi: 3,
  do: 4,
  fr: 5,
  sa: 6,
  so: 7,
}

const entry = (type: LexType, name: string, value: number): Entry => ({ type, name, value })

function build(): Map<string, Entry[]> {
  const words = new Map<string, Entry[]>()
  const add = (word: string, entries: Entry[]) => {
    if (!words.has(word)) words.set(word, entries)
  }
  for (const [type, name, value, list] of table) {
    for (const word of list.split(' ')) add(word, [entry(type, name, value)])
  }
  const parts: Array<[string, string]> = Object.entries(partWords).flatMap(([name, list]) =>
    list.split(' ').map((word): [string, string] => [word, name]),
  )
  for (const [word, name] of parts) add(word, [entry('part', name, 0)])
  const stems = [...weekdayStems.map((stem, i): [string, number] => [stem, i + 1]), ...weekdayVariants]
  for (const [stem, weekday] of stems) {
    const day = entry('weekday', '', weekday)
    for (const ending of ['', 's', 'e', 'en', 'es']) add(stem + ending, [day])
    for (const [word, name] of parts) add(stem + word, [day, entry('part', name, 0)])
    add(`${stem}morgen`, [day, entry('part', 'morning', 0)])
    add(`${stem}sabends`, [day, entry('part', 'evening', 0)])
    add(`${stem}snachmittags`, [day, entry('part', 'afternoon', 0)])
  }
  for (const [word, name] of parts) {
    add(`heute${word}`, [entry('relative', '', 0), entry('part', name, 0)])
    add(`morgen${word}`, [entry('relative', '', 1), entry('part', name, 0)])
  }
  for (const [type, , month, list] of table) {
    if (type !== 'month') continue
    for (const word of list.split(' ')) {
      add(`${word}woche`, [entry('month', '', month), entry('unit', 'week', 7)])
      add(`${word}haelfte`, [entry('month', '', month), entry('unit', 'half', 0)])
    }
  }
  add('monatshaelfte', [entry('unit', 'month', 1), entry('unit', 'half', 0)])
  add('wochenhaelfte', [entry('unit', 'week', 7), entry('unit', 'half', 0)])
  for (const [word, key] of holidayWords) add(word, [entry('holiday', key, 0)])
  for (const [word, value] of cardinalWords()) add(word, [entry('number', '', value)])
  for (const [word, value] of ordinalWords()) add(word, [entry('ordinal', '', value)])
  // Without their dots: "ubermorgen", "fruh", "marz", "funfzehn". Listed words win over derived ones.
  for (const [word, entries] of [...words]) {
    if (/ae|oe|ue/.test(word))
      add(
        word.replace(/ae|oe|ue/g, (pair) => pair[0]!),
        entries,
      )
  }
  addDialect(add)
  for (const [word, entries] of englishEntries) add(word, entries)
  return words
}

/** Regional spellings come last: a word of the standard language stays what it is. */
function addDialect(add: (word: string, entries: Entry[]) => void): void {
  for (const [word, value] of swissHours) add(word, [entry('number', 'swiss', value)])
  for (const [word, weekday] of dialectWeekdays()) {
    const day = entry('weekday', '', weekday)
    for (const ending of ['', 's', 'e', 'en']) add(word + ending, [day])
  }
  for (const [name, words] of Object.entries(dialectParts))
    for (const word of words) add(word, [entry('part', name, 0)])
  for (const [days, words] of Object.entries(dialectRelatives)) {
    const name = days === '1' ? 'morgen' : ''
    for (const word of words.split(' ')) if (word !== '') add(word, [entry('relative', name, Number(days))])
  }
  for (const word of dialectDayAfter()) add(word, [entry('relative', '', 2)])
  for (const word of dialectNext()) add(word, [entry('which', 'next', 1)])
  for (const word of dialectAfterNext()) add(word, [entry('which', 'afterNext', 2)])
  for (const word of dialectComing) add(word, [entry('which', 'coming', 1)])
  for (const [name, { value, text, words }] of Object.entries(dialectUnits))
    for (const word of words) add(word, [{ ...entry('unit', name, value), text }])
  for (const [name, minutes, words] of dialectFractions)
    for (const word of words) add(word, [entry('fraction', name, minutes)])
  for (const [month, words] of Object.entries(dialectMonths))
    for (const word of words.split(' ')) add(word, [entry('month', '', Number(month))])
  for (const [word, value] of dialectOrdinals()) add(word, [entry('ordinal', '', value)])
  for (const [word, value] of dialectCardinals()) add(word, [entry('number', '', value)])
}

export const vocabulary: ReadonlyMap<string, Entry[]> = build()
