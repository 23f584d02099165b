/** Callers' names, mail addresses and telephone numbers; one that is said and not understood is asked for. */
import { readPhone } from '../../lib/phone.ts'
import { digitsOf } from '../../lib/spoken-digits.ts'
import { readEmail, readPersonName } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

const match = (value: string): Answer => ({ result: 'match', value, options: [] })
const without = (result: 'ask' | 'none'): Answer => ({ result, value: null, options: [] })

/** The cleaned name. What cannot be a person's name is none. */
export const understandName: Understanding = ({ text, catalogue }) => {
  const { name, agentName } = catalogue.company
  const services = catalogue.services.map((service) => service.name)
  const read = readPersonName(text, [name, ...(agentName === null ? [] : [agentName]), ...services])
  return read === null ? without('none') : match(read)
}

const looksLikeAddress = /@|\b(?:at|aet|klammeraffe|punkt|dot|gmx|gmail|web)\b|ät\b|\.\p{L}{2,}$/iu

/** The address; `none` where none was given or nothing like one was said, `ask` for one that is unclear or made up. */
export const understandEmail: Understanding = ({ text }) => {
  const read = readEmail(text)
  if (read.email !== null) return match(read.email)
  return without(read.reason === 'absent' || !looksLikeAddress.test(text) ? 'none' : 'ask')
}

/** The number in E.164; `ask` where digits were said that make no number, `none` where no number was said. */
export const understandPhone: Understanding = ({ text }) => {
  const read = readPhone(text)
  if (read.phone !== null) return match(read.phone)
  const digits = text
    .split(/[^\p{L}\d]+/u)
    .map((word) => (/^\d+$/.test(word) ? word : (digitsOf(word) ?? '')))
  const isNumber = digits.join('').length > 1 || /\b(?:plus|nummer|one|two|zero)\b/i.test(text)
  return without(read.reason === 'absent' || read.reason === 'same' || !isNumber ? 'none' : 'ask')
}
