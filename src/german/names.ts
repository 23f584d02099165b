/**
 * Words of dates that are none: greetings, streets, and the names of callers. "Freitag", "August" and "Ostern" are surnames,
 * "April" and "June" first names; what is said after "hier ist", "ich heiße" or "Frau" is somebody's name, unless the words
 * go on like a date ("hier ist Weber, Freitag um drei").
 */
import type { Words } from './words.ts'

const squares = new Set(['strasse', 'platz', 'allee', 'park', 'ufer'])
const greetings = new Set(
  'guten gute schoenen schoene schonen schoenes gutn guden gude guete guade guada good'.split(' '),
)
/** Words of a calendar that are surnames or first names, too. */
const nameTypes = new Set(['weekday', 'month', 'holiday', 'part', 'relative'])
/** What cannot be a first name between "hier ist" and a surname. */
const noNames = new Set(
  (
    'ich wir sie er es man du ihr nur noch auch schon erst immer heute leider wieder alles was wann wie wo bitte gern gerne mal am an im in um zu ' +
    'hat haben habe hab haette haetten bin sind ist war waere wuerde wuerden moechte will wollte brauche braeuchte kann koennte koennten muss geht ginge passt klappt gibt ' +
    'kein keine nicht jetzt dann da dort hier frei voll zu geschlossen offen moeglich verfuegbar besser gut schlecht jemand niemand fuer wegen bei mit ohne von vom und oder aber ' +
    'krank unterwegs verhindert dabei zurueck weg den dem des ab bis nach vor gerade eigentlich einverstanden spaet frueh fertig neu neukunde kunde kundin stammkunde flexibel eher lieber meistens ja nein'
  ).split(' '),
)
/** Words after which a day that could be a name is a day after all. */
const goesOn = new Set(
  'passt geht ginge gehts klappt waere wuerde um ab gegen zwischen vormittag nachmittag morgen frueh abend mittag in'.split(
    ' ',
  ),
)
const namesMax = 2

/** What a number after them counts: no hour, no day. */
const numbered = new Set(
  'hausnummer zimmer zimmernummer wohnung etage stock kundennummer plz postleitzahl schuhgroesse kleidergroesse bestellnummer rechnungsnummer'.split(
    ' ',
  ),
)

/** How many lexemes are a greeting or a person's name: "guten Morgen", "Frau Freitag", "hier ist Peter Sonntag". */
export function namesAt(w: Words, i: number): number {
  const l = w.at(i)
  if (squares.has(l.text) && w.text(i + 1, 'des')) return addressAt(w, i)
  if (numbered.has(l.text) && (w.is(i + 1, 'number') || w.is(i + 1, 'one'))) return 2
  if (greetings.has(l.text)) return greetingAt(w, i)
  const before = nameBeforeAt(w, i)
  if (before > 0) return before
  const opened = introductionAt(w, i)
  return opened > i ? nameAt(w, opened, i) : 0
}

function greetingAt(w: Words, i: number): number {
  const next = w.at(i + 1)
  const isPart = next.type === 'part' && !next.text.endsWith('s')
  const isMorning = next.type === 'relative' && next.name === 'morgen'
  if (isPart || isMorning || next.name === 'day' || next.name === 'weekend') return 2
  // "und schönen Sonntag noch", "noch einen schönen Sonntag": good-bye, no wish for a day
  const isLast = w.is(i + 2, 'mark') && (w.text(i - 1, 'noch') || w.text(i - 2, 'noch'))
  const isFarewell = w.text(i + 2, 'noch') || isLast
  return next.type === 'weekday' && isFarewell ? 2 : 0
}

/** Where a name begins that is introduced at `i`; `i` itself if none is. */
function introductionAt(w: Words, i: number): number {
  const { type, text } = w.at(i)
  const next = w.at(i + 1).text
  if (type === 'title') return skipTitles(w, i)
  switch (text) {
    case 'hier':
      return next === 'ist' || next === 'spricht' || next === 'sind' || next === 'is'
        ? skipTitles(w, i + 2)
        : i
    case 'apparat':
      return skipTitles(w, next === 'ist' ? i + 2 : i + 1)
    case 'heisst':
    case 'hoaas':
    case 'hoass':
    case 'heiss':
    case 'nennt':
      return skipTitles(w, i + 1)
    case 'ich':
      // "ich bin der Peter Samstag"; without an article "ich bin Montag da" tells of a day.
      return next === 'bin' && w.is(i + 2, 'article') && !w.is(i + 3, 'weekday') ? skipTitles(w, i + 3) : i
    case 'namen':
    case 'nachnamen':
    case 'familiennamen':
      return skipTitles(w, i + 1)
    case 'called':
      return i + 1
    case 'is':
      return w.text(i - 1, 'name') || w.text(i - 1, 'diesen') ? i + 1 : i
    default:
      return i
  }
}

/** Past "ist", "lautet", ":", titles and articles to the name itself. */
function skipTitles(w: Words, i: number): number {
  let at = i
  for (let skipped = 0; skipped < 5; skipped++) {
    const l = w.at(at)
    const filler =
      l.type === 'title' ||
      (l.type === 'article' && at > i - 1) ||
      l.text === 'ist' ||
      l.text === 'lautet' ||
      l.text === 'spricht' ||
      l.text === 'is' ||
      (l.type === 'mark' && (l.name === ':' || l.name === '.')) ||
      l.text === 'prof' ||
      l.text === 'professor'
    if (!filler) break
    at++
  }
  return at
}

/** Lexemes from `i` to the end of the name that begins at `start`; 0 if no word of a date is in it. */
function nameAt(w: Words, start: number, i: number): number {
  let at = start
  while (at < start + namesMax && w.is(at, 'word') && !noNames.has(w.at(at).text)) at++
  let last = at
  // "April Morgen": both names
  while (last < at + 2 && nameTypes.has(w.at(last).type) && !w.is(last, 'relative') === true) last++
  if (last === at && w.is(at, 'relative', 'morgen')) last++
  else if (last > at && w.is(last, 'relative', 'morgen')) last++
  if (last === at) return 0
  const next = w.at(last)
  const isDate =
    next.type === 'number' ||
    next.type === 'ordinal' ||
    next.type === 'part' ||
    next.type === 'clock' ||
    (next.type === 'prep' && (next.name === 'um' || next.name === 'in') && next.text !== 'im') ||
    goesOn.has(next.text)
  // "hier ist Freitag um drei …" is nobody's name, "Frau Freitag um drei" is.
  if (isDate && !w.is(start - 1, 'title')) return 0
  return repeatedAt(w, at, last) - i
}

/** "Sonntag, Peter Sonntag": the name said once more in full. */
function repeatedAt(w: Words, name: number, last: number): number {
  let at = w.mark(last, ',') ? last + 1 : last
  while (at < last + 3 && w.is(at, 'word') && !noNames.has(w.at(at).text)) at++
  const same = at > last && w.at(at).type === w.at(name).type && w.at(at).text === w.at(name).text
  return same && !w.is(at + 1, 'prep') ? at + 1 : last
}

/** "Sonntag mein Name", "Montag ist mein Name", "Freitag heiße ich", "Sommer am Apparat". */
function nameBeforeAt(w: Words, i: number): number {
  if (!nameTypes.has(w.at(i).type)) return 0
  const at = w.text(i + 1, 'ist') || w.mark(i + 1, ',') ? i + 2 : i + 1
  if (w.text(at, 'mein') && /^(?:nach|familien|vor)?name$/.test(w.at(at + 1).text)) return at + 2 - i
  if (w.text(at, 'heisse') && w.text(at + 1, 'ich')) return at + 2 - i
  // "Montag, wie der Wochentag", "Sommer, wie die Jahreszeit"
  const kind = w.is(at + 1, 'article') ? at + 2 : at + 1
  if (w.text(at, 'wie') && /^(?:wochentag|tag|monat|jahreszeit|feiertag)$/.test(w.at(kind).text))
    return kind + 1 - i
  return w.text(at, 'am') && w.text(at + 1, 'apparat') ? at + 2 - i : 0
}

/** "Straße des 17. Juni 135": an address, with its house number. */
function addressAt(w: Words, i: number): number {
  const month = w.mark(i + 3, '.') ? i + 4 : i + 3
  if (!w.is(month, 'month')) return 0
  return (w.is(month + 1, 'number') && !w.is(month + 2, 'clock') ? month + 2 : month + 1) - i
}
