/** A reader over lexemes that never runs off the end; rules look ahead a bounded number of lexemes. */

import type { Item } from './items.ts'
import { end } from './lexer.ts'
import type { Lexeme, LexType } from './types.ts'

export class Words {
  readonly #lexemes: readonly Lexeme[]

  constructor(lexemes: readonly Lexeme[]) {
    this.#lexemes = lexemes
  }

  get length(): number {
    return this.#lexemes.length
  }

  at(i: number): Lexeme {
    return this.#lexemes[i] ?? end
  }

  /** Is the lexeme at `i` of this type and, if given, this name? */
  is(i: number, type: LexType, name?: string): boolean {
    const lexeme = this.at(i)
    return lexeme.type === type && (name === undefined || lexeme.name === name)
  }

  mark(i: number, name: string): boolean {
    return this.is(i, 'mark', name)
  }

  text(i: number, text: string): boolean {
    return this.at(i).text === text
  }

  /** The first index from `i` on whose lexeme is none of these (at most four are skipped). */
  skip(i: number, ...types: LexType[]): number {
    let at = i
    while (at < i + 4 && types.includes(this.at(at).type)) at++
    return at
  }
}

/** Where a rule stands: what was recognised before may decide between two readings. */
export interface Context {
  /** a date in figures or with its month was read already: "20.09. 22.10" goes on with a time */
  dated: boolean
  /** a day ends right before: "morgen 1700", "Montag 15-17" */
  afterDay: boolean
  /** the kind of the latest piece, if a correction stands right before: "um drei, nee vier" */
  corrected: 'clock' | 'date' | 'offset' | null
  /** the latest piece read: what "drauf" and "den nächsten" point back to */
  latest: Item | null
  /** the text consists of a time and nothing else is expected: "drei" is an hour */
  timeOnly: boolean
  /** decides whether "April 15" can be a year */
  thisYear: number
}

/** What a rule made of the lexemes from its start up to `next`. */
export interface Match<T> {
  item: T
  next: number
}
