/**
 * What callers and agents say about data protection, by their words: refusing a recording, asking about one's own data, speaking of health,
 * announcing a machine. Pure; in doubt a note counts as one about health, and nothing counts as a caller's yes.
 */
import { foldWords } from './fold.ts'

/** Which right a caller means (Art. 15 to 21 GDPR); null: none of them. */
export type DataRight = 'erasure' | 'access' | 'correction' | 'objection'

const myData = /\b(daten|angaben|nummer|telefonnummer|adresse|eintrag|kundenkarte|kundendaten|profil|alles)\b/
const erasing = /\b(loesch\w*|geloescht|entfern\w*|vernicht\w*|vergessen werden)\b/
const asking = /\b(auskunft|(welche|was fuer) (daten|angaben)|gespeichert|kopie meiner daten|datenauskunft)\b/
const correcting = /\b(berichtig\w*|datenkorrektur)\b/
const objecting = /\b(datenverarbeitung|widerspruch|widersprech\w*|einschraenk\w* .{0,30}verarbeitung)\b/
const appointmentOnly = /\b(termin|buchung|reservierung)\w*\b/

/** In: why a caller wants to be called back, in their words. */
export function dataRightOf(text: string | null | undefined): DataRight | null {
  const words = foldWords(text ?? '')
  const speaksOfData = /\b(daten\w*|dsgvo|datenschutz\w*|gespeichert\w*)\b/.test(words)
  if (erasing.test(words) && (speaksOfData || (myData.test(words) && !appointmentOnly.test(words))))
    return 'erasure'
  if (!speaksOfData) return null
  if (asking.test(words)) return 'access'
  if (correcting.test(words)) return 'correction'
  return objecting.test(words) ? 'objection' : null
}

const health =
  /\b(\w*allerg\w*|ppd|unvertraeglich\w*|\w*intoleranz|schwanger\w*|stillend?\w*|diabet\w*|epilep\w*|asthma\w*|krebs\w*|chemo\w*|tumor\w*|hiv|aids|hepatitis|herzschrittmacher|bluthochdruck|blutverduenn\w*|marcumar|medikament\w*|tablett\w*|antibiotik\w*|cortison|kortison|neurodermitis|psoriasis|schuppenflechte|ekzem\w*|kopfhaut\w*|haarausfall|alopezi\w*|laeuse|krank\w*|erkrank\w*|diagnose\w*|operier\w*|operation\w*|behinder\w*|rollstuhl\w*|demen\w*|depress\w*|angststoerung\w*|panik\w*|phobie\w*|\w*phobie|schmerz\w*|entzuend\w*|narkose\w*|impf\w*|\w*therapie\w*|infekt\w*|wunde\w*|bandscheibe\w*|rheuma\w*|thrombose\w*|migraene)\b/

/** Whether words say something about somebody's health (Art. 9 GDPR). */
export function speaksOfHealth(text: string | null | undefined): boolean {
  return health.test(foldWords(text ?? ''))
}

const machine =
  /\b(ki|kuenstliche\w* intelligenz|digital\w* (assisten\w*|telefonassisten\w*|mitarbeiter\w*)|virtuell\w* \w+|automatisch\w* (assisten\w*|telefonassisten\w*)|sprachassisten\w*|telefonassisten\w*|sprachcomputer|computer|roboter|bot|chatbot|voicebot|maschine)\b/

/** Whether an agent's words say that a machine speaks. */
export function announcesMachine(text: string): boolean {
  return machine.test(foldWords(text))
}

const recording =
  /\b(aufzeichn\w*|aufgezeichnet|aufnehm\w*|aufnahme|aufgenommen|mitschneid\w*|mitgeschnitten|mitschnitt)\b/
const refusing =
  /\b(nicht|nein|kein|keine|keinen|ohne|ungern|dagegen|lieber nicht|stopp\w*|abschalt\w*|ausschalt\w*|ablehn\w*)\b/

/** Whether words are about recording the call. */
export function speaksOfRecording(text: string): boolean {
  return recording.test(foldWords(text))
}

/** Whether a caller wants no recording, in words that name it ("bitte nicht aufzeichnen"). */
export function refusesRecording(text: string): boolean {
  const words = foldWords(text)
  return recording.test(words) && refusing.test(words)
}

/** The answer to a question about recording. */
export function answerAboutRecording(text: string): 'yes' | 'no' | 'unclear' {
  const words = foldWords(text)
  if (refusing.test(words)) return 'no'
  return /\b(ja|jo|gern\w*|okay|ok|einverstanden|in ordnung|klar|natuerlich|meinetwegen|von mir aus)\b/.test(
    words,
  )
    ? 'yes'
    : 'unclear'
}
