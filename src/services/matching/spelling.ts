/** Names that callers spell: letters by their names, spelling alphabets (German old and new, Austrian, NATO). Pure. */
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
    .replace(/(?<=\p{L})[\s,]+(?:neues|nächstes|zweites) wort[\s,:]+|[\s,]+leerzeichen[\s,]+/giu, ` ${gap} `)
    .replace(/(?<![\p{L}])(\p{L}{1,3})\s+wie\s+[\p{L}-]+/giu, (whole, letters: string) => {
      const called = letterNames.get(letters.toLowerCase())
      return called ?? (/^(?:s?ch|.)$/iu.test(letters) ? [...letters].join(' ') : whole)
    })
    .replace(/\bscharfes\s+s\b/giu, 'ß')
    .replace(
      /\b([aou])\s+umlaut\b|\bumlaut\s+([aou])\b/giu,
      (_, a?: string, b?: string) => umlauts[(a ?? b)!.toLowerCase()]!,
    )
    .replace(
      /(?<![\p{L}\p{M}])(?:\p{L}[.-]){2,}\p{L}(?![\p{L}\p{M}])\.?/gu,
      (run) => `${[...run.replace(/[.-]/g, '')].join(' ')} ${gap}`,
    )
    .replace(/[\s·]+$/u, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const out: string[] = []
  const spelled = new Set<number>()
  let at = 0
  while (at < words.length) {
    const run = runAt(words, at)
    if (run === null) {
      // "K wie Konrad …, also Krause": spelled, then said
      const isTwice = spelled.has(out.length - 1) && fold(out.at(-1)!) === fold(words[at]!)
      if (!isTwice && words[at] !== gap) out.push(words[at]!)
      at++
      continue
    }
    const spoken = out.at(-1)
    const isLast = words.length <= run.end
    // "Krause, K R A U S E": said, then spelled. The spelling decides; within a name only the same word is meant.
    const isSaidAgain =
      spoken !== undefined && (isLast ? isSameName(spoken, run.letters) : fold(spoken) === fold(run.letters))
    if (run.count < spelledWordsMin && !isSaidAgain) {
      out.push(words[at]!)
      at++
      continue
    }
    if (isSaidAgain) out.pop()
    spelled.add(out.length)
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
  return letterNames.get(word.toLowerCase()) ?? spelledLetter(word)
}

/** Letters as they are called, written by speech-to-text as words: "Ka Er A U Es E". They count only in a row of letters. */
const letterNames: ReadonlyMap<string, string> = new Map(
  `be=b bee=b ce=c zeh=c de=d dee=d ef=f eff=f ge=g gee=g ha=h jot=j ka=k el=l ell=l em=m emm=m en=n enn=n pe=p pee=p ku=q er=r err=r es=s ess=s te=t tee=t
  vau=v we=w weh=w ix=x ypsilon=y zet=z zett=z eszett=ß`
    .split(/\s+/)
    .map((entry) => entry.split('=') as [string, string]),
)

/** Between two spelled words. */
const gap = '·'

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
