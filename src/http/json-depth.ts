/** How deep a JSON text nests, told without reading it: a parser takes seconds for megabytes of brackets. */

const [quote, backslash] = ['"', '\\'].map((sign) => sign.charCodeAt(0)) as [number, number]
/** What a byte does to the depth between texts. */
const steps = new Int8Array(256)
for (const sign of '[{') steps[sign.charCodeAt(0)] = 1
for (const sign of ']}') steps[sign.charCodeAt(0)] = -1

/** Whether lists and objects of a JSON text nest deeper than `max`. Brackets inside of texts do not count. */
export function nestsDeeperThan(max: number, json: Buffer): boolean {
  const { length } = json
  let depth = 0
  for (let at = 0; at < length; at += 1) {
    const byte = json[at]!
    if (byte === quote) {
      at += 1
      while (at < length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
    } else {
      depth += steps[byte]!
      if (depth > max) return true
    }
  }
  return false
}
