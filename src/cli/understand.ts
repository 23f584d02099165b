/**
 * `npm run -s understand`: JSON lines in, JSON lines out, for trying out and for measuring what is understood. In:
 * `{"kind":"date|time|service|staff|name|email|phone","text":…,"ref":"2026-11-25T10:20:00","branch":"Mitte"}`; out:
 * `{"kind","result":"match|ask|none","value":…,"options":[…],"elsewhere":…}`. `ref` (local time, default: now) and `branch`
 * (name or id, default: the first) may be left out. Uses the demo salon's catalogue; `-- --company N` reads a real one.
 */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { clockTimeOf, localDayOf } from '../german/index.ts'
import { systemClock } from '../lib/clock.ts'
import { type Catalogue, type CatalogueBranch, Catalogues } from '../services/catalogue.ts'
import { matchService } from '../services/matching/index.ts'
import { runCli } from './run-cli.ts'
import { kinds } from './understand/kinds.ts'
import type { Answer } from './understand/types.ts'
import { withDatabase } from './with-database.ts'

const kindNames = Object.keys(kinds) as [keyof typeof kinds, ...Array<keyof typeof kinds>]
const lineSchema = z.object({
  kind: z.enum(kindNames),
  text: z.string(),
  ref: z.iso.datetime({ local: true }).optional(),
  branch: z.string().optional(),
})

/**
 * The answer to one line of input, as it is printed.
 * @throws SyntaxError or ZodError for a line that has not the form, RangeError for a branch or time there is not
 */
export function answerLine(line: string, catalogue: Catalogue): Answer & { kind: string } {
  const { kind, text, ref, branch: named } = lineSchema.parse(JSON.parse(line))
  const branch = branchCalled(named, catalogue)
  const now = systemClock.now()
  const here = ref ?? `${localDayOf(now, branch.timeZone)}T${clockTimeOf(now, branch.timeZone)}:00`
  return { kind, ...kinds[kind]({ text, ref: here, branch, catalogue }) }
}

function branchCalled(named: string | undefined, { branches }: Catalogue): CatalogueBranch {
  const exact = branches.find(({ id, name }) => named === undefined || named === id || named === name)
  if (exact) return exact
  const known = branches.map((branch, id) => ({
    id,
    name: branch.name,
    synonyms: branch.spokenNames,
    branch,
  }))
  const found = matchService(named!, known)
  if (found.kind !== 'match') throw new RangeError(`no branch „${named}“`)
  return found.service.branch
}

async function loadCatalogue(companyId: number): Promise<Catalogue> {
  return withDatabase('understand', ({ tenancy }, { calcom: { minimumNoticeMinutes } }) =>
    new Catalogues({ tenancy, clock: systemClock, minimumNoticeMinutes }).load(companyId),
  )
}

/** Loaded where it is wanted: the image leaves the demonstration behind. */
async function loadDemoCatalogue(): Promise<Catalogue> {
  const { demoCatalogue } = await import('./understand/demo-catalogue.ts')
  return demoCatalogue()
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { company: { type: 'string' } } })
  const catalogue =
    values.company === undefined ? await loadDemoCatalogue() : await loadCatalogue(Number(values.company))
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    try {
      console.log(JSON.stringify(answerLine(line, catalogue)))
    } catch (error) {
      const why = error instanceof RangeError ? error.message : `kinds: ${kindNames.join(', ')}`
      console.log(
        JSON.stringify({
          error: `expected {"kind": …, "text": …, "ref": "YYYY-MM-DDTHH:mm:ss", "branch": …}; ${why}`,
        }),
      )
    }
  }
}

if (process.argv[1] && import.meta.filename === process.argv[1]) await runCli(main)
