/** Holds answers against what the functions declare: every test that hears an answer of a function goes through here. */
import { z } from 'zod'
import { allFunctions } from '../../src/functions/all.ts'
import { answers } from '../../src/functions/answers/contract.ts'
import { unspeakableIn } from './speakable.ts'

const registry = allFunctions()
const anyAnswer = answers({})

/** Gives the answer back. @throws Error naming the function, and what is missing in its answer or cannot be spoken */
export function heldToContract<Answer>(name: string, answer: Answer): Answer {
  const output = registry.get(name)?.output ?? anyAnswer
  const held = output.safeParse(answer)
  if (!held.success)
    throw new Error(`${name} breaks its contract: ${z.prettifyError(held.error)}\n${JSON.stringify(answer)}`)
  const { message } = held.data as { message: string }
  const problems = unspeakableIn(message)
  if (problems.length > 0) throw new Error(`${name} cannot be spoken: ${problems.join('; ')}\n${message}`)
  return answer
}
