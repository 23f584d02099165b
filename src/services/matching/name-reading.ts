/** Names of people as callers say them: what is a name and what is not. Pure. */
import { digitsOf } from '../../lib/spoken-digits.ts'
import { isCommonFirstName, isCommonSurname } from './first-names.ts'
import { isNoNameGiven, plainlySaid, withPartsSaidAgain } from './name-around.ts'
import { particles, withCapitals, withFirstNameFirst, withHonorificOnlyIfNeeded } from './name-writing.ts'
import { editDistance } from './sound.ts'
import { joinSpelled } from './spelling.ts'
import { applySpellingHints } from './spelling-hints.ts'
import { fold, isAbsent } from './text.ts'

/** More is a transcript, not a name. */
const spokenCharactersMax = 200
const nameCharactersMax = 80
const nameWordsMax = 6

const relative =
  '(?:tochter|dochder|dochda|tochta|tochder|deern|dochter|sohn|suhn|bua|buam|bub|buben|mo|mon|oide|oid[ae]n|weib|fraa|fra|muatta|mudder|vadder|voda|mann|frau|ehemann|ehefrau|mutter|vater|mama|papa|bruder|schwester|freund|freundin|kind|enkel|enkelin|partner|partnerin|chef|chefin|kollegen?|kollegin|oma|opa|tante|onkel|nichte|neffen?|cousine?|schwager|schwägerin|schwiegermutter|schwiegervater|schwiegertochter|nachbarn?|nachbarin|kundin|kunden|verlobte[rn]?|kleine[rn]?|große[rn]?)'
const ofSpeaker =
  '(?:meine?[nmrs]?|mei|meim|meina|moi|moim|mien|min|mi|unsa|unsan|unsre?[nmrs]?|unsere?[nmrs]?|seine?[nmrs]?|ihre?[nmrs]?)'
const leadIn = new RegExp(
  `^(?:(?:hier ist|hier spricht|dann(?= auf| für)|danke|einfach(?: nur)?|nur|bloß|(?:nennen|sagen) sie (?:mich |einfach )*|vor-? ?und (?:nach|zu)name|(?:hier|da|do|des|dat|dit) (?:is|isch)|hier schreibt|ja|gerne?|hallo|hallöchen|hi|grüezi|grüessech|servus|(?:schönen )?(?:guten )?(?:tach|tag|moin)|moin moin|griaß (?:di|ihna|enk)|also|notieren sie|bin (?:der|die)|geschrieben wird(?: es)?|(?:ich )?buchstabiere(?: mal)?|my (?:sur|first |last )?name is|doppelname|i (?:bin|hoiß|hoaß|heiß)(?: da)?|i(?:cke?|k) (?:bin|heiß[e]?)(?: (?:der|die))?|ich wär[e]?|mein name wär|mei(?:n)? nam(?:a|e)? isch?|my name is|this is|i am|i'm|guten (?:tag|morgen|abend)|grüß gott|moin|ähm?|hm|na|nun|okay|ok|gut|hier|mein name ist|mein name lautet|mein name wäre|mein name|der name ist|mein voller name ist|der name lautet|der name wäre|der|die|den|name (?:ist|wäre|lautet)|name|(?:den )?(?:vor|nach|familien)?namen?|(?:mit|vom|von) (?:vor|nach)?namen|ich heiße|ich heisse|ich bin(?: es|['’]s)?|noch ?mal|wieder|ich buchstabiere|es ist|das ist|das wäre|es geht um|spricht|am apparat|auf den namen|auf (?:meinen|seinen|ihren) namen|unter dem namen|unter|für mich(?: selbst)?|für|auf|(?:der |ein |einen )?termin(?: ist)? (?:für|auf)|(?:buchen|schreiben|tragen|notieren|nehmen) sie(?: bitte| einfach)*(?: auf| für)?|familie|${ofSpeaker} (?:\\p{L}+[enrms] )?${relative}(?:,? (?:die|der|das))?(?: heißt| ist| namens)?)(?:[\\s:,.!]+(?:(?:der|die|dem|den|de|d)(?=\\s)|[ds]['’](?=\\p{L})))?(?:[\\s:,.!]+|$))+`,
  'iu',
)
/** "ich mache das für meine Mutter Gerda Hoffmann": who it is for, out of a sentence. */
const forAnother = new RegExp(
  `^.*\\b(?:für|auf) ${ofSpeaker} ${relative}(?:,? (?:der|die|das|er|sie|dea|de))?(?: heißt| heisst| hoaßt| ist| is| isch| namens)? (?=\\p{L})`,
  'iu',
)
// "wieder" after two words is chatter, after one it is the surname Wieder.
const trailer = new RegExp(
  `[\\s,]+(?:am apparat|hier|noch ?mal|(?<=\\p{L}[\\s,]+\\p{L}+[\\s,]+)wieder|guten (?:tag|morgen|abend)|grüß gott|servus|moin|punkt|schreiben sie|reicht|und|geb(?:oren|\\.)(?:e|er|en)? .*|mit (?:vor|nach|familien)namen|hallo|mein name|ist mein (?:voller )?name|heiße? ich|heißt (?:er|sie)|bitte|danke|${ofSpeaker} ${relative}|(?:für|um|am(?! ende| anfang| schluss)|zum(?! schluss)) .*|wie (?:der|die|das|in|im) .*|(?:alles )?(?:zusammen|getrennt|auseinander)(?: ?geschrieben)?|ein(?:tragen)?)$`,
  'iu',
)

/** Words that stand in for a name. A surname like "Freitag" needs a first name beside it to be one. */
const notNameWords = new Set(
  `kunde kundin kunden kundenname kundinnen anonym anonymous unbekannt unknown gast gaste test tester testkunde testname user name namen
  nachname vorname anrufer anruferin caller customer client patient patientin person mensch niemand keiner kein keine nicht angegeben
  angabe ohne ja nein doch vielleicht danke bitte hallo hi hey ok okay moin servus tschuss guten gute tag morgen abend herr frau herrn
  ich du er sie wir ihr mein meine meinen dein ihre mann sohn tochter mutter vater kind tag woche monat jahr heute gestern ubermorgen
  montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz april mai juni juli august september oktober
  november dezember vormittag nachmittag mittag abends morgens uhr halb viertel um termin egal
  haarschnitt herrenhaarschnitt damenhaarschnitt friseur salon praxis werkstatt agent assistent assistentin bot ki hilfe na der die das und
  neuer neue neuen unterdruckt agentin vorgestellt genannt oma opa mama papa freundin freund freunde bekannt familie trimmen stutzen woche wochen in
  gemacht gesprochen neukunde neukundin neukunden stammkunde stammkundin neupatient neupatientin bekannte bekannter unbekannte unbekannter unbekannten
  ahnung kundennummer nachste nachsten nachster nachstes kommende diese dieser nach vor gegen ab am um im in bei beim vom von aus mit fur auf
  zu zum zur viertel dreiviertel fruh vormittags nachmittags selbst selber gerne gern geht nichts sag egal frei leer keins keines
  name lautet ware ist chef chefin inhaber inhaberin ehemann ehefrau mich mir meinem meinen namen waschen schneiden fohnen farben tonen dauerwelle strahnchen bartpflege beratung rasur massage haare bart
  genau richtig stimmt klar sicher private privat withheld restricted gespeichert bekannt telefon handy nummer email mail`
    .split(/\s+/)
    .map(fold),
)

/** Surnames too, once "Herr" or "Frau" stands before them. */
const calendarWords = new Set(
  `kind mann sohn vater kurz lang morgen abend mittag montag dienstag mittwoch donnerstag freitag samstag sonntag sommer winter januar marz april mai juni juli august
  september oktober november dezember`
    .split(/\s+/)
    .map(fold),
)

/** One of these makes a sentence of it. */
const sentenceWords = new Set(
  `dann ich mocht mecht auf mich mir dich dir uns sich meinem meinen deinem reicht schreiben schreibt geboren geborene nennen nenne leerzeichen wort aber nur hinten vorne ende seit wird werden stimmt statt jahre jahren einfach geschrieben wirklich verstanden vielleicht buchstabiert trage tragen mochte will wollte hatte habe haben brauche brauchte wurde buchen termin uhr konnen kann konnte bitte einen einem was wie wann wo
  wieso weshalb wozu brauchen braucht geht nichts sag wissen doch kennen steht bins gesprochen genannt bekomme suche heisse heisst rufe ruft anrufe frage fragen sprechen spreche storniere absagen verschieben warum nicht noch schon dass weil wenn moment sekunde sage sagen`
    .split(/\s+/)
    .map(fold),
)

/** Left in what was read, these say that it was not understood which part is which. */
const labels = new Set(['ist', 'vorname', 'vornamen', 'nachname', 'nachnamen', 'familienname', 'zuname'])

const invented = new Set(['john doe', 'jane doe', 'foo bar'].map(fold))

/**
 * Cleans a spoken name: markup, control and direction characters, courtesy around it and shouting are removed, spelled
 * letters are joined. Null if it is no name ("Acht Uhr", "Kunde", digits, `{{name}}`, a sentence, one of `notNames`: the
 * agent's or the business's own).
 */
export function readPersonName(said: string, notNames: readonly string[] = []): string | null {
  if (said.length > spokenCharactersMax || isAbsent(said)) return null
  let text = said
    .normalize('NFC')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/["„“”«»*_#`|<>[\]()]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (isNoNameGiven(text)) return null
  text = plainlySaid(text)
  if (/^k\.? ?a\.?$/i.test(text)) return null
  // Who only says with whom they speak or where they are has not said who they are.
  if (/^(?:bei|beim|mit|seit)\s/iu.test(text) && !/^mit (?:vor|nach)?namen\s/iu.test(text)) return null
  const spoken = withPartsSaidAgain(text)
  const read = spoken === null ? null : tidy(spoken)
  if (read === null) return null
  text = read

  if (!/^[\p{L}\p{M}'’.\- ]+$/u.test(text) || text.length > nameCharactersMax) return null
  const words = text.split(' ')
  // Two people are no name: who the appointment is for is asked.
  if (/\p{L} (?:und|oder) (?!zu )\p{L}/iu.test(text)) return null
  const folded = words.map((word) => fold(word)).filter((word) => word !== '')
  // Names in other scripts fold to nothing; they are names all the same.
  const hasLatin = /\p{Script=Latin}/u.test(text)
  // "M wie Martha, A wie Anton": a spelling that broke off
  if (hasLatin && folded.length > 0 && folded.every((word) => word.length === 1)) return null
  if (words.length > nameWordsMax || (text.match(/\p{L}/gu)?.length ?? 0) < 2) return null
  const courteous =
    /^(?:frau|herrn?)$/.test(folded[0] ?? '') && folded.length === 2 && calendarWords.has(folded[1]!)
  const isNoName = (word: string) => notNameWords.has(word) || digitsOf(word) !== null
  if (hasLatin && !courteous && folded.every(isNoName)) return null
  if (folded.some((word) => sentenceWords.has(word) || labels.has(word)) || invented.has(folded.join(' ')))
    return null
  // "der Mann von Frau Müller": who it is has not been said.
  if (folded.slice(1, -1).some((word) => /^(?:frau|herrn?)$/.test(word))) return null
  if (isOneOf(folded.join(' '), notNames)) return null
  return withHonorificOnlyIfNeeded(withCapitals(withFirstNameFirst(words))).slice(0, nameCharactersMax)
}

function isOneOf(folded: string, notNames: readonly string[]): boolean {
  const bare = folded.replace(/^(?:frau|herrn?|bei|vom?|von|der|die) /, '')
  return notNames.some((name) => {
    const other = fold(name)
    return (
      other !== '' &&
      (bare === other ||
        isOfBusiness(bare, other) ||
        (other.includes(' ') && ` ${bare} `.includes(` ${other} `)))
    )
  })
}

/** "Lisa vom Salon": the agent, told apart from a namesake by what follows. */
function isOfBusiness(bare: string, agent: string): boolean {
  return new RegExp(`^(?:die |der )?${agent} (?:vom|von|aus|bei|im) `).test(bare)
}

/** Courtesy off, spelled letters joined, what is said twice said once; null if it is not clear how the name is written. */
function tidy(heard: string): string | null {
  const spoken = withoutTalk(hintsAlike(heard))
  const after = labelledAfter(spoken)
  const apart = after === undefined ? firstAndLast(spoken) : after
  if (apart !== undefined) return apart
  const labelled = labelledName(spoken) ?? labelledName(spoken.replace(leadIn, ''))
  let text = (labelled ?? spoken)
    // "nicht Hoffmann, sondern Hofmann"
    .replace(/^nicht \p{L}+,? sondern /iu, '')
    .replace(
      /(?<=\p{L}[\s,]+\p{L}+)[\s,]+(?:und )?ich (?:wollte|will|möchte|bräuchte|brauche|hätte|würde|rufe)\b.*$/iu,
      '',
    )
    .replace(/[,.\s]*\b(?:ich )?buchstabier(?:e|t)\b(?: mal)?[:,\s]*/giu, ', ')
    .replace(/, also /giu, ', ')
    .replace(/(?<=\p{L})[\s,]+(?:ist )?mein name[\s,]+(?=\p{L})/iu, ', ')
    .replace(/^(\p{L}{4,})\.\s+(?=.*\1)/iu, '$1, ')
    .replace(/(?<!prof|dipl|dent|phil)(?<=\p{L}{4})\.\s+/giu, ' ')
    .replace(/^[,\s]+/, '')
    .replace(/\b(isch?) [ds]['’](?=\p{L})/iu, '$1 ')
    .replace(leadIn, '')
    .replace(forAnother, '')
    .replace(/ komma /giu, ', ')
    .replace(trailer, '')
    .replace(trailer, '')
    .replace(/[\s.,;:!?-]+$/u, '')
    .trim()
  const said = lastSaid(text)
  if (said === null) return null
  text = said
  const commas = text.split(/\s*[,;]\s*/).filter((part) => part !== '')
  const spelled = joinSpelled(text)
  if (spelled !== text.replace(/[\s,]+/g, ' ')) text = spelled
  else if (commas.length === 2 && !/^(?:mit|ohne) /i.test(commas[1]!)) {
    const joined = oneOf(commas[0]!, commas[1]!)
    if (joined === null) return null
    text = joined
  }
  return applySpellingHints(text)
}

/** What narrows a spelling, said in a clause of its own, as the hint it is: "Herrmann, aber nur ein r" → "Herrmann mit einem r". */
function hintsAlike(said: string): string {
  return (
    said
      .replace(
        /[\s,]+(?:aber |und |jedoch )?(?:nur|bloß|bloss|lediglich) (?:mit )?(?:ein(?:e[mn]?)?|einfach(?:e[mn]?)?) (?=\p{L}(?!\p{L}))/iu,
        ' mit einem ',
      )
      .replace(/[\s,]+(?:aber|jedoch) (?=(?:zwei|doppel)[ -]?\p{L}(?!\p{L}))/iu, ' mit ')
      .replace(/[\s,]+(?:aber|jedoch) (?=(?:mit|ohne) )/iu, ' ')
      .replace(/(?<=^(?!.* (?:mit|ohne) ).*\p{L}{2})[\s,]+(?=doppel[- ]?\p{L}$)/iu, ' mit ')
      // "Krause, K wie Kilo"
      .replace(/^((\p{L})\p{L}+)[\s,]+\2 wie \p{L}+$/iu, '$1')
  )
}

/** "Neumann ist der Nachname, Kalle der Vorname": each part read by itself; undefined without two such labels. */
function labelledAfter(spoken: string): string | null | undefined {
  const label =
    /^(.+?)[\s,]+(?:ist |wäre |lautet )?(?:der|mein|sein|ihr) (vor|nach|familien|zu)name[\s,]+(?:und )?(.+?)[\s,]+(?:ist |wäre |lautet )?(?:der|mein|sein|ihr) (vor|nach|familien|zu)name[\s.!]*$/iu.exec(
      spoken.replace(/^(?:also|ja|äh+m?)[\s,]+/iu, ''),
    )
  if (!label) return whichIsWhich(spoken.replace(leadIn, ''))
  const [one, other] = [tidy(label[1]!), tidy(label[3]!)]
  const isFirst = [label[2]!, label[4]!].map((word) => /^vor$/iu.test(word))
  if (!one || !other || isFirst[0] === isFirst[1]) return null
  return isFirst[0] ? `${one} ${other}` : `${other} ${one}`
}

/** "Thomas Martin, Thomas ist der Nachname" → "Martin Thomas"; undefined without such a clause. */
function whichIsWhich(said: string): string | undefined {
  const label =
    /^([\p{L}'’-]+) ([\p{L}'’-]+)[\s,.]+(?:und |also |wobei )?([\p{L}'’-]+) (?:ist|wäre) (?:der|mein|sein|ihr) (vor|nach|familien|zu)name[\s.!]*$/iu.exec(
      said,
    )
  if (!label) return undefined
  const [, one, other, named, kind] = label as unknown as [string, string, string, string, string]
  if (fold(named) !== fold(one) && fold(named) !== fold(other)) return undefined
  return (fold(named) === fold(one)) === /^vor$/iu.test(kind) ? `${one} ${other}` : `${other} ${one}`
}

/** "Nguyen, N G U Y E N, Vorname Linh", "Stefan mit P H, Nachname Vogel": each part read by itself; undefined without such a label. */
function firstAndLast(spoken: string): string | null | undefined {
  const label =
    /^(.*\p{L}.*?)[\s,]+(?:und )?(?:der |mein )?(vor|nach|familien|zu)namen?(?: ist| lautet| wäre)?[\s:,]+(.+)$/iu.exec(
      spoken.replace(/^(?:der |mein )?(?:nach|vor|familien)name(?: ist| lautet)?[\s:,]+/iu, ''),
    )
  if (!label || /^mit$/iu.test(label[1]!.split(' ').at(-1)!)) return undefined
  const [one, other] = [tidy(label[1]!.replace(/(?:[\s,]+(?:und|mein|der))+$/iu, '')), tidy(label[3]!)]
  if (one === null || other === null || one === '' || other === '') return null
  return /^vor$/iu.test(label[2]!) ? `${other} ${one}` : `${one} ${other}`
}

const introduction =
  /^.*(?<!\p{L})(?=(?:hier ist|hier spricht|ich heiße|i bin d[aer]|ick?e? bin der|mein (?:voller )?name ist|my (?:sur)?name is|tragen sie bitte|auf den namen) \p{L})/iu

/** What is told around a name ("…, ich ruf an wegen …", "nicht Arms", "aus Pankow", "wie der Torwart") away. */
function withoutTalk(said: string): string {
  const text = said
    .replace(/^nicht (?!(?:auf|für|unter|über) )[\p{L}-]+,? (?:sondern )?(?=\p{L})/iu, '')
    .replace(introduction, '')
    .replace(/(?:,| und|) nicht [\p{L}-]+$/iu, '')
    .replace(/ statt \p{L}+$/iu, '')
    .replace(/ (?:wird|ist) (?=mit )/iu, ' ')
    .replace(/(?<=\p{L}{2} \p{L}+|^frau \p{L}+|^herrn? \p{L}+) aus \p{L}+$/iu, '')
    .replace(/^([\p{L}-]+) ([\p{L}-]+) mit bindestrich(?=,|$)/iu, '$1-$2')
    .replace(/,? mit apostroph(?=,|$)/iu, '')
  const parts = text.split(/\s*,\s*/).map(withoutLikeness)
  if (parts.length === 1) return parts[0]!
  const names = parts.filter((part) => !isTalk(part))
  return names.length > 0 ? names.join(', ') : text
}

/** "Winter wie die Jahreszeit" → "Winter", "Schmidt mit dt wie Helmut Schmidt" → "Schmidt mit dt". */
function withoutLikeness(part: string): string {
  return part.replace(
    /^(?!(?:so|ja|nein|also|genau|genauso|sch|ch) )(\p{L}{2,}(?: (?:mit|ohne) \p{L}{1,3})?) wie (?:(?:der|die|das|im|in) )?\p{L}{2,}(?: \p{L}+)?$/iu,
    '$1',
  )
}

/** A clause of a sentence beside the name. */
function isTalk(part: string): boolean {
  const words = part.replace(leadIn, '').split(' ').map(fold)
  if (/^(?:sch|ch|\p{L}) wie /iu.test(part) || /^\p{L}+ (?:mit|ohne) (?:ein|zwei|doppel)/iu.test(part))
    return false
  return (
    /^(?:(?:so|ja|nein|also) )*wie (?:der|die|das|man|in|im)\b/iu.test(part) ||
    (words.length > 2 &&
      words.some((word) => sentenceWords.has(word) || /^(?:ich|sie|es|und|so)$/.test(word)))
  )
}

const correction =
  /[\s,.]+(?:(?:äh+m?|ach|oh|ne|nein|na)[\s,]+)*(?:nein|nee|nö|nä|quatsch|falsch|pardon|entschuldigung|verzeihung|sorry|tschuldigung|moment|stopp|halt|ich mein(?:e|te)?|besser gesagt|vielmehr|genauer gesagt|das hei(?:ß|ss)t|korrektur|doch eher|also)(?:[\s,.]+(?:nein|quatsch|entschuldigung|falsch|doch|lieber|das ist falsch|das war falsch|ich mein(?:e|te)?|der|die))*[\s,.]+/iu

/**
 * "Berger, nein, Burger" → "Burger", "Anna Becker, äh, Bäcker" → "Anna Bäcker", "Lange, Anna Lange" → "Anna Lange"; null if it is not
 * clear which part of a name is taken back.
 */
function lastSaid(text: string): string | null {
  let said = text.replace(
    /^(.*?)(\p{L}+)[\s,]+(?:äh+m?|öh+m?)[\s,]+(\p{L}+)$/iu,
    (_, before: string, one: string, anew: string) =>
      before + (isMistaken(one, anew) ? anew : `${one} ${anew}`),
  )
  for (let cue = correction.exec(said); cue !== null; cue = correction.exec(said)) {
    const before = said.slice(0, cue.index).trim()
    const after = said.slice(cue.index + cue[0].length).trim()
    const isHint = /^(?:mit|ohne)\s/iu.test(after)
    const joined =
      isHint || before === '' || after === '' ? `${before} ${after}`.trim() : corrected(before, after)
    if (joined === null) return null
    said = joined
  }
  const words = said.split(/[\s,]+/)
  const [first = '', last = ''] = [words[0], words.at(-1)]
  const isRepeated =
    words.length > 2 &&
    first.length > 1 &&
    fold(first) === fold(last) &&
    joinSpelled(said) === words.join(' ')
  return isRepeated ? words.slice(1).join(' ') : said
}

/** What holds after a correction: the whole name, or the part of it that sounds like what was said anew. */
function corrected(before: string, after: string): string | null {
  const [hint = ''] = /[\s,]+(?:mit|ohne)\s.*$/iu.exec(after) ?? []
  const anew = after.slice(0, after.length - hint.length).split(/[\s,]+/)
  const old = joinSpelled(before)
    .replace(/[\s,]+(?:mit|ohne)\s.*$/iu, '')
    .split(/[\s,]+/)
  if (anew.length > 1 || old.length === 1) return after
  const alike = old.findLastIndex((word) => isMistaken(word, anew[0]!))
  return alike < 0 ? null : old.with(alike, anew[0]!).join(' ') + hint
}

/** Near enough for one to have been a slip for the other. */
function isMistaken(word: string, other: string): boolean {
  const [a, b] = [fold(word), fold(other)]
  return a.charAt(0) === b.charAt(0) && editDistance(a, b, 3) <= 3
}

/** "Vorname Anna, Nachname Becker", "Becker ist mein Nachname" → the name alone, first name first; null without such labels. */
function labelledName(text: string): string | null {
  const said = /^(.+?) (?:ist|wäre|lautet) (?:mein|der|sein|ihr) (?:(?:nach|vor|familien)?name)[.!]?$/iu.exec(
    text,
  )
  if (said) return said[1]!
  const first = /\bvorname(?:n)?(?: ist| lautet)?[\s:]+([\p{L}'’-]+)/iu.exec(text)?.[1]
  const last =
    /\b(?:nachname|familienname|zuname)(?:n)?(?: ist| lautet)?[\s:]+([\p{L}'’-]+(?: [\p{L}'’-]+)??)(?=[\s,.]*(?:und\s|vorname|$))/iu.exec(
      text,
    )?.[1]
  if (first && last) return `${first} ${last}`
  const firstAfter =
    /^([\p{L}'’-]+)[\s,]+(?:und (?:der|mein) )?(?:vorname|mit vornamen)(?: ist)?[\s:]+([\p{L}'’-]+)$/iu.exec(
      text,
    )
  if (firstAfter) return `${firstAfter[2]} ${firstAfter[1]}`
  const before =
    /^([\p{L}'’-]+)[\s,]+(?:nachname|familienname|mit nachnamen)(?: ist)?[\s:]+([\p{L}'’-]+)$/iu.exec(text)
  return before ? `${before[1]} ${before[2]}` : null
}

/** "Becker, Anna" → "Anna Becker"; "Krause, Bernd Krause" → "Bernd Krause"; null if it is not clear which is which. */
function oneOf(before: string, after: string): string | null {
  const [b, a] = [fold(before).split(' '), fold(after).split(' ')]
  if (isAlone(before) && isAlone(after) && [before, after].every((part) => / (?:mit|ohne) /i.test(part)))
    return isCommonSurname(b[0]!) ? inOrder(after, before) : inOrder(before, after)
  if (b.every((word) => a.includes(word))) return after
  if (a[0] !== undefined && b.includes(a[0]) && (a.length === 1 || /^(?:mit|ohne)$/.test(a[1] ?? '')))
    return before + after.slice(after.indexOf(' ') < 0 ? after.length : after.indexOf(' '))
  if (b.length > 1 && !b.some((word) => particles.has(word)) && a.length > 1) return null
  const [given = '', family = ''] = [b[0], a[0]]
  if (isCommonFirstName(given) && !isCommonFirstName(family) && isAlone(before) && isAlone(after))
    return inOrder(before, after)
  return `${after} ${before}`
}

/** A single word, with or without how it is written. */
function isAlone(part: string): boolean {
  return /^[\p{L}'’-]+(?:\s+(?:mit|ohne)\s.*)?$/iu.test(part)
}

/** First and last name as they were said; a hint of the first one is applied where it stands. */
function inOrder(given: string, family: string): string | null {
  const [first, last] = [applySpellingHints(given), applySpellingHints(family)]
  return first === null || last === null ? null : `${first} ${last}`
}
