/**
 * The transcript that Retell sends along with a function call: one line per turn, "Agent: …" or "User: …"
 * (the call object's `transcript`). Pure.
 */

/** How often the caller has spoken so far; null without a transcript, which tells nothing. */
export function userTurns(transcript: string | null | undefined): number | null {
  if (!transcript) return null
  return transcript.match(/^user:/gim)?.length ?? 0
}
