/** People who serve: `value` is the full name; null with `match` is anyone. */
import { staffAt } from '../../services/catalogue.ts'
import { fullName } from '../../services/choices.ts'
import { matchStaff } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

/** The branch's team decides; who works only at another branch is named in `elsewhere`. */
export const understandStaff: Understanding = ({ text, branch, catalogue }): Answer => {
  const here = matchStaff(text, staffAt(catalogue, branch.id))
  if (here.kind === 'match') return { result: 'match', value: fullName(here.staff), options: [] }
  if (here.kind === 'anyone') return { result: 'match', value: null, options: [] }
  if (here.kind === 'ambiguous') return { result: 'ask', value: null, options: here.candidates.map(fullName) }
  for (const other of catalogue.branches) {
    const found = other.id === branch.id ? null : matchStaff(text, staffAt(catalogue, other.id))
    if (found?.kind === 'match')
      return { result: 'none', value: null, options: [fullName(found.staff)], elsewhere: other.name }
  }
  return { result: 'none', value: null, options: [] }
}
