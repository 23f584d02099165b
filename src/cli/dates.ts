/**
 * `npm run -s dates`: JSON lines `{"text","ref"}` on stdin (ref = local time in Europe/Berlin, no zone), one JSON
 * line each on stdout with what was understood. For scoring and for trying out.
 */
import { createInterface } from 'node:readline'
import { instantOf, type Understood, understand } from '../german/index.ts'

const zone = 'Europe/Berlin'

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
}

/** One answer line: `date` is the (first) day, `time` a point, `from`/`to` the window of a part of day or span. */
export function lineOf(text: string, ref: string): Line {
  const now = instantOf(ref.slice(0, 10), ref.slice(11, 16), zone)
  if (now === null) throw new RangeError('ref is no local time in Europe/Berlin')
  const { day, time, alternatives, trouble } = understand(text, { now, zone })
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
