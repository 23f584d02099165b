/**
 * How days, hours and parts of day sound between Flensburg and Bern, as speech-to-text spells them: "freidach", "mäntig",
 * "fümfe", "nomittag". The spellings are put together from the sounds that vary, not collected: a stem in its variants times
 * an ending in its variants. Words are folded (ae/oe/ue/ss). What is a standard word already stays that word.
 */
import { irregularOrdinals } from './numbers.ts'

const list = (words: string): string[] => words.split(' ')

/** Beginnings of the names of the days; "#" is where an ending of "-tag" goes, a word without it is the whole name. */
const weekdayForms: ReadonlyArray<readonly [weekday: number, forms: string]> = [
  [1, 'mon# man# moo# mond# moan# maen# maend# mend# moen# moend# mand# maun# muen# moin# muntag maentig'],
  [
    2,
    'diens# diensch# dienst# dienscht# dins# dinsch# deis# deisch# dees# diss# zisch# ziisch# ziesch# zins# ziens# zien# zeis# dingsdag dingsdach dinxdag irta irda ertag erchtag aftermontag aftermaentig dienschtich dienstich',
  ],
  [
    3,
    'mittwuch mittwich midwoch middwoch mittwuuch mitwuch middwuch mittich mittch mittwooch mittwo midwuch miggdich micktich mittweken middeweken mittweek midweek mittoch mittewoch mettwoch mettwuch mittwoach',
  ],
  [
    4,
    'duenners# duennersch# dunnersdags donners# donnersch# donnersche# donnerscht# donnsch# donnscht# donn# dunners# dunnersch# dunnerscht# dunnsch# dunnscht# donnas# donnasch# dunnas# doners# donnes# duns# dunsch# dunscht# dunschd# dorns# pfins# pfinz# pfingsda pfinzta',
  ],
  [5, 'frei# free# frai# frey# fri# frii# fry# fre# freit# froi# freu#'],
  [
    6,
    'sams# samsch# samscht# sambs# saams# soms# somsch# somst# sammes# samschd# sams# sonnamd sonnahmd sonnobend sonnowend suennavend suennobend suennabend sunnavend sunnobend sonnavend saterdag saterdach soterdag satertag',
  ],
  [7, 'sonn# sunn# sun# son# sund# suun# soen# sonnd# sunnd# sonndach'],
]
const dayEndings = list(
  'tag tach dag dach dak tog dog tich dich tig dig toch doch taag daach tach taach toag doag de da di ta',
)
/** Short endings make first names and other words of the shortest beginnings: "Frida", "Monta", "Sonda". */
const shortEndings: ReadonlySet<string> = new Set(['de', 'da', 'di', 'ta'])
const shortAllowed: ReadonlySet<string> = new Set(
  list('frei# moan# mon# dins# diens# pfins# pfinz# sams# soms# donners# donnas# dunnas# sunn#'),
)
/** Names and other words that the rule would make. */
const notDays: ReadonlySet<string> = new Set(list('monde mondi monta'))

/** Every regional spelling of a day's name with its ISO weekday. */
export function dialectWeekdays(): Array<[word: string, weekday: number]> {
  return weekdayForms
    .flatMap(([weekday, forms]) =>
      list(forms).flatMap((form) =>
        form.endsWith('#')
          ? dayEndings
              .filter((ending) => !shortEndings.has(ending) || shortAllowed.has(form))
              .map((ending): [string, number] => [form.slice(0, -1) + ending, weekday])
          : [[form, weekday] as [string, number]],
      ),
    )
    .filter(([word]) => !notDays.has(word))
}

/** Hours as they are said regionally, by value. */
const hourForms: Readonly<Record<number, string>> = {
  1: 'oans oas oins eens aans aas ains oanse eense',
  2: 'twee twe zwoa zwoi zwee zwoe zwaa zwai zwoo zwoje zwoiche zweie zwoue zwaee',
  3: 'dreie drei drui droi drai drue drueue dree drey droe drii draie',
  4: 'viere fiere veer vieri vierne viera feer fier',
  5: 'fuenfe fuemf fuemfe fimf fimfe fuenwe fuemwe finf finfe fumf fuenef foif fuef foeif foeife fief fuefe foife fuefi foifi fiefi fuenfi finef fuenefe foenf fuempf fempf femf fuenv',
  6: 'soess soes sechse segs segse sexe saex saechse sechsi saechsi seggse seks sekse saeggs sechsa zeggse',
  7: 'soeven saeven soewen siebene siebn siem simm simme siewe siwe siwwe siebme siebm sebene sibe siebe sibene sieme sibni siebni sieni saebe siemne siebne zieben sima',
  8: 'achde achti aechti oachte ochte achda ocht',
  9: 'neine naine neun nuen nuene nueni noine noin naen naene neini nain naie negene noni',
  10: 'teihn tein zehne zehen zaeh zaeni zaehni zeen zeene zehna zeha ziene zehni zaen zaene',
  11: 'oelven elven elfe oelf oelfe eilf eilfe oeuf elefe ellef elwe oelwe elfi euf eufi oelfi ellefe oeffe',
  12: 'twoelven twolf zwoelfe zwoelef zwoelwe zwelf zwelfe zwelwe zwoeuf zwoeufi zwoelfi zwoef zwoelefe twoelf zwolef zwoaelfe zwoelfa zwoeife zwoife zwoeifi',
}

/** Hours with the ending -i are Swiss: "am drüü", "am nüni", "halbi zwölfi". */
export const swissHours: ReadonlyMap<string, number> = new Map([
  ...list(
    'eis zwoei drue vieri foifi fuefi sechsi saechsi sibni siebni achti aechti nueni zaeni zaehni zehni elfi eufi zwoelfi zwoeufi',
  ).map((word): [string, number] => [word, swissValue(word)]),
])

function swissValue(word: string): number {
  const values: Record<string, number> = {
    eis: 1,
    zwoei: 2,
    drue: 3,
    vieri: 4,
    foifi: 5,
    fuefi: 5,
    sechsi: 6,
    saechsi: 6,
    sibni: 7,
    siebni: 7,
    achti: 8,
    aechti: 8,
    nueni: 9,
    zaeni: 10,
    zaehni: 10,
    zehni: 10,
    elfi: 11,
    eufi: 11,
    zwoelfi: 12,
    zwoeufi: 12,
  }
  return values[word]!
}

/** Stems of the days of a month as they are said regionally: what stands before the ending of the ordinal. */
const ordinalStems: Readonly<Record<number, string>> = {
  1: 'erscht erschd eascht oascht ersch eest',
  2: 'zwot zwoot zwoat zwoit zwoett zwoed zwod zwoad zweit zweid zwaat zwett',
  3: 'dridd dritt drett dritt',
  4: 'viert vierd fiert viat viad veert',
  5: 'fuemft fuenfd fuemfd fimft fimfd fuenft fuft finft fuempft foift fuenet fuenft',
  6: 'sechst sechsd sechscht segst segsd saechst saegst',
  7: 'siebd siebend siemt sibt siebnt siebt siwwet',
  8: 'achd acht oacht',
  9: 'neunt neund neint naint nuent noint neind',
  10: 'zehnt zehnd zeent zehent zaeht',
  11: 'elft elfd oelft oelfd elft',
  12: 'zwoelft zwoelfd zwelft zwelfd zwoelefd',
}
const teenUnits: Readonly<Record<number, string>> = {
  13: 'drei drai drui',
  14: 'vier fier fuer',
  15: 'fuenf fuff fuch fuf fuemf fimf fufz foif',
  16: 'sech segs sechs saech',
  17: 'sieb siem siebe sieben sib',
  18: 'acht ach oach',
  19: 'neun nein nain noin nuen',
}
const teenEndings = list('zehn zen zehnd zehent zeen')
const unitsBeforeTens: Readonly<Record<number, string>> = {
  1: 'ein oan oin aan een ei ain',
  2: 'zwei zwo zwoa zwee zwoi zwoe',
  3: 'drei drai drui droe',
  4: 'vier fier veer',
  5: 'fuenf fuemf fimf finf foif',
  6: 'sechs segs saechs',
  7: 'sieben siem siebn siebe simm sibe',
  8: 'acht oacht',
  9: 'neun nein nain noin nuen',
}
/** Endings of "-te" and "-ste": "drittn", "achtzehnde", "zwanzigschde". */
const lowEndings = list('e en n er em es a')
const tEndings = ['t', 'd', 'dd', 'tt']

/** Every regional cardinal that is an hour or a day of the month, with its value. */
export function dialectCardinals(): Array<[word: string, value: number]> {
  const words: Array<[string, number]> = []
  for (const [value, forms] of Object.entries(hourForms))
    for (const form of list(forms)) if (/^[a-z]+$/.test(form)) words.push([form, Number(value)])
  for (const [value, stems] of Object.entries(teenUnits))
    for (const stem of list(stems))
      for (const ending of teenEndings) words.push([stem + ending, Number(value)])
  return words
}

/** Every regional ordinal from 1 to 31 with its value. */
export function dialectOrdinals(): Array<[word: string, value: number]> {
  const words: Array<[string, number]> = []
  const add = (stem: string, value: number) => {
    for (const ending of lowEndings) words.push([stem + ending, value])
  }
  for (const [value, stems] of Object.entries(ordinalStems))
    for (const stem of list(stems)) add(stem, Number(value))
  // "drittn", "viertn": the standard stem with its vowel swallowed.
  for (let value = 1; value <= 12; value++) {
    const irregular = irregularOrdinals[value]
    if (irregular) add(irregular, value)
    else for (const form of list(hourForms[value]!)) if (/^[a-z]+[^aeiou]$/.test(form)) add(`${form}t`, value)
  }
  for (const [value, stems] of Object.entries(teenUnits))
    for (const stem of list(stems))
      for (const ending of ['zehn', 'zen']) for (const t of tEndings) add(stem + ending + t, Number(value))
  return words
}

const unitValues: ReadonlyMap<string, number> = new Map(
  Object.entries(unitsBeforeTens).flatMap(([unit, forms]) =>
    list(forms).map((form): [string, number] => [form, Number(unit)]),
  ),
)
const tensForm =
  /^(?:([a-z]{2,6}?)(?:und|un|ad|a|e)?)?(zwa?on?z|zwoanz|zwanz|zwaenz|dreiss|driss)(?:igsch|isch|ig|ich|g|k|sch|ge)?(?:(?:s|sch)[td](?:e|en|n|er|em|es|a))?$/
const ordinalEnd = /(?:s|sch)[td](?:e|en|n|er|em|es|a)$/

/** "zwanzsch", "einundzwanzigschte", "dreissgn": the tens up to 31, read from their parts; null for any other word. */
export function dialectTens(word: string): { value: number; ordinal: boolean } | null {
  if (!/anz|aenz|onz|iss/.test(word)) return null
  const match = tensForm.exec(word)
  if (!match) return null
  const unit = match[1] === undefined ? 0 : unitValues.get(match[1])
  const value = (match[2]!.startsWith('dr') ? 30 : 20) + (unit ?? Number.NaN)
  return value <= 31 ? { value, ordinal: ordinalEnd.test(word) } : null
}

/** "morn", "iwwermorje", "heit": days counted from today, by distance. */
export const dialectRelatives: Readonly<Record<number, string>> = {
  0: 'heut heit heid haite huet huuet haid huit heind heint heide',
  1: 'moargen moring morring morche morchen morchn morje morjen morn moang moagn morng moing morrn morgn morja morga mornig moargn morjn morschen morschn moerge moie moije',
  2: '',
}
const overForms = list(
  'oever oewer ueber iwwer iwa ieber uewer uewwer iba iber oewer uba ueba uewa iwwa ibber ower aewer',
)

/** "iwwermorje", "übermorn": the day after, and after that. */
export function dialectDayAfter(): string[] {
  return overForms.flatMap((over) =>
    list(`morgen morgn ${dialectRelatives[1]!}`).map((morning) => over + morning),
  )
}

const nextStems = list(
  'naechst naegscht naegschd naechscht naechschd naexscht naext naekst naegst naext nexst next negscht negschd nechst nechscht nechschd naxt nachschd noechst neegscht neegschd naeschd naescht',
)
const whichEndings = ['', 'e', 'en', 'er', 'em', 'es', 'n', 'a', 'i']

/** "nägschde", "nächscht": the next of its kind. */
export const dialectNext = (): string[] =>
  nextStems.flatMap((stem) => whichEndings.map((ending) => stem + ending))
/** "iwwernägschde": the one after the next. */
export const dialectAfterNext = (): string[] =>
  overForms.flatMap((over) => dialectNext().map((next) => over + next))
/** "kummende", "kommads". */
export const dialectComing = list(
  'kommede kommeda kommenda kummende kummenden kemmade kommade kommad kommads kumede kommata',
)

const halfDays = list(
  'mittag middag mittach middach mittog middog mettag mitdag mittak mittoch middak mittaag',
)
const withEndings = (words: string[]) => words.flatMap((word) => [word, `${word}s`])

/** Parts of day in regional spelling, by the name of the part. */
export const dialectParts: Readonly<Record<string, string[]>> = {
  noon: withEndings([...halfDays, ...halfDays.map((word) => `z${word}`)]),
  afternoon: withEndings(
    list('nach na no nam nom noch nomi naa naoch noo nache zna zno znam znom').flatMap((before) =>
      [...halfDays, 'mitag', 'midag'].map((word) => before + word),
    ),
  ),
  forenoon: withEndings(
    list('vor vur voa foa for vora vua foar vore').flatMap((before) => halfDays.map((word) => before + word)),
  ),
  evening: withEndings(
    list(
      'obend oobend owend ohmd aamd amd aabig abig oabend obnd abnd ovend aubend oowend obed obad obet owed oamd oabnd zobig obig zabig zoobe zobe',
    ),
  ),
  morning: list('morgens morjens morchens morgns morschens zmorge zmorgen'),
  early: list('friah fria frua frie frueah frieh froi frih frueherl fruei friehs friar friahra'),
  night: list('nocht nachd nacht noacht'),
}

/** "woch", "wuche", "tach", "stund": units in regional spelling, by the name of the unit. */
export const dialectUnits: Readonly<Record<string, { value: number; text: string; words: string[] }>> = {
  day: { value: 1, text: 'tag', words: list('tach tache tachen dag dage daag daach daage daech doag taech') },
  week: { value: 7, text: 'woche', words: list('woch wocha wuche wucha woche wochn wuchn woech wochan') },
  month: { value: 1, text: 'monat', words: list('monad monads monade monaten moenat moenaet') },
  hour: {
    value: 60,
    text: 'stunde',
    words: list('stund stundn stunn stunne schdund schdunde schtund schtunde stunda'),
  },
  weekend: {
    value: 0,
    text: 'wochenende',
    words: list(
      'wochenend wocheend wuchenend wochaend wochenende wucheend wochenends wochnend weekend weekends',
    ),
  },
}

/** "halwa", "hoiba", "halbi"; "viadl", "virtl"; "dreiviadl". */
export const dialectFractions: ReadonlyArray<readonly [name: string, minutes: number, words: string[]]> = [
  [
    'half',
    30,
    list(
      'hoib hoibe hoiba hoiwe halv halve halver halvig halvich hallef halwe halwer halwa halba halbi halw hoalb halbe halber holb haib haibe haeb haewi',
    ),
  ],
  [
    'quarter',
    15,
    list('virtel vertel viadl viatl viertl virtl vierdl veertel fiertel viertal viadel vierdel viatel fiadl'),
  ],
  [
    'threeQuarters',
    45,
    list(
      'dreivirtel dreivertel dreeviertel dreeveertel dreiferdl dreivierdel dreiviertal dreiviadl dreiviatl dreiviertl dreivirtl dreivierdl dreifiertel dreiviadel dreivierdel draiviertel dreiviatel',
    ),
  ],
]

/** Months in regional spelling, by number. */
export const dialectMonths: Readonly<Record<number, string>> = {
  1: 'jaenner jenner jaenna jennar januaa',
  2: 'feber febra hornung feba',
  3: 'maerz maerzn maez',
  4: 'april abril aprui aprill aberel',
  5: 'mai maie moai',
  6: 'juno juny',
  7: 'julei july juhli',
  8: 'augschd augscht aguscht auguscht augusd auguschd',
  9: 'septemba september sebtember septembr sebdember',
  10: 'oktoba okdober oggdober oktobr okdoba',
  11: 'novemba nofember nowember novembr nofemba',
  12: 'dezemba dezembr dezembar disember dezemper tezember dezemwer',
}
