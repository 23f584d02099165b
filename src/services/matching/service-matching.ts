/**
 * Finds the service a caller means: exact name, synonym, the same words in another form, what sounds alike.
 * Pure and quick enough for every call. It would rather ask than guess: a wrong service booked costs more than a
 * question. `ambiguous` with a single candidate means "Meinen Sie …?".
 */

import {
  getPreparedServices,
  type MatchableService,
  type PreparedForm,
  type PreparedService,
  type PreparedServices,
} from './prepared-services.ts'
import { similarity, soundKey } from './sound.ts'
import { fold, isAbsent } from './text.ts'
import { readUtterance, type Utterance } from './utterance.ts'
import { audiences, emptyHeads, genericConcepts } from './vocabulary.ts'

export type ServiceMatch<S> =
  | { kind: 'match'; service: S; how: 'exact' | 'synonym' | 'normalised' | 'fuzzy' }
  | { kind: 'ambiguous'; candidates: S[] }
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

function matchPrepared<S extends MatchableService>(text: string, services: readonly S[]): ServiceMatch<S> {
  const prepared = getPreparedServices(services)
  const pick = (entries: readonly { index: number; isName: boolean }[] | undefined) => {
    if (!entries) return null
    const names = entries.filter((entry) => entry.isName)
    return decide(
      (names.length > 0 ? names : entries).map((entry) => services[entry.index]!),
      'normalised',
    )
  }
  const literal = pick(prepared.byText.get(fold(text).replaceAll(' ', '')))
  if (literal) return literal

  const utterance = readUtterance(text, prepared.lexicon)
  const bare = pick(prepared.byText.get(utterance.joined))
  if (bare && utterance.audiences.size === 0 && utterance.ruledOut.size === 0) return bare

  const result = weigh(utterance, prepared, services)
  const isSure = result.kind === 'match' || (result.kind === 'ambiguous' && utterance.unknown.length === 0)
  return isSure ? result : (bySound(utterance, prepared, services) ?? result)
}

interface Candidate {
  index: number
  /** Bit i is set if the service contains the utterance's concept i; `strong` leaves out what says nothing here. */
  covered: number
  strong: number
  hasAudience: boolean
  /** A name or synonym is said in full, words that say nothing here aside; `isWhole`: those too; `isSame`: and nothing else. */
  isFull: boolean
  isWhole: boolean
  isSame: boolean
  isBroken: boolean
  /** One name or synonym holds all that was said, or is said in full: not a chance mixture of several. */
  isCoherent: boolean
}

function weigh<S>(utterance: Utterance, prepared: PreparedServices, services: readonly S[]): ServiceMatch<S> {
  const candidates = prepared.services
    .map((service, index) => assess(service, index, utterance, prepared))
    .filter((candidate) => candidate !== null)
  const best = candidates.filter((one) => !candidates.some((other) => outdoes(other, one)))
  if (best.length === 0) return { kind: 'none' }
  if (best.length > 1) return { kind: 'ambiguous', candidates: best.map((one) => services[one.index]!) }

  const only = best[0]!
  const service = services[only.index]!
  const everything = 2 ** utterance.concepts.length - 1
  const weakBits = bits(utterance.concepts, (concept) => prepared.weak.has(concept))
  const isGeneric = utterance.concepts.every(
    (concept, i) => !(only.strong & (1 << i)) || (genericConcepts.has(concept) && !only.isFull),
  )
  const isExplained =
    (only.covered | weakBits) === everything &&
    utterance.unknown.length === 0 &&
    !only.isBroken &&
    only.isCoherent
  if (isGeneric && utterance.unknown.length > 0) return { kind: 'none' }
  if (!isExplained || isGeneric) return { kind: 'ambiguous', candidates: [service] }
  return { kind: 'match', service, how: only.isFull && !utterance.fuzzy ? 'normalised' : 'fuzzy' }
}

/** What of the utterance a service contains; null if nothing, or if it is ruled out. */
function assess(
  service: PreparedService,
  index: number,
  utterance: Utterance,
  prepared: PreparedServices,
): Candidate | null {
  if (!suits(service, utterance)) return null
  let covered = bits(utterance.concepts, (concept) => service.concepts.has(concept))
  let isBroken = false
  for (const compound of utterance.compounds) {
    const missing = compound.filter(
      (concept) => !service.concepts.has(concept) && !prepared.weak.has(concept),
    )
    if (missing.length === 0 || missing.length === compound.length) continue
    // Half of a compound: with a telling head ("Trockenhaarschnitt") ask, with a generic one it is something else.
    const head = compound[compound.length - 1]!
    const isTold = service.concepts.has(head) ? !genericConcepts.has(head) : emptyHeads.has(head)
    if (isTold) isBroken = true
    else covered &= ~bits(utterance.concepts, (concept) => compound.includes(concept))
  }
  const strong = covered & ~bits(utterance.concepts, (concept) => prepared.weak.has(concept))
  const hasAudience = [...utterance.audiences].some((audience) => service.audiences.has(audience))
  if (covered === 0 && !(hasAudience && utterance.concepts.length === 0)) return null
  if (utterance.concepts.some((concept, i) => covered & (1 << i) && utterance.brokenHeads.has(concept)))
    isBroken = true

  const said = (concept: string) =>
    utterance.concepts.includes(concept) || [...utterance.audiences].some((audience) => audience === concept)
  const full = service.forms.filter(
    (form) =>
      isTelling(form) && [...form.required].every((concept) => said(concept) || prepared.weak.has(concept)),
  )
  const whole = full.filter((form) => [...form.expected].every(said))
  const isSame = whole.some((form) => isSameAs(form, utterance))
  const isFull = full.length > 0
  const isWhole = whole.length > 0
  const holds = (form: PreparedForm) =>
    utterance.concepts.every((each, i) => !(strong & (1 << i)) || form.concepts.has(each))
  const isCoherent = isWhole || service.forms.some(holds)
  return { index, covered, strong, hasAudience, isFull, isWhole, isSame, isBroken, isCoherent }
}

/** A form of audiences alone ("Herren") names nobody's service in full. */
function isTelling(form: PreparedForm): boolean {
  return [...form.required].some((concept) => !audiences.has(concept))
}

function isSameAs(form: PreparedForm, utterance: Utterance): boolean {
  return (
    utterance.concepts.every((concept) => form.concepts.has(concept)) &&
    [...utterance.audiences].every((audience) => form.concepts.has(audience))
  )
}

function suits(service: PreparedService, utterance: Utterance): boolean {
  for (const concept of utterance.ruledOut) {
    if (service.concepts.has(concept) && service.forms[0]!.concepts.has(concept)) return false
  }
  if (service.audiences.size === 0) return true
  const heard = [...utterance.audiences]
  if (heard.length > 0 && !heard.some((audience) => service.audiences.has(audience))) return false
  return ![...service.audiences].every((audience) => utterance.ruledOut.has(audience))
}

/** True if `a` is the better reading: it explains more, or the same more exactly. */
function outdoes(a: Candidate, b: Candidate): boolean {
  if (a.strong !== b.strong) {
    // "für meine Mutter schneiden und föhnen": the women's service stays in play beside one that names nobody.
    const isForNobody = b.hasAudience && !a.hasAudience && !a.isWhole
    return (a.strong | b.strong) === a.strong && !isForNobody
  }
  if (a.isSame !== b.isSame) return a.isSame
  if (a.hasAudience !== b.hasAudience) return a.hasAudience
  if (a.isWhole !== b.isWhole) return a.isWhole
  return a.covered !== b.covered && (a.covered | b.covered) === a.covered
}

function bits(concepts: readonly string[], has: (concept: string) => boolean): number {
  let mask = 0
  for (let i = 0; i < concepts.length && i < 30; i++) if (has(concepts[i]!)) mask |= 1 << i
  return mask
}

/** Compares the joined words with whole names: for what was heard so badly that no part of it is a word. */
function bySound<S>(
  utterance: Utterance,
  prepared: PreparedServices,
  services: readonly S[],
): ServiceMatch<S> | null {
  const heard = utterance.joined
  if (heard.length < 4) return null
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
  if (isClear && first.score >= takeFrom)
    return { kind: 'match', service: services[first.index]!, how: 'fuzzy' }
  return { kind: 'ambiguous', candidates: scores.map((one) => services[one.index]!) }
}
