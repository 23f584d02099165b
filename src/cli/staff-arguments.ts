/** What an operator typed after `npm run staff --`, read into what is to be done. Pure. */
import { parseArgs } from 'node:util'
import { plain } from '../services/mail/render.ts'
import { UsageError } from './run-cli.ts'

export type StaffCommand =
  | {
      verb: 'away'
      name: string
      companyId: number
      from: string
      to: string
      times: { from: string; to: string } | null
      note: string | null
      approve: string[] | 'all' | null
    }
  | { verb: 'back'; name: string; companyId: number; from: string | null }

const usage = `npm run staff -- away NAME --company N --from YYYY-MM-DD --to YYYY-MM-DD [--between HH:mm-HH:mm] [--note "…"] [--approve ID,ID…|all|none]
npm run staff -- back NAME --company N [--from YYYY-MM-DD]`
const noteMax = 500

/** In: the words after the script's name. @throws UsageError, or parseArgs's own error, with a sentence for the operator */
export function readStaffCommand(argv: string[]): StaffCommand {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { company: text, from: text, to: text, between: text, note: text, approve: text },
  })
  const [verb, ...names] = positionals
  if (verb !== 'away' && verb !== 'back')
    throw new UsageError(
      verb === undefined ? usage : `"${plain(verb, 40)}" is neither away nor back.\n${usage}`,
    )
  const name = names.join(' ').trim()
  if (name === '') throw new UsageError(`Who? ${verb} needs a name.\n${usage}`)
  const companyId = Number(values.company)
  if (!/^\d{1,9}$/.test(values.company ?? '') || companyId < 1)
    throw new UsageError('--company is the number of a company')
  if (verb === 'back') {
    for (const option of ['to', 'between', 'note', 'approve'] as const)
      if (values[option] !== undefined) throw new UsageError(`--${option} belongs to away.\n${usage}`)
    return { verb, name, companyId, from: values.from === undefined ? null : readDay('from', values.from) }
  }
  const from = readDay('from', values.from)
  const to = readDay('to', values.to)
  if (to < from) throw new UsageError('--to lies before --from')
  if (values.note !== undefined && [...values.note].length > noteMax)
    throw new UsageError(`--note has at most ${noteMax} characters`)
  return {
    verb,
    name,
    companyId,
    from,
    to,
    times: readTimes(values.between),
    note: values.note?.trim() || null,
    approve: readApproval(values.approve),
  }
}

function readDay(option: string, text: string | undefined): string {
  if (text === undefined) throw new UsageError(`--${option} is missing.\n${usage}`)
  const day = new Date(`${text}T00:00:00Z`)
  const isReal = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime())
  if (!isReal || day.toISOString().slice(0, 10) !== text)
    throw new UsageError(`--${option} is a day like 2026-12-01, not "${plain(text, 40)}"`)
  return text
}

function readTimes(text: string | undefined): { from: string; to: string } | null {
  if (text === undefined) return null
  const [from = '', to = ''] = text.split(/[-–]/).map((part) => part.trim())
  const isTime = (time: string) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time)
  if (!isTime(from) || !(isTime(to) || to === '24:00') || from >= to)
    throw new UsageError('--between is a span like 09:00-12:30')
  return { from, to }
}

function readApproval(text: string | undefined): string[] | 'all' | null {
  if (text === undefined) return null
  if (text === 'all') return 'all'
  if (text === 'none') return []
  const ids = text.split(',').map((id) => id.trim())
  const wrong = ids.find((id) => !/^\d+(?::person:\d+|:time:\d{4}-\d\d-\d\dT\d\d:\d\d)?$/.test(id))
  if (wrong !== undefined) throw new UsageError(`"${plain(wrong, 40)}" is no ID of the list, nor all or none`)
  return ids
}
