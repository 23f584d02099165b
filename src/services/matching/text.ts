/**
 * Brings spoken and written German to one comparable form.
 * Pure. What is lost on purpose: case, umlauts (ä, ae and a become one), ß, accents, punctuation. Two different words
 * that fold to the same letters cannot be told apart here; inside one company's list of names that has no cost.
 */

/** Longer than any service, name or address a caller can say; the rest of a transcript pasted into a field is cut. */
const charactersMax = 300

/** Lower-case words of a–z and 0–9 with single blanks between: "Öl-Wechsel, große" → "ol wechsel grosse". */
export function fold(text: string): string {
  return text
    .slice(0, charactersMax)
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replaceAll('ı', 'i')
    .replace(/[^a-z0-9]+/g, ' ')
    .replace(/ae|oe|(?<![aeq])ue/g, (pair) => pair.charAt(0))
    .trim()
}

/** The folded words; letters spelled one by one become one word: "P. Z. R. bitte" → ["pzr", "bitte"]. */
export function foldedWords(text: string): string[] {
  const words: string[] = []
  let spelling = false
  for (const word of fold(text).split(' ')) {
    if (word === '') continue
    const isLetter = word.length === 1 && /[a-z]/.test(word)
    if (isLetter && spelling) words[words.length - 1] += word
    else words.push(word)
    spelling = isLetter
  }
  return words
}

/** True for `{{placeholder}}`, "None", "null", "" and other values a model writes when it has nothing to say. */
export function isAbsent(text: string): boolean {
  const bare = text.trim().toLowerCase()
  return (
    /^(?:|none|null|undefined|nil|n\/a|na|nan|-+|\.+|\?+|string|leer)$/.test(bare) || /\{\{|\}\}/.test(bare)
  )
}
