/**
 * Names that callers spell: letters, spelling alphabets (German old and new, Austrian, NATO), "mit dt", "ohne h", "Doppel-m".
 * Pure. What cannot be told apart ("Timerman mit Doppel-m": which m?) is null, so that the caller is asked.
 */
import { editDistance } from './sound.ts'
import { fold } from './text.ts'

/** DIN 5009 before and since 2022, the Austrian alphabet, ICAO's; each word gives its first letter unless another is named. */
const alphabets = `anton ärger=ä berta bertha cäsar caesar charlotte=ch christine dora emil friedrich gustav heinrich ida julius konrad
  kaufmann ludwig martha marta nordpol norbert otto ökonom=ö österreich=ö paula quelle richard samuel siegfried schule=sch theodor
  ulrich übermut=ü übel=ü viktor wilhelm xanthippe xaver ypsilon zacharias zeppelin zürich eszett=ß
  aachen berlin chemnitz düsseldorf essen frankfurt goslar hamburg ingelheim jena köln leipzig münchen nürnberg offenbach potsdam
  quickborn rostock salzwedel tübingen unna völklingen wuppertal xanten zwickau
  alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar oskar papa quebec romeo
  sierra tango uniform victor whiskey whisky x-ray=x xray=x yankee zulu`

const letterOf = new Map(
  alphabets.split(/\s+/).map((entry) => {
    const [word, letters] = entry.split('=') as [string, string?]
    return [fold(word), letters ?? word.charAt(0)] as const
  }),
)

/** The letter or letters a word stands for in a spelling alphabet, lower case; null for any other word. */
export function spelledLetter(word: string): string | null {
  return letterOf.get(fold(word)) ?? null
}

const spelledWordsMin = 3

/**
 * Replaces spelled letters by the word they make: "Anton Berta Cäsar" → "ABC", "M wie Martha E wie Emil …" → "Me…", "Krause, K R A U
 * S E" → "Krause". Two words of an alphabet are a name ("Anton Richard"), three or more are letters.
 */
export function joinSpelled(text: string): string {
  const words = text
    .replace(/(?<![\p{L}])(\p{L})\s+wie\s+[\p{L}-]+/giu, '$1')
    .replace(/\bscharfes\s+s\b/giu, 'ß')
    .replace(
      /\b([aou])\s+umlaut\b|\bumlaut\s+([aou])\b/giu,
      (_, a?: string, b?: string) => umlauts[(a ?? b)!.toLowerCase()]!,
    )
    .replace(/(?<![\p{L}\p{M}])(?:\p{L}[.-]){2,}\p{L}(?![\p{L}\p{M}])\.?/gu, (run) =>
      [...run.replace(/[.-]/g, '')].join(' '),
    )
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const out: string[] = []
  let at = 0
  while (at < words.length) {
    const run = runAt(words, at)
    if (run === null) {
      out.push(words[at]!)
      at++
      continue
    }
    const spoken = words.length > run.end ? null : out.at(-1)
    // "Krause, K R A U S E": said, then spelled. The spelling decides.
    const isSaidAgain = spoken != null && isSameName(spoken, run.letters)
    if (run.count < spelledWordsMin && !isSaidAgain) {
      out.push(words[at]!)
      at++
      continue
    }
    if (isSaidAgain) out.pop()
    out.push(asWord(run.letters))
    at = run.end
  }
  return out.join(' ')
}

const umlauts: Record<string, string> = { a: 'ä', o: 'ö', u: 'ü' }

/** Letters in a row; two are a name spelled only where it was said before ("Ott, O, Doppel-T"). */
function runAt(
  words: readonly string[],
  from: number,
): { letters: string; end: number; count: number } | null {
  let letters = ''
  let count = 0
  let end = from
  let repeat = 1
  for (; end < words.length; end++) {
    const word = words[end]!.replace(/[.:]+$/, '')
    const doubled = /^(doppelt?e?s?|zweimal|zwei)-?(.*)$/i.exec(word)
    if (doubled && (doubled[2] !== '' || (count > 0 && end + 1 < words.length))) {
      if (doubled[2] === '') {
        repeat = 2
        continue
      }
      const letter = letterIn(doubled[2]!)
      if (letter === null) break
      letters += letter.repeat(2)
      count++
      continue
    }
    const letter = letterIn(word)
    if (letter === null) break
    letters += letter.repeat(repeat)
    repeat = 1
    count++
  }
  return count >= 2 && letters.length >= spelledWordsMin ? { letters, end, count } : null
}

function letterIn(word: string): string | null {
  if (/^\p{L}$/u.test(word)) return word.toLowerCase()
  return spelledLetter(word)
}

/** "meier" → "Meier"; letters that cannot be spoken as a word stay letters: "ABC". */
function asWord(letters: string): string {
  const once = letters.replace('chh', 'ch')
  return isSpeakable(once) ? once.charAt(0).toUpperCase() + once.slice(1) : once.toUpperCase()
}

/** False for letters that make no word, as initials do not: no vowel, or an end that no German name has. */
export function isSpeakable(letters: string): boolean {
  const lower = letters.toLowerCase()
  return /[aeiouyäöü]/.test(lower) && !/(?!ck|pf|(.)\1)[bcdfgkpqtvx][bcdfgjkmpqvwx]$/.test(lower)
}

function isSameName(spoken: string, letters: string): boolean {
  const [a, b] = [fold(spoken), fold(letters)]
  return a.charAt(0) === b.charAt(0) && editDistance(a, b, 2) <= Math.min(2, Math.floor(b.length / 3))
}

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
      how.toLowerCase() === 'mit' ? withLetters(words[at]!, read) : withoutLetters(words[at]!, read.letters)
    if (written === null) continue
    words[at] = written
    return [...words, ...(read.rest === '' ? [] : [read.rest])].join(' ')
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
  if (letters === 'h') {
    if (lower.includes('h')) return word
    return atEnd || /[aeiou]$/.test(lower) ? `${word}h` : null
  }
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

function withoutLetters(word: string, letters: string): string | null {
  const lower = word.toLowerCase()
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
  const at = (to === 'c' || to === 'k' ? places[0]! : inner.at(-1)!).index
  return keepCase(word, lower.slice(0, at) + to + lower.slice(at + from.length))
}

function keepCase(word: string, lower: string): string {
  return /^\p{Lu}/u.test(word) ? lower.charAt(0).toUpperCase() + lower.slice(1) : lower
}
