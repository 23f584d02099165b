/**
 * Which of a company's services explain an utterance, and how well. Pure.
 * A service is taken only if every word that means something is accounted for by it: whom it is for, what is worked on, what is
 * done. What is left over makes a question of it, or nothing at all.
 */
import type {
  MatchableService,
  PreparedForm,
  PreparedService,
  PreparedServices,
} from './prepared-services.ts'
import type { ServiceMatch } from './service-matching.ts'
import type { Utterance } from './utterance.ts'
import {
  type Audience,
  audiences,
  bodyRegions,
  conceptOf,
  emptyHeads,
  genericConcepts,
} from './vocabulary.ts'

interface Candidate {
  index: number
  /** Bit i is set if the service contains the utterance's concept i; `strong` leaves out what says nothing here. */
  covered: number
  strong: number
  hasAudience: boolean
  /** It is for other people than those spoken of. */
  isForOthers: boolean
  /** A name or synonym is said in full, words that say nothing here aside; `isWhole`: those too; `isSame`: and nothing else. */
  isFull: boolean
  isWhole: boolean
  isSame: boolean
  isBroken: boolean
  /** What is missing of a name or synonym needs no saying: "Wurzel" for the "Wurzelbehandlung". */
  isTold: boolean
  /** A part of the body is spoken of that the service has nothing to do with. */
  missesBody: boolean
  bodies: ReadonlySet<string>
  /** One name or synonym holds all that was said, or is said in full: not a chance mixture of several. */
  isCoherent: boolean
}

/** The service that explains the utterance, those to ask about, or none. */
export function weigh<S extends MatchableService>(
  utterance: Utterance,
  prepared: PreparedServices,
  services: readonly S[],
): ServiceMatch<S> {
  const candidates = prepared.services
    .map((service, index) => assess(service, index, utterance, prepared))
    .filter((candidate) => candidate !== null)
  // What explains it best may be for others only: "Kinderhaarschnitt" where men's and women's hair is cut is none, not the
  // next best thing.
  const nearest = undone(candidates)
  const suiting = candidates.filter(({ isForOthers }) => !isForOthers)
  if (nearest.every(({ isForOthers }) => isForOthers) && !suiting.some(({ isFull }) => isFull))
    return { kind: 'none' }
  const best = undone(suiting)
  if (utterance.unknown.length > 0 && best.every(({ strong }) => strong === 0)) return { kind: 'none' }
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
    !only.missesBody &&
    only.isCoherent &&
    only.isTold &&
    !lacksPart(utterance, prepared.services[only.index]!) &&
    peopleAreClear(utterance, prepared.services[only.index]!)
  const isStrange = utterance.unknown.length > 0 || only.isBroken
  // "Brautfrisur" where only a "Herrenfrisur" is known: not even half of what it is called was said.
  if ((isGeneric && utterance.unknown.length > 0) || (isStrange && !only.isTold)) return { kind: 'none' }
  if (!isExplained || isGeneric) return { kind: 'ambiguous', candidates: [service] }
  return { kind: 'match', service, how: only.isFull && !utterance.fuzzy ? 'normalised' : 'fuzzy' }
}

/** "Dauerwelle ohne Schnitt", which comes with one: something that is a service by itself is not wanted of this one. */
function lacksPart({ ruledOut }: Utterance, { included, alsoDone }: PreparedService): boolean {
  return [...ruledOut].some((concept) => included.has(concept) && !alsoDone.has(concept))
}

/** Whether it is clear that the service is for whom it is wished: a child is served where children are named, a son may be thirty. */
export function peopleAreClear(
  { audiences: heard, notFor, ...people }: Utterance,
  service: PreparedService,
): boolean {
  if (people.isForSeveral || people.isCounted) return false
  if (service.audiences.size === 0) return !heard.has('kinder')
  if ([...heard].some((audience) => !service.audiences.has(audience))) return false
  return notFor.size === 0 || heard.size > 0
}

/** What of the utterance a service contains; null if nothing, or if it is not wanted. */
function assess(
  service: PreparedService,
  index: number,
  utterance: Utterance,
  prepared: PreparedServices,
): Candidate | null {
  for (const concept of utterance.ruledOut) {
    if (service.concepts.has(concept) && service.forms[0]!.concepts.has(concept)) return null
  }
  const bodies = regionsOf(service.concepts)
  const saidBodies = regionsOf(utterance.concepts)
  const strangeBodies = regionsOf(utterance.unknown.map(conceptOf))
  if (saidBodies.size > 0 && bodies.size > 0 && isDisjoint(saidBodies, bodies)) return null
  if (strangeBodies.size > 0 && isDisjoint(strangeBodies, bodies)) return null

  let covered = bits(utterance.concepts, (concept) => service.concepts.has(concept))
  let isBroken = false
  for (const compound of utterance.compounds) {
    const missing = compound.filter(
      (concept) => !service.concepts.has(concept) && !prepared.weak.has(concept),
    )
    if (missing.length === 0 || missing.length === compound.length) continue
    // Half of a compound: with a telling head ("Trockenhaarschnitt") ask, with a generic one it is something else.
    const head = compound[compound.length - 1]!
    const isHeadTelling = service.concepts.has(head) ? !genericConcepts.has(head) : emptyHeads.has(head)
    if (isHeadTelling) isBroken = true
    else covered &= ~bits(utterance.concepts, (concept) => compound.includes(concept))
  }
  const strong = covered & ~bits(utterance.concepts, (concept) => prepared.weak.has(concept))
  const hasAudience = [...utterance.audiences].some((audience) => service.audiences.has(audience))
  if (covered === 0 && !(hasAudience && utterance.concepts.length === 0)) return null
  if (utterance.concepts.some((concept, i) => covered & (1 << i) && utterance.brokenHeads.has(concept)))
    isBroken = true

  const said = (concept: string) =>
    utterance.concepts.includes(concept) || utterance.audiences.has(concept as Audience)
  const isMissing = (concept: string) => !said(concept) && !prepared.weak.has(concept)
  const full = service.forms.filter((form) => isTelling(form) && ![...form.required].some(isMissing))
  const whole = full.filter((form) => [...form.expected].every(said))
  const isSame = whole.some((form) => isSameAs(form, utterance))
  const isFull = full.length > 0
  const isWhole = whole.length > 0
  const holds = (form: PreparedForm) =>
    utterance.concepts.every((each, i) => !(strong & (1 << i)) || form.concepts.has(each))
  return {
    index,
    covered,
    strong,
    hasAudience,
    isForOthers: !suits(service, utterance),
    isFull,
    isWhole,
    isSame,
    isBroken,
    isTold: isFull || service.forms.some((form) => holds(form) && goesWithoutSaying(form, isMissing)),
    missesBody: bodies.size > 0 && [...saidBodies].some((region) => !bodies.has(region)),
    bodies: new Set([...bodies].filter((region) => saidBodies.has(region))),
    isCoherent: isWhole || service.forms.some(holds),
  }
}

/**
 * Whether the rest of a name is clear from what was said: whatever is done with the one thing of its name ("Augenbrauen"), or a
 * head that says nothing. Never whom it is for, never the half of a synonym: "Farbe" is no "Farbberatung".
 */
function goesWithoutSaying(form: PreparedForm, isMissing: (concept: string) => boolean): boolean {
  const missing = [...form.required].filter(isMissing)
  if (missing.some((concept) => audiences.has(concept))) return false
  if (missing.every((concept) => genericConcepts.has(concept) || emptyHeads.has(concept))) return true
  return form.isName && missing.length === 1 && !/[,&+/]|\b(?:und|mit)\b/i.test(form.text)
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

/**
 * True if one name or synonym of several words says everything that was said, and nothing else is missing of it: "Waschen und
 * Föhnen". A compound does not stand for its parts: "Beratung und Farbe" is no "Farbberatung".
 */
export function isOneService(utterance: Utterance, { services }: PreparedServices): boolean {
  if (utterance.unknown.length > 0) return false
  const said = (concept: string) =>
    utterance.concepts.includes(concept) || utterance.audiences.has(concept as Audience)
  return services.some(({ forms }) =>
    forms.some(
      (form) =>
        /\W/.test(form.text) &&
        isTelling(form) &&
        [...form.expected].every(said) &&
        isSameAs(form, utterance),
    ),
  )
}

/** Whether the service is for the people spoken of: said to be, or for anybody. */
export function suits(
  service: PreparedService,
  { audiences: heard, notFor, isForSeveral }: Utterance,
): boolean {
  if (service.audiences.size === 0) {
    // Nobody but men has a beard to be cared for.
    const isBeard = service.forms[0]!.concepts.has('bart')
    return !isBeard || heard.size === 0 || heard.has('herren')
  }
  if (isForSeveral) return true
  if (heard.size > 0 && ![...heard].some((audience) => service.audiences.has(audience))) return false
  return ![...service.audiences].every((audience) => notFor.has(audience))
}

function undone(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter((one) => !candidates.some((other) => outdoes(other, one)))
}

/** True if `a` is the better reading: it explains more, or the same more exactly. */
function outdoes(a: Candidate, b: Candidate): boolean {
  // "Haare schneiden, Bart trimmen": each explains what the other has nothing to do with.
  if (a.bodies.size > 0 && b.bodies.size > 0 && isDisjoint(a.bodies, b.bodies)) return false
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

/** The regions of the body among concepts. */
export function regionsOf(concepts: Iterable<string>): Set<string> {
  const found = new Set<string>()
  for (const concept of concepts) {
    const region = bodyRegions.get(concept)
    if (region) found.add(region)
  }
  return found
}

function isDisjoint(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return ![...a].some((each) => b.has(each))
}

function bits(concepts: readonly string[], has: (concept: string) => boolean): number {
  let mask = 0
  for (let i = 0; i < concepts.length && i < 30; i++) if (has(concepts[i]!)) mask |= 1 << i
  return mask
}
