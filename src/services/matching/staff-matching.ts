/**
 * Finds the staff member a caller wishes for: "bei der Anna", "Frau Becker", "Klara" for Clara, "egal".
 * Pure. Names that sound alike are not guessed apart (Meier, Mayer): both are asked about.
 */

import { nameSound, soundsLikeName } from './person-names.ts'
import { foldedWords, isAbsent } from './text.ts'
import { families, fillers } from './vocabulary.ts'

export interface MatchableStaff {
  id: number
  firstName: string
  lastName: string
}

export type StaffMatch<T> =
  | { kind: 'match'; staff: T }
  | { kind: 'anyone' }
  | { kind: 'ambiguous'; candidates: T[] }
  | { kind: 'none' }

/** In folded words: "zuerst" is "zurst" here. */
const anyone =
  /\b(?:egal|gleich|glych|gliich|wurst|wurscht|wuascht|powidl|schnuppe|schnurz|piepegal|scheissegal|ejal|wumpe|wurschd|wursch|einerlei|beliebige?r?n?|irgendwe[rmn]|irgendjemande?[nm]?|irgendeine[rmn]?|wer auch immer|wem auch immer|(?:dosn t|dosnt|dos not) matter|(?:don t|dont|do not) care|(?:first|next) (?:one )?(?:available|free)|whover|nobody (?:in particular|special)|kein(?:en)? mitarbeiterwunsch|such(?:en)? sie (?:sich )?(?:jemanden?|wen) aus|uberlass(?:e)? ich ihnen|entscheiden sie|spielt keine rolle|macht keinen unterschied|keine praferenz(?:en)?|kein(?:e|en)? (?:besondere[rn]? |bestimmte[rn]? )?(?:wunsch|vorliebe|mitarbeiter(?:in)?|person)|niemand(?:en)? (?:bestimmte[ns]|besondere[ns])|keine[rn]? bestimmte[rn]?|jede[rmn]?|alle|wer (?:gerade |grad |halt |eben |dann |da |immer |auch |nun |als |am |zurst |gerne |gern |von ihnen |noch )*(?:frei|zeit|da|kann|verfugbar|erstes|schnellsten|will|mag|lust|dran)|der (?:nachste|erste) freie|nachste[rn]? freie[rn]?|erste[rn]? freie[rn]?|freie[rn]? mitarbeiter|anyone|anybody|any|no preference|hauptsache)\b/

const around = new Set(
  `bei beim der die dem den das zu zum zur von vom mit fur und an ich mir mich hatte hatten gern gerne mochte wurde will wollte am liebsten
  lieber wieder bitte termin mitarbeiter mitarbeiterin kollege kollegin kollegen stylist stylistin friseur friseurin arzt arztin
  meister meisterin herr herrn frau fraulein dr doktor prof professor wie immer letztes mal letzte war war es heisst namens
  name person ja ok also ah ahm wenn geht moglich da ist sie er ihr ihm nur gehen kommen haben hab buchen einen eine ein der team nochmal oder und auch
  vielleicht eigentlich immer sonst id nummer schnitt macht soll machen entweder glaub glaube ich schneiden schneidet der die denke doktorin in im filiale salon standort friseurmeister
  friseurmeisterin uhr um am heute morgen ubermorgen montag dienstag mittwoch donnerstag freitag samstag nachmittag vormittag immer gerade dann halt
  mal doch man kann konnte konnen denn super danke schon so lass lieb wurd ware moglichst genau die unbedingt ausschliesslich
  termin hatten wollen wollten d s a bi de em gehts wenns with please mag geh moment egal`.split(/\s+/),
)
const exclusions =
  /\b(?:nicht|not|nimmer|nie wieder|nie mehr|niemals|ungern|ausser|except|bloss nicht|auf (?:gar )?keinen fall|keinesfalls)\b/

/**
 * Matches a spoken wish against the staff. An unspoken wish ("", "None", a placeholder) is `anyone`; a name that nobody has is `none`; whoever
 * is described and not named is asked about;
 * digits are an id. "nicht bei Anna" gives everybody else to choose from, "nicht Anna,
 * sondern Clara" Clara.
 */
export function matchStaff<T extends MatchableStaff>(said: string, staff: readonly T[]): StaffMatch<T> {
  if (isAbsent(said)) return { kind: 'anyone' }
  const found = matchSaid(said, staff)
  const byEar = asHeard(said)
  if (found.kind === 'match' || byEar === said) return found
  const heard = matchSaid(byEar, staff)
  return heard.kind === 'match' || found.kind === 'none' ? heard : found
}

/** Vowels that speech-to-text takes for one another: "Frau Bäker", "zum Bärnd", "Jülmas". */
function asHeard(said: string): string {
  return said.normalize('NFC').replace(/ä/giu, 'e').replace(/ö/giu, 'e').replace(/ü/giu, 'i')
}

function matchSaid<T extends MatchableStaff>(said: string, staff: readonly T[]): StaffMatch<T> {
  const spoken = afterCorrection(inPlainWords(said, staff), staff)
  const digits = /^\s*(\d+)\s*$/.exec(spoken)
  if (digits) {
    const byId = staff.find((person) => person.id === Number(digits[1]))
    return byId ? { kind: 'match', staff: byId } : { kind: 'none' }
  }
  const words = foldedWords(spoken)
  const text = words.join(' ')
  const names = meantAsNames(words, staff)

  const excluded = exclusions.exec(text)
  if (excluded) {
    const wished = wishedBeside(spoken, staff)
    if (wished) return wished
    const unwanted = namedBy(
      names.filter((word) => !refusingWord.test(word)),
      staff,
    )
    const rest = staff.filter((person) => !unwanted.includes(person))
    if (unwanted.length > 0) return chosen(rest)
  }
  const named = namedBy(names, staff)
  const [only] = named
  if (only && named.length === 1 && !isCertain(only, names, words))
    return { kind: 'ambiguous', candidates: named }
  if (named.length > 0) return chosen(named)
  const described = describedIn(text, staff)
  if (described.length > 0) return { kind: 'ambiguous', candidates: [...described] }
  return anyone.test(text) ? { kind: 'anyone' } : { kind: 'none' }
}

/** English courtesy, what stands in brackets beside a name, "statt" and "weder … noch" in the words that the rules below know. */
function inPlainWords<T extends MatchableStaff>(said: string, staff: readonly T[]): string {
  return (
    said
      .replace(
        /(?:lieber|eher) (.+?) als (?:(?:bei|beim|zu|zum|zur|von|der|die|dem|den|frau|herrn?) )*([\p{L}-]+)$/iu,
        'nicht $2, sondern $1',
      )
      // "bei der Anna, äh, beim Bernd"
      .replace(/(?<!\p{L})äh+m?,? (?=(?:bei|beim|zu|zum|zur) )/giu, 'nein ')
      .replace(/\b(?:mrs|ms|miss)\b\.?/giu, 'Frau')
      .replace(/\b(?:mr|mister)\b\.?/giu, 'Herr')
      .replace(/\(([^)]*)\)/g, (_, inner: string) =>
        namedBy(foldedWords(inner), staff).length > 0 ? inner : ' ',
      )
      .replace(
        /\b(?:an)?statt (?:(?:bei|zu|zum|zur|von|der|die|dem|den|frau|herrn?) )*([\p{L}-]+)/giu,
        ', nicht $1, sondern ',
      )
      .replace(
        /\bweder (.+?) noch (?:(?:bei|zu|zum|zur|von|der|die|dem|den|frau|herrn?) )*([\p{L}-]+)/giu,
        'nicht $1 und $2',
      )
      .replace(/\b(wenn|falls|sofern|sollte)(?!\p{L})([^,.;]*?)\snicht(?!\p{L})/giu, '$1$2')
  )
}

const likeBefore =
  /\b(?:(?:die|der|den|dem|das)?(?:selbe[nr]?|gleiche[nr]?)|wie (?:immer|letzte[sn]? ?mal|beim letzten mal|sonst|gewohnt)|(?:von|vom|beim|das) letzte[ns]? mal|letztes mal|stammfriseur(?:in)?|stammkraft|immer bin|sonst (?:immer )?bin)\b/
const lookedLike =
  /\b(?:(?:die|der|den|dem) (?:(?:(?:junge[nr]? )?(?:frau|dame|friseurin|kollegin|herrn?|mann|friseur|kollegen?) )?(?:mit|kleine|grosse|junge|jungere|altere|alte|blonde|brunette|dunkelhaarige|rothaarige|grauhaarige|nette|neue|andere|freundliche|schnelle|beste|erfahrene)[nr]?)|namen? (?:vergessen|nicht mehr|weiss ich|nicht)|wie (?:hei(?:ss|sz)t|hiess) (?:sie|er|die|der|noch)|(?:die|den|dem|der|zum|zur|beim) (?:chef|inhaber|azubi|lehrling|auszubildende)(?:in|n)?)\b/
const aWoman =
  /\b(?:(?:keine|keiner|einer?|ne) (?:frau|dame|friseurin|kollegin|mitarbeiterin|frauen)|(?:von den|der|von|zu) (?:frauen|damen|friseurinnen|kolleginnen)|weiblich(?:e[nr]?)?|female|woman|lady)\b/
const aMan =
  /\b(?:(?:kein|keinen|keinem|einem|einen|ein|nen) (?:mann|herrn?|friseur|kollegen|mitarbeiter|mannern)|(?:von den|der|von|zu) (?:manner|mannern|herren)|mannlich(?:e[nr]?)?|male|man)\b/

/** "Eine Frau, bitte", "die mit den kurzen Haaren", "wie letztes Mal": somebody is meant whom we cannot tell; everybody who may be. */
function describedIn<T extends MatchableStaff>(text: string, staff: readonly T[]): readonly T[] {
  const refused = /\b(?:kein(?:e[nrm]?)?|nicht)\b/.test(text)
  const isWoman = aWoman.test(text)
  if (isWoman !== aMan.test(text)) {
    const wanted = isWoman === refused ? 'm' : 'f'
    return staff.filter(({ firstName }) => (genderOf(firstName) ?? wanted) === wanted)
  }
  return !anyone.test(text) && (likeBefore.test(text) || lookedLike.test(text)) ? staff : []
}

const correction =
  /\b(?:ach nein|ach nee|ach was|n(?:ein|ee|ö)|quatsch|moment|halt|stopp|doch lieber|diesmal|dieses mal|jetzt|heute lieber)\b/giu

/** "egal, ach nein, doch lieber die Anna": what is said after a correction counts, if it names somebody. */
function afterCorrection<T extends MatchableStaff>(spoken: string, staff: readonly T[]): string {
  const last = [...spoken.matchAll(correction)].at(-1)
  if (last === undefined) return spoken
  const rest = spoken.slice(last.index + last[0].length)
  const words = foldedWords(rest)
  return namedBy(namesIn(words), staff).length > 0 && !exclusions.test(words.join(' ')) ? rest : spoken
}

const namesIn = (words: readonly string[]): string[] =>
  words.filter((word) => !around.has(word) && !anyone.test(word) && !/^(?:wer|\d+)$/.test(word))

/**
 * The words that may name somebody: those that fit a person of the staff, and what stands right beside them ("Anna Schmidt").
 * What is told around ("war sehr zufrieden mit Herrn Krause") is nobody's name; if nothing fits, every word may be one.
 */
function meantAsNames<T extends MatchableStaff>(words: readonly string[], staff: readonly T[]): string[] {
  const possible = new Set(namesIn(words))
  const fits = words.map((word) => possible.has(word) && staff.some((person) => levelIn(word, person) > 0))
  if (!fits.includes(true)) return [...possible]
  return words.filter(
    (word, i) =>
      possible.has(word) &&
      (fits[i] || (!fillers.has(word) && !families.has(word) && (fits[i - 1] || fits[i + 1]))),
  )
}

const contrast = /^(?:sondern|lieber|dafur|stattdessen|dann)\b/
const refusingWord =
  /^(?:nicht|not|nimmer|nie|mehr|niemals|ungern|except|ausser|bloss|auf|gar|keinen|fall|keinesfalls|sondern|stattdessen|dafur)$/

/**
 * "nicht Anna, sondern Clara", "Anna, auf keinen Fall Bernd": one is refused and another wished for. After a
 * refusal only a word of contrast makes a wish: "nicht Anna, Bernd" may refuse both, so it is asked about. Null if one clause says it all.
 */
function wishedBeside<T extends MatchableStaff>(spoken: string, staff: readonly T[]): StaffMatch<T> | null {
  const wishes: string[] = []
  const refusals: string[] = []
  let isOpen = false
  for (const clause of contrasted(spoken).split(/[,.;!]|(?=\b(?:sondern|lieber|dafür|stattdessen)\b)/i)) {
    const words = foldedWords(clause)
    const text = words.join(' ')
    if (exclusions.test(text)) refusals.push(...words)
    else if (refusals.length === 0 || contrast.test(text)) wishes.push(...words)
    else isOpen ||= namedBy(namesIn(words), staff).length > 0
  }
  const names = namesIn(wishes).filter((word) => !refusingWord.test(word))
  const unwanted = namedBy(
    namesIn(refusals).filter((word) => !refusingWord.test(word)),
    staff,
  )
  const rest = staff.filter((person) => !unwanted.includes(person))
  if (isOpen && unwanted.length > 0 && rest.length > 0) return { kind: 'ambiguous', candidates: rest }
  const wanted = namedBy(names, staff).filter((person) => !unwanted.includes(person))
  const [only] = wanted
  if (only === undefined || unwanted.length === 0) return null
  return wanted.length === 1 && !isCertain(only, names, wishes)
    ? { kind: 'ambiguous', candidates: wanted }
    : chosen(wanted)
}

/** "nicht der Bernd die Anna": without commas, an article after the refused name begins the wish. */
function contrasted(spoken: string): string {
  return (
    spoken
      .replace(
        /\b((?:nicht|ungern) (?:(?:zu|zum|zur|bei|beim|mit|von|vom) )?(?:(?:der|die|den|dem|frau|herrn?) )*[\p{L}-]+),? (?=(?:der|die|den|zum|zur|bei|beim|zu) )/iu,
        '$1, sondern ',
      )
      // "Bernd, aber nicht zur Anna", "Bernd nicht Anna": what follows the negation is refused.
      .replace(
        /\s(?:(?:aber|und|bitte) )*(?=(?:bloß |bloss )?(?:nicht|not) (?:(?:zu|zum|zur|bei|beim|mit|von|vom|der|die|den|dem|frau|herrn?) )*[\p{L}-]+\s*(?:[,.!]|$))/iu,
        ', ',
      )
  )
}

function chosen<T>(people: T[]): StaffMatch<T> {
  if (people.length === 0) return { kind: 'none' }
  return people.length === 1
    ? { kind: 'match', staff: people[0]! }
    : { kind: 'ambiguous', candidates: people }
}

/** Everybody whom the words may name, by the best level reached: said, then sounding the same, then misheard. */
function namedBy<T extends MatchableStaff>(words: readonly string[], staff: readonly T[]): T[] {
  let best: T[] = []
  let bestScore = 0
  const strange = words.filter((word) => staff.every((person) => levelIn(word, person) === 0)).length
  for (const person of staff) {
    const score = scoreOf(words, person, strange)
    if (score === 0 || score < bestScore) continue
    best = score > bestScore ? [person] : [...best, person]
    bestScore = score
  }
  return best
}

/** 0 for another person. A first name and a last name count together; "Anna B" tells two Annas apart. `strange`: how many words name nobody. */
function scoreOf(words: readonly string[], person: MatchableStaff, strange: number): number {
  const first = foldedWords(person.firstName)
  const last = foldedWords(person.lastName)
  if (words.length === 1 && words[0] === [...first, ...last].join('')) return 2 * sameSound
  const score = words.reduce((sum, word) => sum + levelIn(word, person), 0)
  // Two words heard and only one of them right, by ear: "Anna Schmidt" is not our "Hanna Weber".
  if (score < strange * sameSound) return 0
  return score
}

/** How well a word fits one of a person's names, an initial of the last name included; 0 if not at all. */
function levelIn(word: string, { firstName, lastName }: MatchableStaff): number {
  const last = foldedWords(lastName)
  const level = Math.max(levelOf(word, foldedWords(firstName)), levelOf(word, last, true))
  const isInitial =
    word.length === 1 && [last[0], foldedWords(firstName)[0]].some((name) => name?.startsWith(word))
  return level > 0 ? level : isInitial ? 1 : 0
}

/**
 * Whether nothing speaks against the only person found: a surname that is another's ("Anna Schmidt"), "Herr" before a woman's name,
 * or a short name that was only nearly hers ("Hanna" for Anna). Such a person is asked about.
 */
function isCertain(person: MatchableStaff, names: readonly string[], words: readonly string[]): boolean {
  const joined = foldedWords(`${person.firstName}${person.lastName}`).join('')
  if (names.length === 1 && names[0] === joined) return true
  const gender = genderOf(person.firstName)
  if (gender === 'f' && words.some((word) => /^herrn?$/.test(word))) return false
  if (gender === 'm' && words.some((word) => /^(?:frau|fraulein)$/.test(word))) return false
  const levels = names.map((word) => levelIn(word, person))
  if (levels.some((level) => level === 0)) return false
  const isExact = levels.some((level) => level >= sameSound)
  return isExact || names.some((word) => word.length > shortNameMax)
}

const shortNameMax = 5
/** Women's names that do not end in -a or -e, and men's that do; the rest follows the ending. Wrong guesses cost a question. */
const women =
  /^(?:doris|ingrid|astrid|birgit|margit|margret|annegret|karin|katrin|kathrin|kerstin|kirsten|maren|gudrun|sigrid|heidrun|edith|judith|elisabeth|ruth|sarah|hannah|leah|deborah|miriam|iris|agnes|ines|marlies|hildegard|irmgard|lilian|vivien|vivian|yasmin|jasmin|carmen|ellen|helen|kim|nurcan|aylin|elin|evelyn|carolin|kristin|christin|marion|sharon|alison|fatih\w|ann|gaby|gabi|heidi|conny|jenny|nancy|wendy|lucy|emily|lily|mary|cindy|sandy|mandy|susi|steffi|uschi|rosi|moni|toni)$/
const men =
  /^(?:luca|luka|noah|joshua|sascha|mika|nikola|andrea|jona|elia|mustafa|isa|musa|uwe|arne|helge|hauke|sönke|sonke|ole|rene|andre|jose|luke|mike|steve|dave|joe|pete|wolfe|bernie|kai|timo)$/

function genderOf(firstName: string): 'f' | 'm' | null {
  const name = foldedWords(firstName)[0] ?? ''
  if (/^(?:kim|toni|andrea|kai|sascha|nikola|mika|robin|alex|sam|chris|dominique|luca)$/.test(name))
    return null
  if (women.test(name)) return 'f'
  if (men.test(name)) return 'm'
  return /[ae]$/.test(name) ? 'f' : /[bcdfghklmnprstvwxz]$/.test(name) ? 'm' : null
}

const sameSound = 10
const misheard = 4

function levelOf(word: string, names: readonly string[], isLastName = false): number {
  let level = 0
  const joined = names.length > 1 ? [...names, names.join('')] : names
  for (const name of joined) {
    if (word.length < 2 || name === '') continue
    if (nameSound(word) === nameSound(name) || hardened(word) === hardened(name)) return sameSound
    // "Kraus" may be Krause, as Paul is never Paula.
    const isEndingLost = isLastName && word.length >= 4 && (`${word}e` === name || word === `${name}e`)
    if (isEndingLost || soundsLikeName(word, name)) level = misheard
  }
  return level
}

/** What is heard alike in names: v and w ("Nowak"), and the end of a word ("Bernt"). */
function hardened(word: string): string {
  return nameSound(
    word
      .replaceAll('v', 'w')
      .replace(/d$/, 't')
      // "Becka" for Becker
      .replace(/(?<=.{3})a$/, 'er')
      .replace(/b$/, 'p')
      .replace(/g$/, 'k')
      .replaceAll('y', 'j')
      .replaceAll('z', 's'),
  )
}
