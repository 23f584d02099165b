/** People who serve: `value` is the full name, null where anyone will do: that is understood, and leaves nothing to ask. */
import { staffAt } from '../../services/catalogue.ts'
import { fullName } from '../../services/choices.ts'
import { isAbsent, matchStaff } from '../../services/matching/index.ts'
import type { Answer, Understanding } from './types.ts'

/** The branch's team decides; who works only at another branch is named in `elsewhere`. */
export const understandStaff: Understanding = ({ text, branch, catalogue }): Answer => {
  if (isAbsent(text)) return { result: 'none', value: null, options: [] }
  const here = matchStaff(text, staffAt(catalogue, branch.id))
  if (here.kind === 'match') return { result: 'match', value: fullName(here.staff), options: [] }
  if (here.kind === 'anyone') return { result: 'match', value: null, options: [] }
  if (here.kind === 'ambiguous') return { result: 'ask', value: null, options: here.candidates.map(fullName) }
  for (const other of catalogue.branches) {
    const found = other.id === branch.id ? null : matchStaff(text, staffAt(catalogue, other.id))
    const people =
      found?.kind === 'match' ? [found.staff] : found?.kind === 'ambiguous' ? found.candidates : []
    if (people.length === 1)
      return { result: 'none', value: null, options: people.map(fullName), elsewhere: other.name }
  }
  return { result: 'none', value: null, options: [] }
}
