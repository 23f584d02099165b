/**
 * How urgent what a caller asks for is, by their words: pain, an emergency or "dringend" is high, a danger to life an emergency.
 * What is denied ("keine Schmerzen", "nicht dringend") counts for nothing. Pure; no diagnosis: in doubt it is the more urgent.
 */
import { foldWords } from './fold.ts'

export type Urgency = 'normal' | 'high' | 'emergency'

const denied =
  /\b(nicht|kein|keine|keinen|keinerlei|ohne|nix)( (so|sehr|besonders|wirklich|ganz|akute?|starken?|mehr|weiter)){0,2} (dringend|dringlich|eilig|eile|akut|notfall|schmerz\w*|atemnot|fieber|blut\w*|schlimm)\b|\bschmerz(frei|los|ensgeld)\w*|\bnotfalls\b|\b(eilt|pressiert) (nicht|net)\b/g
const lifeThreatening =
  /\b(atemnot|(keine|kaum|schlecht) luft|atmet (nicht|kaum|nimmer)|(nicht|kaum|nicht mehr|nicht richtig) atmen|erstick\w*|bewusstlos\w*|ohnmaecht\w*|ohnmacht|nicht (mehr )?ansprechbar|leblos|herzinfarkt|infarkt|herzstillstand|schlaganfall|brustschmerz\w*|schmerz\w* in der brust|stich\w* in der brust|verblute\w*|(blutet|blute|blutung) (sehr |so )?stark|stark(e|en|es)? (am )?(blutet|blutung\w*|bluten)|hoert nicht auf zu bluten|nicht zu stillen|krampfanfall|anaphyla\w*|allergische[rnm]? schock|vergift\w*|suizid\w*|selbstmord\w*|(mich|sich|mir) (umbringen|das leben nehmen)|lebensgefahr|lebensgefaehrlich\w*|lebensbedrohlich\w*|notarzt|rettungswagen|krankenwagen)\b/
const pressing =
  /\b(\w*schmerz\w*|notfall\w*|dringend\w*|dringlich\w*|eilig\w*|eilt|pressiert|akut\w*|sofort|schnellstmoeglich\w*|so schnell wie moeglich|so bald wie moeglich|umgehend|unverzueglich|blutet|blute|blutung\w*|entzuend\w*|geschwollen\w*|schwellung\w*|fieber|allergische? reaktion|unfall|veraetz\w*|verbrannt\w*|verbrennung\w*|weh|wehtut)\b/

/** @param texts what the caller gave as reason and time, in their words */
export function urgencyOf(...texts: ReadonlyArray<string | null | undefined>): Urgency {
  const words = texts.map((text) => foldWords(text ?? '').replace(denied, ' ')).join(' ')
  if (lifeThreatening.test(words)) return 'emergency'
  return pressing.test(words) ? 'high' : 'normal'
}
