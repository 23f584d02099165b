/**
 * Leaves out of a function call's body what no function reads and what is nine tenths of it: the transcript as objects, with
 * the times of every word, twice (Retell's call object). Reading it would cost as much as the rest of an answer.
 */

const unreadKeys = ['"transcript_object":[', '"transcript_with_tool_calls":['].map((key) => Buffer.from(key))

const quote = 34
const backslash = 92
/** What a byte means between texts: nothing to us, or one of these. */
const textBegins = 1
const listBegins = 2
const listEnds = 3
const meanings = new Uint8Array(256)
meanings[quote] = textBegins
meanings['['.charCodeAt(0)] = listBegins
meanings[']'.charCodeAt(0)] = listEnds

/**
 * The JSON text with those two lists empty. Their keys are not found inside a text, where quotes are escaped. What is no JSON
 * stays none, but for mistakes inside the lists: those nobody would have read.
 */
export function withoutWordTimes(json: Buffer): Buffer {
  const kept: Buffer[] = []
  let rest = json
  for (const key of unreadKeys) {
    const found = rest.indexOf(key)
    if (found < 0) continue
    const from = found + key.length
    const end = endOfList(rest, from)
    if (end < 0) break
    kept.push(rest.subarray(0, from))
    rest = rest.subarray(end)
  }
  return kept.length === 0 ? json : Buffer.concat([...kept, rest])
}

/** The index of the bracket that closes the list whose first item begins at `from`; -1 when none does. */
function endOfList(json: Uint8Array, from: number): number {
  const { length } = json
  let depth = 1
  for (let at = from; at < length; at += 1) {
    const meaning = meanings[json[at]!]
    if (meaning === 0) continue
    if (meaning === textBegins) {
      at += 1
      while (at < length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
    } else if (meaning === listBegins) depth += 1
    else {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return -1
}
