/** Callers' names, mail addresses and telephone numbers; one that is said and not understood is asked for. */
import { normalisePhone } from '../../lib/phone.ts'
import { readEmail, readPersonName } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

const match = (value: string): Answer => ({ result: 'match', value, options: [] })
const without = (result: 'ask' | 'none'): Answer => ({ result, value: null, options: [] })

/** The cleaned name. What cannot be a person's name is none. */
export const understandName: Understanding = ({ text, catalogue }) => {
  const { name, agentName } = catalogue.company
  const read = readPersonName(text, [name, ...(agentName === null ? [] : [agentName])])
  return read === null ? without('none') : match(read)
}

/** The address; `none` where none was given, `ask` for one that is unclear or made up. */
export const understandEmail: Understanding = ({ text }) => {
  const read = readEmail(text)
  if (read.email !== null) return match(read.email)
  return without(read.reason === 'absent' ? 'none' : 'ask')
}

/** The number in E.164; `ask` where digits were said that make no number. */
export const understandPhone: Understanding = ({ text }) => {
  const number = normalisePhone(text)
  if (number !== null) return match(number)
  return without(text.trim() === '' ? 'none' : 'ask')
}
