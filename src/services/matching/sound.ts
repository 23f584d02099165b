/**
 * How alike two words sound or look, for words that speech-to-text wrote down wrong.
 * Pure; all functions take folded words (`fold`). They compare single words or joined ones, never whole sentences.
 */

/** Kölner Phonetik (H. J. Postel, 1969): digits for German consonants; "Meier" and "Mayr" share a code. */
export function cologneCode(word: string): string {
  let code = ''
  let last = ''
  for (let i = 0; i < word.length; i++) {
    const digits = cologneDigits(word[i]!, word[i - 1] ?? '', word[i + 1] ?? '', i === 0)
    for (const digit of digits) {
      if (digit !== last && !(digit === '0' && code !== '')) code += digit
      last = digit
    }
  }
  return code
}

function cologneDigits(letter: string, before: string, after: string, isFirst: boolean): string {
  switch (letter) {
    case 'h':
      return ''
    case 'b':
      return '1'
    case 'p':
      return after === 'h' ? '3' : '1'
    case 'd':
    case 't':
      return /[csz]/.test(after) ? '8' : '2'
    case 'f':
    case 'v':
    case 'w':
      return '3'
    case 'g':
    case 'k':
    case 'q':
      return '4'
    case 'x':
      return /[ckq]/.test(before) ? '8' : '48'
    case 'l':
      return '5'
    case 'm':
    case 'n':
      return '6'
    case 'r':
      return '7'
    case 's':
    case 'z':
      return '8'
    case 'c':
      if (/[sz]/.test(before)) return '8'
      return (isFirst ? /[ahkloqrux]/ : /[ahkoqux]/).test(after) ? '4' : '8'
    default:
      return /[aeiouyj]/.test(letter) ? '0' : ''
  }
}

/** Spelling by ear: words with one key are pronounced alike ("Fühlung"/"Füllung", "Klara"/"Clara", "Balajasch"). */
export function soundKey(word: string): string {
  return word
    .replace(/age$/, 'asch')
    .replace(/igh|a[iyj]|e[iyj]/g, '1')
    .replace(/oeu|eu|au(?=u)|aeu/g, '2')
    .replace(/chs|x|cks|ks|gs/g, 'ks')
    .replace(/sch/g, '3')
    .replace(/ph|v/g, 'f')
    .replace(/th|dt/g, 't')
    .replace(/tz|z|c(?=[eiy])/g, 'ts')
    .replace(/ck|q|c(?!h)/g, 'k')
    .replace(/ch(?=[rl])/g, 'k')
    .replace(/[yj]/g, 'i')
    .replace(/ie/g, 'i')
    .replace(/(?<=[aeiou12])h/g, '')
    .replace(/d$/, 't')
    .replace(/b$/, 'p')
    .replace(/(.)\1+/g, '$1')
}

const rows = [new Uint16Array(128), new Uint16Array(128), new Uint16Array(128)] as const

/** Edits (insert, delete, replace, swap of neighbours) from a to b; `limit + 1` as soon as it must exceed `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > limit || a.length > 120 || b.length > 120) return limit + 1
  let [previous, current, older]: Uint16Array[] = [rows[0], rows[1], rows[2]]
  for (let j = 0; j <= b.length; j++) previous![j] = j
  for (let i = 1; i <= a.length; i++) {
    current![0] = i
    let best = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let cost = Math.min(previous![j]! + 1, current![j - 1]! + 1, previous![j - 1]! + (same ? 0 : 1))
      const swapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) cost = Math.min(cost, older![j - 2]! + 1)
      current![j] = cost
      if (cost < best) best = cost
    }
    if (best > limit) return limit + 1
    ;[older, previous, current] = [previous, current, older]
  }
  return previous![b.length]!
}

/** 0…1; 1 is identical. Gives 0 below `atLeast`, which lets it stop early. */
export function similarity(a: string, b: string, atLeast: number): number {
  const longest = Math.max(a.length, b.length)
  const limit = Math.floor((1 - atLeast) * longest + 1e-9)
  const distance = editDistance(a, b, limit)
  return distance > limit ? 0 : 1 - distance / longest
}

export interface Sounded {
  word: string
  key: string
  code: string
}

export function sounded(word: string): Sounded {
  return { word, key: soundKey(word), code: cologneCode(word) }
}

/**
 * How far `heard` is from a known word: 0 the same to the ear, 1…n edits, null when it is another word.
 * Short words must sound the same: one letter makes another word of them ("Bart", "Bad").
 */
export function mishearing(heard: Sounded, known: Sounded): number | null {
  const length = Math.max(heard.word.length, known.word.length)
  if (Math.min(heard.word.length, known.word.length) < 3) return heard.key === known.key ? 0 : null
  if (heard.key === known.key) return 0
  const sameCode = heard.code === known.code && heard.code.length >= 3
  const limit = sameCode ? Math.floor(length * 0.4) : length >= 8 ? 2 : length >= 5 ? 1 : 0
  if (limit === 0) return null
  const distance = editDistance(heard.word, known.word, limit)
  return distance > limit ? null : distance
}
