/**
 * The transcript that Retell sends along with a function call: one line per turn, "Agent: …" or "User: …"
 * (the call object's `transcript`). Pure.
 */

/** How often the caller has spoken so far; null without a transcript, which tells nothing. */
export function userTurns(transcript: string | null | undefined): number | null {
  if (!transcript) return null
  return transcript.match(/^user:/gim)?.length ?? 0
}

/**
 * What the caller said from their turn number `from` on (the first is 0), a line per turn; without `from` what they said last, before
 * or without a word of the agent after it. Null without a transcript or when nothing was said.
 */
export function userWords(transcript: string | null | undefined, from?: number): string | null {
  if (!transcript) return null
  const turns = transcript.split(/^(?=(?:user|agent):)/gim)
  const users = turns.flatMap((turn, at) =>
    /^user:/i.test(turn) ? [{ at, words: turn.slice(5).trim() }] : [],
  )
  if (from !== undefined) return joined(users.slice(from))
  const last = users.at(-1)
  const block = users.filter(({ at }, nth) => last !== undefined && last.at - at === users.length - 1 - nth)
  return joined(block)
}

function joined(users: ReadonlyArray<{ words: string }>): string | null {
  const text = users.map(({ words }) => words).join('\n')
  return text.trim() === '' ? null : text
}
