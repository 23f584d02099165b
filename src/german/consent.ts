/**
 * What a caller answers to a read-back: yes, no, another wish, or neither (a question, "Moment", something else). Clause by clause:
 * what comes later counts, a wish for something else always does. What says nothing for or against ("danke") is no objection;
 * silence and noise are no answer.
 */
import { foldWords } from './fold.ts'

export type Consent = 'yes' | 'no' | 'change' | 'unclear'

/** What was read back: decides whether "absagen" is a yes or another wish. */
export type ReadBack = 'book' | 'cancel' | 'move'

/** Yes on their own, wherever they stand in a clause that refuses nothing. */
const yesWords =
  /\b(ja+|jo+|jau|joa+|jawohl|jawoll|jep|jup|yes|yep|yeah|jop|ha ?jo|freilich|genau|gerne?|okay|okey|okidoki|ok|oke|klar|logo|sicher|sischer|natuerlich|selbstverstaendlich|einverstanden|perfekt|prima|super|wunderbar|toll|klasse|spitze|ausgezeichnet|hervorragend|bestens|bitte|bidde|richtig|korrekt|stimmt|absolut|unbedingt|auf jeden( fall)?|jedenfalls|in ordnung|alles klar|abgemacht|machen wir|mach ma|so machen|passt|basst|basd|past|(das|es) geht|geht (klar|in ordnung|auch)|mhm|aha|nu|gebongt|geritzt|gut|guad|guet|recht|fein|schoen|so ist es|so sei es|deal|bestaetige|bestaetigt|zusage|meinetwegen|von mir aus|warum nicht|wieso nicht|nichts dagegen|kein(e)? (problem|einwaende)|kein thema|spricht nichts dagegen|dabei bleibt es|bleibt dabei|dabei bleiben|freue? mich|waere (mir )?(lieb|recht|toll|super|nett|schoen))\b/
/** Said politely after anything: they make no yes of a "Moment" or a "nein" that came before. */
const weakYes = /^((bitte|bidde|gut|okay|okey|ok|schoen|danke|recht|fein|prima|so) ?)+$/
/** What takes a "nein" back; anything else that is wanted after one is another wish ("nein, auf nächste Woche bitte"). */
const takesBack =
  /\b(ja+|jo+|doch|passt|basst|genau|gerne?|klar|in ordnung|stimmt|richtig|korrekt|einverstanden|geht)\b/
/** Doing what was read back. */
const doing: Record<ReadBack, RegExp> = {
  book: /\b(buchen|buche|buchs|eintragen|traegt? (mich|das|es|mi|ihn)|tragen sie|trag|einbuchen|reservieren|reserviere|fest ?machen|machen sie|mach|mache|tun sie|nehme|nehm|nehmen|nimm|will|moechte|haette)\b/,
  cancel:
    /\b(absagen|sag(en|t)?( \w+){0,3} ab|stornieren|storniere|storno|streichen|loeschen|canceln|weg damit|raus damit|machen sie|mach|tun sie)\b/,
  move: /\b(verschieben|verschiebe|verlegen|verlege|umbuchen|aendern sie|machen sie|mach|tun sie|nehme|nehm|nehmen)\b/,
}
/** Something else than what was read back. */
const otherwise: Record<ReadBack, RegExp> = {
  book: /\b(absagen|stornieren|verschieben|umbuchen)\b/,
  cancel: /\b(verschieben|umbuchen|verlegen|behalten|stehen ?lassen|bestehen|drin ?lassen)\b/,
  move: /\b(absagen|stornieren|streichen)\b/,
}
const change =
  /\b(lieber|eher|stattdessen|anders|anderen?|anderer|andere|anderes|aendern|geaendert|sondern|statt|anstatt|besser|spaeter|frueher|tauschen|wechseln|hinzu|dazu|zusaetzlich|ausserdem|auch noch|noch (ein|eine|einen|zwei|drei)|nur( \w+)? (bei|mit|wenn|fuer|um|am)|wenn es geht|doch (um|am|bei|mit|den|die|das)|meinte|meine ich|gemeint|ich sagte|ich hatte gesagt|ich wollte|vertan|versprochen|name ist|heisse|geschrieben|buchstabiere)\b/
const no =
  /\b(nein+|nee+|noe+|noo|na na|naa+|nae|net|ned|nope|no|nicht|nichts|nie|niemals|kein|keine|keinen|keinesfalls|keineswegs|stopp?|halt stopp|falsch|verkehrt|abbrechen|abbruch|vergessen sie|vergiss|lass(en)? (sie|ma|mal|wir)|lassen|hat sich erledigt|erledigt|quatsch|bloss nicht|unsinn)\b/
const hesitation =
  /\b(moment|momentchen|sekunde|augenblick|minute|warten|warte|wart|stop mal|halt mal|ueberlegen|ueberlege|ueberleg|schauen|schau|gucken|guck|nachsehen|nachschauen|nachfragen|fragen|frage|klaeren|absprechen|besprechen|kalender|weiss (es )?(ich )?(noch )?(nicht|net|ned)|nicht sicher|unsicher|vielleicht|eventuell|moeglicherweise|wahrscheinlich|glaube|glaub|denke|eigentlich|mal sehen|kommt drauf an|jein|ungern|schwierig|knapp|hm+|oeh|tja|naja|na ja|wie bitte|nochmals?|noch ?mal|noch einmal|wiederholen|verstanden|verstehe|hallo|sind sie noch|zurueckrufen|melde mich|rufe (spaeter |noch ?mal )?(wieder )?an|zu teuer|teuer|sorry|pardon|understand)\b/
/** Why somebody cannot come; a reason to call off, and no yes to anything else. */
const unable =
  /\b(schade|leider|urlaub|verreist|unterwegs|verhindert|arbeiten|schicht|zu (frueh|spaet|lange?|weit))\b/
/** What is said to have become impossible when something is called off. */
const reason = /\b(kann|koennen|schaffe|schaffen|schaff|klappt|komme|zeit|hinkommen)\b/
/** A question begins so; "was kostet das", "ist das bei Anna", "oder muss ich". */
const asking =
  /^(und |aber |ja |okay |gut |aeh |also |ach |sagen sie |eine frage |oder )*(was|wie|wann|wo|wohin|wer|wen|wem|welche[rsnm]?|warum|wieso|weshalb|wieviel|ob|ist|sind|kann|koennte|darf|muss|soll|haben|hat|gibt|geht|kostet|brauche|dauert|wird|war|bin|habe|koennen)\b/
/** "Können Sie das so eintragen?" asks for what was read back. */
const politely = /\b(koennen|koennten|wuerden|wollen|moegen) sie\b/
/** Sentences with a refusing word that refuse nothing. */
const harmless =
  /\b(kein(e)? (problem|thema|einwaende)|warum nicht|wieso nicht|nichts dagegen|spricht nichts dagegen|nicht schlecht|nichts zu aendern|nichts aendern|aendert sich nichts|sonst nichts( mehr)?|nichts weiter|nichts mehr|keine frage|keine fragen( mehr)?|nicht wahr|ohne frage|gar kein problem|na klar|na gut|na sicher|na freilich|na dann|na logo|nicht mehr,? danke)\b/g

/**
 * @param words what the caller said since the read-back, in the order it was said
 * @param isElsewhere whether a clause names another day or time than what was read back
 */
export function readConsent(
  words: string,
  readBack: ReadBack,
  isElsewhere: (clause: string) => boolean = () => false,
): Consent {
  let verdict: Consent | null = null
  for (const { text, isQuestion } of clausesOf(words)) {
    const judged = judge(text, isQuestion, readBack, isElsewhere)
    if (judged === null) continue
    // Another wish is not taken back by the "ja" or "bitte" that follows it, nor by the "nein" before it.
    if (verdict === 'change' && judged !== 'no') continue
    if (judged === 'yes' && (verdict === 'no' || verdict === 'unclear') && weakYes.test(text)) continue
    verdict = judged === 'yes' && verdict === 'no' && !takesBack.test(text) ? 'change' : judged
  }
  return verdict ?? (isNoise(words) ? 'unclear' : 'yes')
}

/** Nothing was said that means anything: a cough, "ähm", what speech-to-text writes for noise. */
function isNoise(words: string): boolean {
  const spoken = foldWords(words.replace(/\[[^\]]*\]|\([^)]*\)/g, ' '))
  return spoken
    .split(' ')
    .every((word) => word === '' || /^(aeh+m?|eh+m?|oeh+m?|hm+|mh+|uh+m?|tja)$/.test(word))
}

interface Clause {
  text: string
  isQuestion: boolean
}

/**
 * "Nein.", "Nein, doch nicht.", "Moment, lieber nicht, danke": nothing else was said. For words that answer no read-back of ours, where
 * "ich kann nicht" is a reason and no refusal.
 */
export function refusesPlainly(words: string): boolean {
  const clauses = clausesOf(words).map(({ text }) => text)
  return (
    clauses.some((text) => plainNo.test(text)) &&
    clauses.every((text) => plainNo.test(text) || plainRest.test(text))
  )
}
const plainNo =
  /^(ach |oh |aeh |ne |also )*(nein|nee|noe|naa?|doch nicht|doch lieber nicht|lieber nicht|lieber doch nicht|stopp?|halt|moment( mal)?|einen? moment( mal)?|warten sie( mal)?|augenblick)( (nein|nee|danke|bitte|doch nicht|doch lieber nicht|lieber nicht|lieber doch nicht|warten sie))*$/
const plainRest =
  /^(ach|oh|aeh|danke|bitte|vielen dank|entschuldigung|aber|also)( (danke|schoen|bitte|sie))*$/

/** Split where a breath is; "aber" begins a clause of its own. */
function clausesOf(words: string): Clause[] {
  return [...words.matchAll(/([^.,;:!?…\n]+)([.,;:!?…\n]*)/g)].flatMap((match) => {
    const isQuestion = (match[2] ?? '').includes('?')
    const parts = foldWords(match[1] ?? '').split(/ (?=aber |oder |sondern )/)
    return parts.filter((text) => text !== '').map((text) => ({ text, isQuestion }))
  })
}

/** One clause; null for what says nothing about it ("danke", "auf Wiederhören"). */
function judge(
  clause: string,
  isQuestion: boolean,
  readBack: ReadBack,
  isElsewhere: (clause: string) => boolean,
): Consent | null {
  const text = clause.replace(harmless, ' ja ')
  const wantsIt = doing[readBack].test(text)
  const refuses = no.test(text)
  if (/\bdoch (nicht|net|ned|lieber nicht)\b|\blieber (nicht|net|ned|doch nicht)\b/.test(text)) return 'no'
  if (otherwise[readBack].test(text)) return refuses ? null : 'change'
  if (isElsewhere(text)) return refuses && !/\b(sondern|lieber)\b/.test(text) ? 'no' : 'change'
  if (change.test(text) && !/\b(passt|gerne)( \w+)? (besser|lieber)\b/.test(text))
    return refuses && !/\bsondern\b/.test(text) ? 'no' : 'change'
  if (hesitation.test(text)) return 'unclear'
  // Without the sign of a question, "ist in Ordnung" and "kann man machen" are none.
  const asks =
    isQuestion || (asking.test(text) && !yesWords.test(text.replace(/^(und |aber |ja |okay |gut )+/, '')))
  if (asks && !(politely.test(text) && wantsIt) && !isTag(text)) return 'unclear'
  // "Ja, ich kann leider nicht kommen" is why it is called off.
  if (readBack === 'cancel' && refuses && reason.test(text) && !/^(nein|nee|noe)\b/.test(text)) return null
  if (refuses || (readBack !== 'cancel' && unable.test(text))) return 'no'
  if (yesWords.test(text) || wantsIt) return 'yes'
  if (/^aber /.test(text)) return 'change'
  return null
}

/** "ja, genau, oder?", "passt, ne?": no question that waits for an answer. */
function isTag(text: string): boolean {
  return /^(oder|ne|nich|gell|gelle|wa|woll|ja|okay|richtig|ja genau|passt( das| so)?)$/.test(text)
}
