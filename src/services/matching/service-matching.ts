/**
 * Finds the service a caller means: exact name, synonym, the same words in another form, what sounds alike.
 * Pure and quick enough for every call. It would rather ask than guess: a wrong service booked costs more than a
 * question. `ambiguous` with a single candidate means "Meinen Sie …?".
 */

import { inGerman } from './english.ts'
import { withItsWord } from './idioms.ts'
import { getPreparedServices, type MatchableService, type PreparedServices } from './prepared-services.ts'
import { similarity, soundKey } from './sound.ts'
import { fold, isAbsent } from './text.ts'
import { readUtterance, type Utterance } from './utterance.ts'
import { conceptOf } from './vocabulary.ts'
import { isOneService, peopleAreClear, regionsOf, suits, weigh } from './weighing.ts'

export type ServiceMatch<S> =
  | { kind: 'match'; service: S; how: 'exact' | 'synonym' | 'normalised' | 'fuzzy' }
  /** `isTogether`: more than one was named; `several`: each of them exactly; `asSaid`: these in the order they were said. */
  | { kind: 'ambiguous'; candidates: S[]; isTogether?: true; several?: S[]; asSaid?: S[] }
  | { kind: 'none' }

/** Joined names this alike are taken for the same; from `askFrom` on they are asked about. */
const takeFrom = 0.88
const askFrom = 0.8

/**
 * Matches spoken words (a name, a sentence around it, or an id in digits) against a company's services.
 * A generic word that several services share gives `ambiguous` with all of them; nothing understood gives `none`.
 */
export function matchService<S extends MatchableService>(
  spoken: string,
  services: readonly S[],
): ServiceMatch<S> {
  const found = matchWords(spoken, services)
  if (found.kind === 'match' || (found.kind === 'ambiguous' && found.several)) return found
  const other = inGerman(withItsWord(spoken))
  const anew = other === spoken ? found : matchWords(other, services)
  if (anew.kind === 'match' || (found.kind === 'none' && anew.kind !== 'none')) return anew
  if (found.kind !== 'none') return found
  // What it was the last time is not for us to guess.
  return likeBefore.test(fold(spoken)) ? { kind: 'ambiguous', candidates: [...services] } : found
}

const likeBefore =
  /\b(?:(?:das|die|den|der|einmal|wieder) ?(?:gleiche?n?|selbe?n?)|dasselbe|(?:das )?ubliche|wie (?:immer|sonst|gewohnt|beim letzten mal|letztes mal|das letzte mal))\b/

function matchWords<S extends MatchableService>(spoken: string, services: readonly S[]): ServiceMatch<S> {
  const text = spoken.trim()
  if (isAbsent(text) || services.length === 0) return { kind: 'none' }
  if (/^\d+$/.test(text)) {
    const byId = services.filter((service) => service.id === Number(text))
    if (byId.length === 1) return { kind: 'match', service: byId[0]!, how: 'exact' }
  }
  return (
    decide(
      services.filter((service) => service.name === text),
      'exact',
    ) ??
    decide(
      services.filter((service) => service.synonyms.includes(text)),
      'synonym',
    ) ??
    matchPrepared(text, services)
  )
}

function decide<S>(found: readonly S[], how: 'exact' | 'synonym' | 'normalised'): ServiceMatch<S> | null {
  if (found.length === 0) return null
  if (found.length === 1) return { kind: 'match', service: found[0]!, how }
  return { kind: 'ambiguous', candidates: [...found] }
}

/**
 * The same with the whole company in view: what only another branch offers is `elsewhere`, before a part of a name here.
 * In: the branch's services, and those that only others have (also what cannot be booked).
 */
export function matchServiceOfBranch<S extends MatchableService>(
  spoken: string,
  offered: readonly S[],
  others: readonly S[],
): ServiceMatch<S> | { kind: 'elsewhere'; service: S } {
  const names = new Set(offered.map(({ name }) => name))
  const only = others.filter(
    ({ name }, at) => !names.has(name) && others.findIndex((other) => other.name === name) === at,
  )
  if (only.length === 0 || /^\d+$/.test(spoken.trim())) return matchService(spoken, offered)
  const found = matchService(spoken, [...offered, ...only])
  if (found.kind === 'match')
    return offered.includes(found.service) ? found : { kind: 'elsewhere', service: found.service }
  if (found.kind === 'none' || found.isTogether) return found
  const here = found.candidates.filter((service) => offered.includes(service))
  if (here.length === found.candidates.length || here.length === 0) return found
  const without = matchService(spoken, offered)
  return without.kind === 'match' && here.includes(without.service) ? without : { ...found, candidates: here }
}

function matchPrepared<S extends MatchableService>(text: string, services: readonly S[]): ServiceMatch<S> {
  const prepared = getPreparedServices(services)
  const literal = called(fold(text).replaceAll(' ', ''), prepared, services)
  if (literal) return literal
  const anew = saidAnew(text) ?? preferred(text)
  if (anew !== null) {
    const corrected = matchPrepared(anew, services)
    if (corrected.kind === 'match') return corrected
  }
  const whole = readUtterance(text, prepared.lexicon)
  const parts = isOneService(whole, prepared) ? [] : partsOf(text, prepared)
  // "Färben oder Dauerwelle" is a choice, which the question is about as well.
  const several = parts.length > 1 ? matchSeveral(parts, prepared, services) : null
  if (several && !several.isOneOf)
    return /\boder\b/i.test(text) ? withoutSeveral(several.match) : several.match
  const one = matchUtterance(whole, prepared, services)
  return one.kind === 'none' && several ? several.match : one
}

const correction =
  /(?<!\p{L})(?:ach,? wissen sie was|nein|nee|nö|quatsch|entschuldigung|verzeihung|pardon|sorry|halt|stopp|moment|ich mein(?:e|te)?|besser gesagt|vielmehr|korrektur|falsch|doch lieber|lieber doch|dann doch(?: lieber)?|stattdessen|sondern|diesmal|dieses ?mal|dies mal|jetzt (?:aber )?(?:nur|lieber|eher)|heute (?:aber )?(?:nur|lieber))(?!\p{L})[\s,.:;!]*/giu

/** What is said after a correction ("Damenhaarschnitt, nein, Entschuldigung, Färben"); null without one, or where more is added. */
function saidAnew(text: string): string | null {
  const last = [...text.matchAll(correction)].at(-1)
  if (last === undefined || last.index === 0) return null
  const anew = text.slice(last.index + last[0].length).trim()
  return anew === '' || /^(?:mit|und|auch|plus|noch|dazu|ohne|nicht|kein)/iu.test(anew) ? null : anew
}

/** "Damenschnitt, äh, Herrenschnitt mein ich", "lieber Färben als Dauerwelle", "Färben statt Dauerwelle": the one that is meant; else null. */
function preferred(text: string): string | null {
  const meant =
    /(?:äh+m?|öh+m?|ach|nein|nee)[\s,]+(.+?)[\s,]+(?:mein|meine|meinte|wollt|wollte) (?:ich|i)\b/iu.exec(text)
  const rather = /(?:lieber|eher) (.+?) als (?=\p{L})/iu.exec(text)
  return meant?.[1] ?? rather?.[1] ?? null
}

/** The service or services that are called by exactly these joined words; names go before synonyms. */
function called<S>(
  joined: string,
  prepared: PreparedServices,
  services: readonly S[],
): ServiceMatch<S> | null {
  const entries = prepared.byText.get(joined)
  if (!entries) return null
  const names = entries.filter((entry) => entry.isName)
  return decide(
    (names.length > 0 ? names : entries).map((entry) => services[entry.index]!),
    'normalised',
  )
}

function matchUtterance<S extends MatchableService>(
  utterance: Utterance,
  prepared: PreparedServices,
  services: readonly S[],
): ServiceMatch<S> {
  const bare = called(utterance.joined, prepared, services)
  const { audiences, ruledOut, notFor, isForSeveral, isCounted } = utterance
  if (bare && audiences.size + ruledOut.size + notFor.size === 0 && !isForSeveral && !isCounted) return bare
  const result = weigh(utterance, prepared, services)
  const isSure = result.kind === 'match' || (result.kind === 'ambiguous' && utterance.unknown.length === 0)
  return isSure ? result : (bySound(utterance, prepared, services) ?? result)
}

const joints =
  /\s*[,;+&/]\s*|\s+(?:und|oder|sowie|plus|mit|samt|dann|danach|dazu|außerdem|anschließend|zusätzlich|inklusive|inkl\.?)(?=\s)/iu

/** The parts of a sentence that say something about a service; none if it has no joint. */
function partsOf(text: string, { lexicon }: PreparedServices): Utterance[] {
  const parts = text.split(joints)
  if (parts.length < 2) return []
  return parts
    .map((part) => readUtterance(part, lexicon))
    .filter(({ concepts, unknown }) => concepts.length + unknown.length > 0)
}

/**
 * Several services in one sentence, each in its own part; null if all parts may speak of one service, or none of any.
 * `isOneOf`: only one part speaks of any, so the sentence as a whole is the better witness if it is understood.
 */
function matchSeveral<S extends MatchableService>(
  parts: readonly Utterance[],
  prepared: PreparedServices,
  services: readonly S[],
): { match: ServiceMatch<S>; isOneOf: boolean } | null {
  const all = parts.map((part) => matchUtterance(part, prepared, services))
  const readings = all.filter((_, i) => !isDoneAnyway(parts[i]!, all.toSpliced(i, 1), prepared, services))
  if (readings.length === 1 && all.length > 1 && readings[0]!.kind === 'match')
    return { match: readings[0]!, isOneOf: false }
  const found = readings.map((reading) => candidatesOf(reading)).filter((each) => each.length > 0)
  const [first, ...rest] = found
  if (!first) return null
  if (rest.length > 0 && first.some((service) => rest.every((other) => other.includes(service)))) return null
  const candidates = services.filter((service) => found.some((each) => each.includes(service)))
  const isEach = rest.length > 0 && readings.every(({ kind }) => kind === 'match')
  return {
    match: {
      kind: 'ambiguous',
      candidates,
      ...(rest.length > 0 && { isTogether: true }),
      ...(isEach ? { several: candidates, asSaid: [...new Set(found.flat())] } : {}),
    },
    isOneOf: rest.length === 0,
  }
}

/** "Herrenhaarschnitt mit Waschen": a part that only names what belongs to a service of another part. */
function isDoneAnyway<S extends MatchableService>(
  { concepts, unknown, audiences }: Utterance,
  others: readonly ServiceMatch<S>[],
  prepared: PreparedServices,
  services: readonly S[],
): boolean {
  if (concepts.length === 0 || unknown.length + audiences.size > 0) return false
  return others.some((other) => {
    const done = other.kind === 'match' ? prepared.services[services.indexOf(other.service)] : undefined
    return concepts.every((concept) => done?.alsoDone.has(concept))
  })
}

function withoutSeveral<S>(match: ServiceMatch<S>): ServiceMatch<S> {
  return match.kind === 'ambiguous' ? { kind: 'ambiguous', candidates: match.candidates } : match
}

function candidatesOf<S>(reading: ServiceMatch<S>): S[] {
  if (reading.kind === 'none') return []
  return reading.kind === 'match' ? [reading.service] : reading.candidates
}

/** Compares the joined words with whole names: for what was heard so badly that no part of it is a word. */
function bySound<S>(
  utterance: Utterance,
  prepared: PreparedServices,
  services: readonly S[],
): ServiceMatch<S> | null {
  const heard = utterance.joined
  // A part of the body that no service knows is that part, not another word misheard.
  if (heard.length < 4 || regionsOf(utterance.unknown.map(conceptOf)).size > 0) return null
  const heardKey = soundKey(heard)
  const scores: { index: number; score: number }[] = []
  prepared.services.forEach((service, index) => {
    if (!suits(service, utterance)) return
    let score = 0
    for (const form of service.forms) {
      if (form.joined.length < 4) continue
      score = Math.max(
        score,
        soundKey(form.joined) === heardKey ? 1 : similarity(heard, form.joined, askFrom),
      )
    }
    if (score > 0) scores.push({ index, score })
  })
  scores.sort((a, b) => b.score - a.score)
  const [first, second] = scores
  if (!first) return null
  const isClear = !second || first.score - second.score >= 0.08
  const isFor = peopleAreClear(utterance, prepared.services[first.index]!)
  if (isClear && isFor && first.score >= takeFrom)
    return { kind: 'match', service: services[first.index]!, how: 'fuzzy' }
  return { kind: 'ambiguous', candidates: scores.map((one) => services[one.index]!) }
}
