/** What a line of `npm run -s understand` asks and answers. Types only. */
import type { Catalogue, CatalogueBranch } from '../../services/catalogue.ts'

/** One line in: what kind of words they are, the words, and where and when they were said. */
export interface Asked {
  text: string
  /** local time in the branch's zone, "YYYY-MM-DDTHH:mm:ss", no offset */
  ref: string
  branch: CatalogueBranch
  catalogue: Catalogue
}

/**
 * One line out. `match`: understood; `ask`: said, but the caller has to be asked (`options`: the readings to choose from);
 * `none`: nothing of this kind was said, or nobody and nothing is called so.
 */
export interface Answer {
  result: 'match' | 'ask' | 'none'
  value: unknown
  options: unknown[]
  /** the other branch that has it */
  elsewhere?: string
}

/** How one kind of words is understood. */
export type Understanding = (asked: Asked) => Answer
