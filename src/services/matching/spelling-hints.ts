/**
 * How a name is written, as callers say it: "mit dt", "ohne h", "Doppel-m", "mit Umlaut".
 * Pure. What cannot be told apart ("Timerman mit Doppel-m": which m?) is null, so that the caller is asked.
 */
import { isCommonFirstName } from './first-names.ts'

const bareVowels: Record<string, string> = { ä: 'a', ö: 'o', ü: 'u' }

/** Letters that sound alike, so that "mit dt" says which of them is written. Longer ones are looked for first. */
const alike: readonly (readonly string[])[] = [
  ['dt', 'tt', 'th', 't', 'd'],
  ['ei', 'ai', 'ey', 'ay'],
  ['ff', 'ph', 'f', 'v'],
  ['ck', 'k', 'c'],
  ['ss', 'ß', 's'],
  ['tz', 'z'],
  ['ü', 'ue'],
  ['ö', 'oe'],
  ['ä', 'ae', 'e'],
  ['i', 'ie', 'y'],
  ['b', 'p'],
  ['g', 'k'],
  ['j', 'y'],
]

const spokenLetters: Record<string, string> = {
  ypsilon: 'y',
  eszett: 'ß',
  sz: 'ß',
  'scharfem s': 'ß',
  'scharfes s': 'ß',
  'weichem d': 'd',
  'hartem t': 't',
  'weichem b': 'b',
  'hartem p': 'p',
  vau: 'v',
  zett: 'z',
  ha: 'h',
}

/**
 * Applies how a name is written to the name: "Schmitt mit dt" → "Schmidt", "Walther ohne h" → "Walter", "Hofmann mit Doppel-f" →
 * "Hoffmann". Text without such words comes back as it is; null if it is not clear where the letters belong.
 */
export function applySpellingHints(text: string): string | null {
  const [first = '', ...more] = text.split(
    /\s+und\s+(?=(?:(?:mit|ohne)\s+)?(?:doppel|zwei|einem|nur einem|\p{L}(?:\s|$)))/iu,
  )
  if (more.length > 0 && /\s(?:mit|ohne)\s/iu.test(first))
    return more.reduce<string | null>(
      (name, next) =>
        name === null
          ? null
          : applySpellingHints(/^(?:mit|ohne)\s/iu.test(next) ? `${name} ${next}` : `${name} mit ${next}`),
      applySpellingHints(first),
    )
  const hint =
    /^(.*?\p{L})[\s,]+(?:(?:aber|nur|und|also|geschrieben|schreibt man|schreibt sich|vorne|hinten)\s+)*(mit|ohne)\s+(.+)$/iu.exec(
      text,
    )
  if (!hint) return text
  const [, name, how, rest] = hint as unknown as [string, string, string, string]
  const read = readHint(rest.replace(/[.,!]+/g, ' ').trim())
  if (read === null) return null
  const words = name.split(' ')
  for (let at = words.length - 1; at >= 0; at--) {
    const written =
      how.toLowerCase() === 'mit' ? withLetters(words[at]!, read) : withoutLetters(words[at]!, read)
    if (written === null) continue
    words[at] = written
    // "Stefan mit ph, Maier mit ai": each with its own
    const more = read.rest === '' ? '' : applySpellingHints(read.rest)
    return more === null ? null : [...words, more].join(' ').trim()
  }
  return null
}

interface Hint {
  letters: string
  /** "mit einem f", "mit zwei m": how often. */
  times: 1 | 2 | null
  atEnd: boolean
  /** What follows the hint: "Clara mit C Yilmaz". */
  rest: string
}

function readHint(text: string): Hint | null {
  if (/^umlaut$/i.test(text)) return { letters: 'umlaut', times: null, atEnd: false, rest: '' }
  if (/^bindestrich$/i.test(text)) return { letters: '-', times: null, atEnd: false, rest: '' }
  const times = /^(doppelt?e[nm]?|doppel|zwei|einem|einfachem|nur einem)[\s-]*/i.exec(text)
  let rest = times ? text.slice(times[0].length) : text
  // "mit e ypsilon": letters one by one
  rest = rest.replace(
    /^(\p{L}) (ypsilon|vau|zett)(?=\s|$)/iu,
    (_, letter: string, named: string) => letter + spokenLetters[named.toLowerCase()]!,
  )
  let letters = ''
  for (const [said, letter] of Object.entries(spokenLetters)) {
    if (rest.toLowerCase() === said || rest.toLowerCase().startsWith(`${said} `)) {
      letters = letter
      rest = rest.slice(said.length).trim()
      break
    }
  }
  if (letters === '') {
    const found = /^(\p{L}(?:\s\p{L})*|\p{L}{2,3})(?![\p{L}-])\s*(.*)$/iu.exec(rest)
    if (!found) return null
    letters = found[1]!.replace(/\s/g, '').toLowerCase()
    rest = found[2]!
  }
  const end =
    /^(?:(?:am ende|hinten|zum schluss|in der mitte|vorne?|am anfang|geschrieben|bitte|und)(?:\s|$))+/i.exec(
      rest,
    )
  return {
    letters,
    times: times === null ? null : /^(?:doppel|zwei)/i.test(times[1]!) ? 2 : 1,
    atEnd: /ende|hinten|schluss/i.test(end?.[0] ?? ''),
    rest: end ? rest.slice(end[0].length) : rest,
  }
}

function withLetters(word: string, { letters, times, atEnd }: Hint): string | null {
  if (letters === '-') return null
  if (letters === 'umlaut') return /[äöü]/i.test(word) ? word : null
  const lower = word.toLowerCase()
  if (times === 2 && letters.length === 1) {
    if (lower.includes(letters.repeat(2)) || (letters === 's' && lower.includes('ß')))
      return keepCase(word, lower.replace('ß', 'ss'))
    if (letters === 't' && lower.includes('dt')) return replaceOnly(word, 'dt', 'tt')
    return replaceOnly(word, letters, letters.repeat(2))
  }
  if (times === 1) {
    const twice = letters.repeat(2)
    if (lower.includes(twice)) return keepCase(word, lower.replace(twice, letters))
    return lower.includes(letters) ? word : null
  }
  if (letters === 'h') return withAnH(word, atEnd)
  // "Krämer mit e": the e at its end is not meant.
  if (letters === 'e' && lower.includes('ä')) return replaceOnly(word, 'ä', 'e')
  // "Christian mit K", "Kristian mit Ch": one sound at the front.
  if (letters === 'k' && /^chr/.test(lower)) return keepCase(word, lower.replace('ch', 'k'))
  if (letters === 'ch' && /^kr/.test(lower)) return keepCase(word, lower.replace('k', 'ch'))
  const known = asKnownName(word, letters)
  if (known !== null) return known
  if (atEnd && /^[aeinrs]$/.test(letters) && !/[aeinrsy]$/.test(lower)) return word + letters
  const isIn = letters.length > 1 ? lower.includes(letters) : holdsAlone(lower, letters)
  if (isIn) return word
  if (letters === 'y' && /[ea]i/.test(lower))
    return keepCase(word, lower.replace(/([ea])i(?!.*[ea]i)/, '$1y'))
  const others = alike.find(
    (group) => group.includes(letters) && group.some((each) => each !== letters && lower.includes(each)),
  )
  const other = others?.find((each) => each !== letters && lower.includes(each))
  return other === undefined ? null : replaceOnly(word, other, letters)
}

/** "Günter mit h" → "Günther", "Sara mit h" → "Sarah", "Hanna mit h" → "Hannah"; null where it could stand anywhere. */
function withAnH(word: string, atEnd: boolean): string | null {
  const lower = word.toLowerCase()
  if (atEnd) return lower.endsWith('h') ? word : `${word}h`
  if (!lower.endsWith('h') && isCommonFirstName(`${word}h`) && !/(?<=.)h/.test(lower)) return `${word}h`
  if (lower.includes('h')) return word
  const places = [...lower.matchAll(/(?<!t)t(?![tz])/g)]
  if (places.length === 1) return replaceOnly(word, 't', 'th')
  return places.length === 0 && /[aeiou]$/.test(lower) ? `${word}h` : null
}

/** "Jasmin mit Ypsilon" → "Yasmin", "Silvia mit Ypsilon" → "Sylvia": of several places the one that makes a known name. */
function asKnownName(word: string, letters: string): string | null {
  const lower = word.toLowerCase()
  if (!/^[iyjck]$/.test(letters)) return null
  const others = alike.filter((group) => group.includes(letters)).flat()
  const names = new Set(
    others
      .filter((other) => other !== letters && other.length === 1)
      .flatMap((other) => [...lower.matchAll(new RegExp(other, 'g'))])
      .map(({ 0: other, index }) => lower.slice(0, index) + letters + lower.slice(index + other.length))
      .filter(isCommonFirstName),
  )
  const [only] = names
  return only !== undefined && names.size === 1 ? keepCase(word, only) : null
}

/** "mit t" is not said of "Schmidt" or "Schmitt": the letter stands alone there, or it is another spelling. */
function holdsAlone(lower: string, letter: string): boolean {
  const clusters: Record<string, RegExp> = {
    t: /(?<!d|t)t(?!t|h)/,
    d: /d(?!t)/,
    s: /(?<!s)s(?!s)/,
    z: /(?<!t)z/,
    k: /(?<!c)k/,
    f: /(?<!f)f(?!f)/,
  }
  return (clusters[letter] ?? new RegExp(letter)).test(lower)
}

function withoutLetters(word: string, { letters, atEnd }: Hint): string | null {
  if (letters === '-') return word.replaceAll('-', ' ')
  if (letters === 'umlaut')
    return keepCase(
      word,
      word.replace(/[äöü]/giu, (umlaut) => `${bareVowels[umlaut.toLowerCase()]}e`),
    )
  const lower = word.toLowerCase()
  if (atEnd) return lower.endsWith(letters) ? word.slice(0, -letters.length) : word
  const found = letters === 'h' ? /(?<![csp])h/g : new RegExp(letters, 'g')
  const places = [...lower.matchAll(found)]
  if (places.length === 0) return word
  if (places.length > 1) return null
  const at = places[0]!.index
  return keepCase(word, lower.slice(0, at) + lower.slice(at + letters.length))
}

/** Replaces the one place where letters stand; of several the last one, unless doubling leaves it open which. */
function replaceOnly(word: string, from: string, to: string): string | null {
  const lower = word.toLowerCase()
  const places = [...lower.matchAll(new RegExp(from, 'g'))]
  if (places.length === 0) return null
  const isDoubling = to === from.repeat(2)
  const inner = isDoubling && places.length > 1 ? places.filter(({ index }) => index > 0) : places
  if (isDoubling && inner.length > 1) return null
  // "Kristin mit C": Cristin or Christin.
  if (to === 'c' && /kr/.test(lower)) return null
  const at = (/^[ckä]$/.test(to) ? places[0]! : inner.at(-1)!).index
  return keepCase(word, lower.slice(0, at) + to + lower.slice(at + from.length))
}

function keepCase(word: string, lower: string): string {
  return /^\p{Lu}/u.test(word) ? lower.charAt(0).toUpperCase() + lower.slice(1) : lower
}
