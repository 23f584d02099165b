/**
 * `npm run -s dates`: JSON lines `{"text","ref"}` on stdin (ref = local time in Europe/Berlin, no zone), one JSON
 * line each on stdout with what was understood. For scoring and for trying out.
 */
import { createInterface } from 'node:readline'
import {
  instantOf,
  type UnderstandOptions,
  type Understood,
  understand,
  understandWish,
} from '../german/index.ts'

const defaultZone = 'Europe/Berlin'

interface Line {
  date: string | null
  dateTo: string | null
  time: string | null
  from: string | null
  to: string | null
  part: string | null
  reading: { day: string | null; time: string | null }
  alternatives: Understood['alternatives']
  trouble: Understood['trouble']
  ambiguous: Understood['ambiguous']
  unresolved: Understood['unresolved']
  every: Understood['every']
  not: Understood['not']
}

/** One answer line: `date` is the (first) day, `time` a point, `from`/`to` the window of a part of day or span. */
export function lineOf(text: string, ref: string, zone = defaultZone): Line {
  return fieldsOf(understand(text, momentOf(ref, zone)))
}

/** The same for a text that is the time argument of a function, where "drei" is an hour. */
export function readTimeArgument(text: string, ref: string, zone = defaultZone): Line {
  return fieldsOf(understandWish({ time: text }, momentOf(ref, zone)))
}

function momentOf(ref: string, zone: string): UnderstandOptions {
  const now = instantOf(ref.slice(0, 10), ref.slice(11, 16), zone)
  if (now === null) throw new RangeError(`ref is no local time in ${zone}`)
  return { now, zone }
}

function fieldsOf({ day, time, alternatives, trouble, ambiguous, unresolved, every, not }: Understood): Line {
  return {
    date: day?.from ?? null,
    dateTo: day?.to ?? null,
    time: time?.at ?? null,
    from: time?.from ?? null,
    to: time?.to ?? null,
    part: time?.part ?? null,
    reading: { day: day?.reading ?? null, time: time?.reading ?? null },
    alternatives,
    trouble,
    ambiguous,
    unresolved,
    every,
    not,
  }
}

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    try {
      const { text, ref } = JSON.parse(line) as { text: string; ref: string }
      console.log(JSON.stringify(lineOf(text, ref)))
    } catch {
      console.log(JSON.stringify({ error: 'expected {"text": …, "ref": "YYYY-MM-DDTHH:mm:ss"}' }))
    }
  }
}

if (process.argv[1] && import.meta.filename === process.argv[1]) await main()
