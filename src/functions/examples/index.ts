/** Examples of every function, for documents. */
import { appointments } from './appointments.ts'
import { reading } from './reading.ts'
import { writing } from './writing.ts'

/** What an agent sends, and what it hears. */
export interface Example {
  args: Record<string, unknown>
  answer: Record<string, unknown>
}

/** The example of a function. @throws Error for one that has none */
export function exampleOf(name: string): Example {
  const example = reading[name] ?? writing[name] ?? appointments[name]
  if (!example) throw new Error(`Function ${name} has no example`)
  return example
}
