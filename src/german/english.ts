/**
 * English days and times as callers in Germany say them and models write them: "half past two", "the fourth of December",
 * "day after tomorrow", "2:30 p.m.". English words that are no German ones are entries of the vocabulary like any other;
 * what stands in another order than in German is put into German order here, before any rule sees it.
 */
import type { Lexeme, LexType } from './types.ts'
import type { Entry } from './vocabulary.ts'

const numbers =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )
const tens: Readonly<Record<string, number>> = { thirty: 30, forty: 40, fifty: 50 }
const ordinals =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  )

type Row = [type: LexType, name: string, value: number, text: string, words: string]

/** English words with the German word they stand for. */
const table: Row[] = [
  ['ordinal', '', 30, '', 'thirtieth'],
  ['prep', 'um', 0, 'um', 'at'],
  ['prep', 'am', 0, 'am', 'on'],
  ['prep', 'von', 0, 'von', 'from'],
  ['prep', 'zwischen', 0, 'zwischen', 'between'],
  ['prep', 'innerhalb', 0, 'innerhalb', 'within'],
  ['bound', 'after', 0, 'nach', 'after'],
  ['bound', 'before', 0, 'vor', 'before'],
  ['bound', 'to', 0, 'bis', 'until till'],
  ['bound', 'from', 0, 'ab', 'starting'],
  ['article', '', 0, 'den', 'the'],
  ['which', 'this', 0, 'diesen', 'this'],
  ['which', 'coming', 1, 'kommenden', 'coming upcoming'],
  ['unit', 'day', 1, 'tag', 'day days'],
  ['unit', 'month', 1, 'monat', 'month months'],
  ['unit', 'year', 12, 'jahr', 'year years'],
  ['unit', 'minute', 1, 'minute', 'minutes'],
  ['unit', 'hour', 60, 'stunde', 'hour hours'],
  ['unit', 'weekend', 0, 'wochenende', 'weekend weekends'],
  ['unit', 'calendarWeek', 0, 'kw', 'cw'],
  ['part', 'forenoon', 0, '', 'mornings'],
  ['part', 'morning', 0, '', 'morning'],
  ['part', 'afternoon', 0, '', 'afternoon afternoons'],
  ['part', 'evening', 0, '', 'evening evenings'],
  ['part', 'noon', 0, '', 'midday lunchtime'],
  ['clock', 'noon', 0, '', 'noon'],
  ['part', 'night', 0, '', 'night nights'],
  ['clock', 'uhr', 0, 'uhr', 'oclock'],
  ['clock', 'midnight', 0, '', 'midnight'],
  ['fraction', 'quarter', 15, 'viertel', 'quarter'],
  ['fraction', 'english', 30, 'halb', 'half'],
  ['approx', 'about', 0, 'circa', 'around about roughly'],
  ['approx', 'sharp', 0, 'punkt', 'sharp exactly'],
  ['and', '', 0, 'und', 'and'],
  ['or', '', 0, 'oder', 'or'],
  ['clause', '', 0, 'aber', 'but'],
  ['soon', 'sooner', 0, '', 'immediately'],
  ['weekday', '', 1, '', 'mondays'],
  ['weekday', '', 2, '', 'tue tues tuesdays'],
  ['weekday', '', 3, '', 'wed weds wednesdays'],
  ['weekday', '', 4, '', 'thu thur thurs thursdays'],
  ['weekday', '', 5, '', 'fri fridays'],
  ['weekday', '', 6, '', 'saturdays'],
  ['weekday', '', 7, '', 'sundays'],
  ['holiday', 'christmasEve', 0, '', 'xmas'],
  ['holiday', 'easter', 0, '', 'easter'],
]

/** The English words for the vocabulary, by word. */
export const englishEntries: ReadonlyArray<readonly [word: string, entries: Entry[]]> = [
  ...table.flatMap(([type, name, value, text, words]) =>
    words
      .split(' ')
      .map((word): [string, Entry[]] => [word, [{ type, name, value, ...(text === '' ? {} : { text }) }]]),
  ),
  [
    'tonight',
    [
      { type: 'relative', name: '', value: 0 },
      { type: 'part', name: 'evening', value: 0 },
    ],
  ],
  ...numbers.map((word, index): [string, Entry[]] => [
    word,
    [{ type: 'number', name: '', value: index + 1 }],
  ]),
  ...Object.entries(tens).map(([word, value]): [string, Entry[]] => [
    word,
    [{ type: 'number', name: '', value }],
  ]),
  ...ordinals.map((word, index): [string, Entry[]] => [
    word,
    [{ type: 'ordinal', name: '', value: index + 1 }],
  ]),
]

/** Words that no German sentence has: only with one of them a text is looked at for English order. */
const signals: ReadonlySet<string> = new Set([
  ...englishEntries.map(([word]) => word).filter((word) => !/^(?:about|half|wed|fri|sharp|xmas)$/.test(word)),
  ...'half past clock monday tuesday wednesday thursday friday saturday sunday tomorrow today yesterday pm week weeks possible fortnight birthday holiday holidays vacation to may a p january february march june july october december'.split(
    ' ',
  ),
])

/** Can this word (folded, as written) be English? */
export const isEnglish = (word: string): boolean => signals.has(word)

const lexeme = (type: LexType, name: string, value: number, text: string): Lexeme => ({
  type,
  name,
  value,
  text,
  glued: false,
  digits: 0,
})

const written = (l: Lexeme | undefined): string => l?.text ?? ''

/** Puts English into German order, in place: "quarter to", "day after tomorrow", "o'clock", "a.m.", "twenty first". */
export function germanOrder(lexemes: Lexeme[]): void {
  for (let i = 0; i < lexemes.length; i++) {
    const replaced = rewriteAt(lexemes, i)
    if (replaced) lexemes.splice(i, replaced.length, ...replaced.by)
  }
}

interface Rewrite {
  length: number
  by: Lexeme[]
}

function rewriteAt(lexemes: Lexeme[], i: number): Rewrite | null {
  const [first, second, third] = [lexemes[i]!, lexemes[i + 1], lexemes[i + 2]]
  if (first.text === 'o' && second?.text === 'clock')
    return { length: 2, by: [lexeme('clock', 'uhr', 0, 'uhr')] }
  const meridiem = meridiemAt(lexemes, i)
  if (meridiem) return meridiem
  // "the day after tomorrow"
  if (first.name === 'day' && second?.name === 'after' && third?.type === 'relative' && third.value === 1)
    return { length: 3, by: [lexeme('relative', '', 2, 'uebermorgen')] }
  // "the week after next"
  if (first.type === 'unit' && second?.name === 'after' && third?.type === 'which' && third.name === 'next')
    return { length: 3, by: [lexeme('which', 'afterNext', 2, 'uebernaechste'), germanWeek(first).by[0]!] }
  // "a week on Friday", "in a fortnight"
  if (first.text === 'a' && second?.text === 'fortnight')
    return { length: 2, by: [lexeme('number', '', 2, 'zwei'), lexeme('unit', 'week', 7, 'wochen')] }
  if (
    first.name === 'week' &&
    second?.text === 'am' &&
    third?.type === 'weekday' &&
    lexemes[i - 1]?.type === 'one'
  )
    return { length: 2, by: [germanWeek(first).by[0]!, lexeme('prep', 'vom', 0, 'vom')] }
  if (first.text === 'as' && second?.text === 'soon') {
    const length = written(lexemes[i + 3]) === 'possible' ? 4 : 2
    return { length, by: [lexeme('soon', 'sooner', 0, 'asap')] }
  }
  // "twenty-first", "thirty first"
  const at = second?.name === '-' ? i + 2 : i + 1
  const unit = lexemes[at]
  if (first.digits === 0 && first.type === 'number' && first.value >= 20 && unit && unit.digits === 0) {
    const sum = first.value + unit.value
    const joins = unit.value < 10 && unit.value > 0 && isEnglish(unit.text) && isEnglish(first.text)
    if (joins && (unit.type === 'ordinal' || unit.type === 'number'))
      return { length: at - i + 1, by: [lexeme(unit.type, '', sum, first.text)] }
  }
  return clockRewriteAt(lexemes, i) ?? wordRewriteAt(lexemes, i)
}

/** "9 a.m.", "2 p. m." */
function meridiemAt(lexemes: Lexeme[], i: number): Rewrite | null {
  const { text } = lexemes[i]!
  const spaced =
    (text === 'p' || text === 'a') && written(lexemes[i + 1]) === 'm' && lexemes[i - 1]?.type === 'number'
  if (spaced)
    return { length: 2, by: [text === 'p' ? lexeme('clock', 'pm', 0, 'pm') : lexeme('clock', 'am', 0, 'am')] }
  if ((text !== 'a' && text !== 'p') || lexemes[i + 1]?.name !== '.' || written(lexemes[i + 2]) !== 'm')
    return null
  const length = lexemes[i + 3]?.name === '.' ? 4 : 3
  return { length, by: [text === 'p' ? lexeme('clock', 'pm', 0, 'pm') : lexeme('clock', 'am', 0, 'am')] }
}

/** "half past two", "a quarter to three", "ten past eleven", "twenty to four", "half two". */
function clockRewriteAt(lexemes: Lexeme[], i: number): Rewrite | null {
  const start = lexemes[i]!.text === 'a' && lexemes[i + 1]?.name === 'quarter' ? i + 1 : i
  const amount = lexemes[start]!
  const half = amount.name === 'english'
  const isMinutes = amount.type === 'number' && amount.value >= 1 && amount.value <= 29
  if (!half && amount.name !== 'quarter' && !isMinutes) return null
  const joint = written(lexemes[start + 1])
  const hour = lexemes[start + 2]
  const isHour = hour?.type === 'number' && hour.value >= 1 && hour.value <= 12
  const fraction = half ? lexeme('fraction', 'quarter', 30, 'viertel') : { ...amount }
  if (isHour && joint === 'past')
    return { length: start + 2 - i, by: [fraction, lexeme('bound', 'after', 0, 'nach')] }
  const range = ['von', 'zwischen'].includes(written(lexemes[i - 1])) || (isMinutes && amount.value % 5 !== 0)
  if (isHour && joint === 'to' && !range && (!isMinutes || amount.value !== 15 || amount.digits === 0))
    return { length: start + 2 - i, by: [fraction, lexeme('bound', 'before', 0, 'vor')] }
  // "half two" is half past two to the British and half past one to Germans: the words of the former are used.
  const next = lexemes[start + 1]
  if (half && next?.type === 'number' && isEnglish(next.text))
    return {
      length: 1,
      by: [lexeme('fraction', 'quarter', 30, 'viertel'), lexeme('bound', 'after', 0, 'nach')],
    }
  return null
}

/** Small words that mean something in German, too, or other things in English. */
function wordRewriteAt(lexemes: Lexeme[], i: number): Rewrite | null {
  const [first, second] = [lexemes[i]!, lexemes[i + 1]]
  switch (first.text) {
    case 'to':
    case 'through':
      return { length: 1, by: [lexeme('bound', 'to', 0, 'bis')] }
    case 'not':
      return { length: 1, by: [lexeme('not', '', 0, 'nicht')] }
    case 'a':
    case 'an':
      return second?.type === 'unit' ? { length: 1, by: [lexeme('one', '', 1, 'eine')] } : null
    case 'may':
      return isDayNumber(second) ||
        (second?.type === 'article' && isDayNumber(lexemes[i + 2])) ||
        isDayNumber(lexemes[i - 1]) ||
        written(lexemes[i - 1]) === 'of' ||
        written(lexemes[i - 1]) === 'in'
        ? { length: 1, by: [lexeme('month', '', 5, 'mai')] }
        : null
    case 'earliest':
      return { length: 1, by: [lexeme('bound', 'from', 0, 'ab')] }
    case 'calendar':
      return written(second) === 'week' ? { length: 2, by: [lexeme('unit', 'calendarWeek', 0, 'kw')] } : null
    case 'week':
      return second && second.digits > 0
        ? { length: 1, by: [lexeme('unit', 'calendarWeek', 0, 'kw')] }
        : germanWeek(first)
    default:
      return null
  }
}

const isDayNumber = (l: Lexeme | undefined): boolean =>
  l !== undefined && (l.type === 'ordinal' || (l.type === 'number' && l.digits > 0)) && l.value <= 31

const germanWeek = (l: Lexeme): Rewrite => ({ length: 1, by: [{ ...l, text: 'woche' }] })
