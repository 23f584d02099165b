/** How long something should take, as callers say it: "anderthalb Stunden", "90 Minuten", "eine Dreiviertelstunde". Pure. */
import { lexemesOf } from './lexer.ts'
import { amountAt } from './offset-rules.ts'
import { Words } from './words.ts'

/** Before an amount they make it a moment or a distance: "in einer Stunde", "vor einer halben Stunde", "um 90 Minuten verschieben". */
const distant = new Set(['in', 'vor', 'um', 'seit', 'nach', 'ab'])
const minutesMax = 24 * 60

/** Minutes; null where none are named, or two different lengths. */
export function readLength(spoken: string): number | null {
  const w = new Words(
    lexemesOf(
      spoken
        .replace(/[-‐‑]/g, ' ')
        .replace(/minütig\w*/gi, ' Minuten')
        .replace(/\bdrei ?viertel stunden?\b/gi, 'eine Dreiviertelstunde'),
    ),
  )
  const found = new Set<number>()
  for (let i = 0; i < w.length; i += 1) {
    const amount = amountAt(w, i)
    if (!amount || amount.minutes === 0 || amount.days + amount.months > 0) continue
    const before = w.at(i - 1)
    if (i === 0 || !(distant.has(before.text) || distant.has(before.name))) found.add(amount.minutes)
    i = amount.next - 1
  }
  const [minutes, ...others] = found
  return minutes === undefined || others.length > 0 || minutes > minutesMax ? null : minutes
}

/** The same where nothing but a length is expected: "90" means minutes. */
export function readLengthAlone(spoken: string): number | null {
  const number = /^\s*(\d{1,4})\s*$/.exec(spoken)?.[1]
  if (number === undefined) return readLength(spoken)
  const minutes = Number(number)
  return minutes > 0 && minutes <= minutesMax ? minutes : null
}
