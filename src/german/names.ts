/** Words of dates that are none: greetings, surnames after a title, streets. Without a title a surname is not known. */
import type { Words } from './words.ts'

const squares = new Set(['strasse', 'platz', 'allee', 'park', 'ufer'])
const greetings = new Set(['guten', 'gute', 'schoenen', 'schoene', 'schonen', 'schoenes'])

/** How many lexemes are a greeting or a person's name: "guten Morgen", "Frau Freitag", "mein Name ist August". */
export function namesAt(w: Words, i: number): number {
  const l = w.at(i)
  // "hier ist Freitag": a caller who gives a surname
  const introduced = l.text === 'hier' && (w.text(i + 1, 'ist') || w.text(i + 1, 'spricht'))
  if (l.type === 'title' || introduced) {
    let at = i + 1
    if (w.mark(at, '.')) at++
    if (w.text(at, 'ist') || w.text(at, 'spricht')) at++
    while (w.is(at, 'title')) at++
    const { type } = w.at(at)
    return type === 'weekday' || type === 'month' || type === 'holiday' || type === 'part' ? at + 1 - i : 0
  }
  if (squares.has(l.text) && w.text(i + 1, 'des')) return addressAt(w, i)
  if (!greetings.has(l.text)) return 0
  const next = w.at(i + 1)
  const isPart = next.type === 'part' && !next.text.endsWith('s')
  return isPart || next.text === 'morgen' || next.name === 'day' || next.name === 'weekend' ? 2 : 0
}

/** "Straße des 17. Juni 135": an address, with its house number. */
function addressAt(w: Words, i: number): number {
  const month = w.mark(i + 3, '.') ? i + 4 : i + 3
  if (!w.is(month, 'month')) return 0
  return (w.is(month + 1, 'number') && !w.is(month + 2, 'clock') ? month + 2 : month + 1) - i
}
