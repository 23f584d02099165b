/**
 * What must fit together within one company: names that refer to something, hours that do not overlap, no two people with one
 * calendar, no synonym on two services of a branch. Pure; each problem has the path of the value that is wrong.
 */
import { absenceKey, closureKey, type DaysInFile } from './days.ts'
import { type CompanyFile, weekdays } from './schema.ts'
import { everywhere, sameWord, spanOf } from './values.ts'

type Service = NonNullable<CompanyFile['services']>[string]

export type Path = readonly (string | number)[]

/** `message` says what is wrong and what to do about it, in one sentence. */
export interface Problem {
  path: Path
  message: string
  /** The name is wrong, not what it holds. */
  atName?: true
}

/** All problems of a file whose values are each right by themselves. */
export function fittingProblems(file: CompanyFile): Problem[] {
  return [
    ...branchProblems(file),
    ...staffProblems(file),
    ...serviceProblems(file),
    ...synonymProblems(file),
    ...policyProblems(file),
    ...closureProblems(file),
    ...absenceProblems(file),
    ...accountProblems(file),
  ]
}

function branchProblems(file: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const numbers = new Taken('number')
  const names = new Taken('name of a branch')
  for (const [key, branch] of Object.entries(file.branches)) {
    const path = ['branches', key]
    if (key === everywhere)
      problems.push({ path, message: `"${everywhere}" means every branch: call this one something else` })
    if (branch.active !== false) names.take(sameWord(branch.name), [...path, 'name'], branch.name)
    for (const [index, entry] of (branch.numbers ?? []).entries()) {
      const number = typeof entry === 'string' ? entry : entry.number
      numbers.take(number, [...path, 'numbers', index], number)
    }
    for (const day of weekdays) problems.push(...overlaps(branch.hours?.[day], [...path, 'hours', day]))
    if (branch.default_service != null && branch.active !== false) {
      const offered = file.services?.[branch.default_service]?.at
      if (!offered?.[key] && !offered?.[everywhere])
        problems.push({
          path: [...path, 'default_service'],
          message: `no service "${branch.default_service}" is offered at this branch: name one that has "${key}" under "at"`,
        })
    }
  }
  return [...problems, ...numbers.problems, ...names.problems]
}

/** Spans of one day that share time. */
function overlaps(hours: string | string[] | undefined, path: Path): Problem[] {
  const spans = (typeof hours === 'string' ? [hours] : (hours ?? []))
    .map((text, index) => ({ text, index, span: spanOf(text)! }))
    .sort((a, b) => (a.span.from < b.span.from ? -1 : 1))
  return spans.slice(1).flatMap(({ text, index, span }, at) =>
    span.from < spans[at]!.span.to
      ? [
          {
            path: [...path, index],
            message: `${text} overlaps ${spans[at]!.text}: let one end before the other begins`,
          },
        ]
      : [],
  )
}

function staffProblems(file: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const users = new Taken('calendar user')
  for (const [key, person] of Object.entries(file.staff ?? {})) {
    const path = ['staff', key]
    if (person.branch != null && !file.branches[person.branch])
      problems.push(unknown([...path, 'branch'], 'branch', person.branch, Object.keys(file.branches)))
    if (person.calcom_user != null && person.active !== false)
      users.take(String(person.calcom_user), [...path, 'calcom_user'], String(person.calcom_user))
  }
  return [...problems, ...users.problems]
}

function serviceProblems(file: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const types = new Taken('event type')
  for (const [key, service] of Object.entries(file.services ?? {})) {
    for (const [place, offer] of Object.entries(service.at)) {
      const path = ['services', key, 'at', place]
      // What is switched off may name what was: it is booked no more.
      const isOn = (offer.active ?? service.active) !== false
      if (place !== everywhere && !file.branches[place])
        problems.push(unknown(path, 'branch', place, [everywhere, ...Object.keys(file.branches)]))
      if (isOn && place !== everywhere && isEverywhere(service))
        problems.push({
          path,
          message: `"${everywhere}" is every branch already: take "${place}" out, or "${everywhere}"`,
        })
      if ((offer.minutes ?? service.minutes) === undefined)
        problems.push({ path, message: 'nothing says how long it takes: add "minutes" to the service' })
      const team = String(file.branches[place]?.calcom_team ?? '')
      const take = (type: number | string, at: Path) =>
        types.take(typeof type === 'number' ? String(type) : `${team}/${type}`, at, String(type))
      if (offer.event_type != null) take(offer.event_type, [...path, 'event_type'])
      for (const [who, own] of Object.entries(offer.by ?? {})) {
        const person = file.staff?.[who]
        const at = [...path, 'by', who]
        if (!person) problems.push(unknown(at, 'person', who, Object.keys(file.staff ?? {})))
        else if (isOn && place !== everywhere && person.branch != null && person.branch !== place)
          problems.push({
            path: at,
            message: `${who} works at ${person.branch}: take ${who} out here, or leave the person's branch out`,
          })
        if (own !== null) take(own, at)
      }
    }
  }
  return [...problems, ...types.problems]
}

/** Whether one offer of a service is for every branch alike; a place beside it counts only if it alone is switched on. */
export function isEverywhere({ active, at }: Pick<Service, 'active' | 'at'>): boolean {
  if (!at[everywhere]) return false
  const on = Object.keys(at).filter((place) => (at[place]!.active ?? active) !== false)
  return on.length === 0 || on.includes(everywhere)
}

/** A word that means two services of one branch makes callers be asked for ever. */
function synonymProblems(file: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const owners = new Map<string, { service: string; places: string[] }[]>()
  const offers = Object.entries(file.services ?? {}).flatMap(([key, service]) =>
    Object.entries(service.at)
      .filter(([, offer]) => (offer.active ?? service.active) !== false)
      .map(([place, offer]) => ({ key, place, offer, service })),
  )
  for (const { key, place, offer, service } of offers) {
    const own = offer.synonyms !== undefined
    const words = [
      ...(offer.synonyms ?? service.synonyms ?? []).map((word, index) => ({
        word,
        path: own ? ['services', key, 'at', place, 'synonyms', index] : ['services', key, 'synonyms', index],
      })),
    ]
    for (const { word, path } of words) {
      const known = owners.get(sameWord(word)) ?? []
      const other = known.find(
        (owner) =>
          owner.service !== key &&
          owner.places.some((one) => one === place || one === everywhere || place === everywhere),
      )
      if (other && !problems.some((problem) => problem.path.join() === path.join()))
        problems.push({
          path,
          message: `"${word}" is a synonym of ${other.service} already: leave it with one of the two services`,
        })
      const mine = known.find((owner) => owner.service === key)
      if (mine) mine.places.push(place)
      else known.push({ service: key, places: [place] })
      owners.set(sameWord(word), known)
    }
    const twice = words.find(
      ({ word }, index) => words.findIndex((one) => sameWord(one.word) === sameWord(word)) < index,
    )
    if (twice && !problems.some((problem) => problem.path.join() === twice.path.join()))
      problems.push({ path: twice.path, message: `"${twice.word}" stands here twice: take one out` })
  }
  return problems
}

function policyProblems(file: CompanyFile): Problem[] {
  const scopes = new Taken('scope of a policy')
  const problems: Problem[] = []
  for (const [index, { branch, service }] of (file.policies ?? []).entries()) {
    const path = ['policies', index]
    if (branch !== undefined && !file.branches[branch] && (branch !== everywhere || service === undefined))
      problems.push(unknown([...path, 'branch'], 'branch', branch, Object.keys(file.branches)))
    const places = service === undefined ? undefined : file.services?.[service]?.at
    if (service !== undefined && !places)
      problems.push(unknown([...path, 'service'], 'service', service, Object.keys(file.services ?? {})))
    if (branch !== undefined && places && !places[branch] && !places[everywhere])
      problems.push({
        path,
        message: `${service} is not offered at ${branch}: take the policy out, or offer it there`,
      })
    scopes.take(
      `${branch ?? ''}/${service ?? ''}`,
      path,
      [service, branch].filter(Boolean).join(' at ') || 'the company',
    )
  }
  return [...problems, ...scopes.problems]
}

function closureProblems({ closures = [], branches }: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const taken = new Taken('closure')
  for (const [index, closure] of closures.entries()) {
    const path = ['closures', index]
    const { branch, yearly, first_day: first, last_day: last = first } = closure
    if (branch !== undefined && !branches[branch])
      problems.push(unknown([...path, 'branch'], 'branch', branch, Object.keys(branches)))
    problems.push(...dayProblems(closure, path))
    if (yearly && last >= yearLater(first))
      problems.push({
        path: [...path, 'last_day'],
        message: `${first} to ${last} is a whole year, and yearly means the same days again: let it end sooner`,
      })
    const key = closureKey(closure)
    taken.take(key, path, key)
  }
  return [...problems, ...taken.problems]
}

function absenceProblems({ absences = [], staff = {} }: CompanyFile): Problem[] {
  const problems: Problem[] = []
  const taken = new Taken('absence')
  for (const [index, absence] of absences.entries()) {
    const path = ['absences', index]
    if (!staff[absence.person])
      problems.push(unknown([...path, 'person'], 'person', absence.person, Object.keys(staff)))
    problems.push(...dayProblems(absence, path))
    const key = absenceKey(absence)
    taken.take(key, path, key)
  }
  return [...problems, ...taken.problems]
}

function dayProblems({ first_day: first, last_day: last = first }: DaysInFile, path: Path): Problem[] {
  if (last >= first) return []
  return [
    {
      path: [...path, 'last_day'],
      message: `${last} is before the first day, ${first}: write the earlier day first`,
    },
  ]
}

/** The same day of the next year; of 29 February the first of March, as the database counts its end. */
function yearLater(day: string): string {
  const next = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`
  return next.endsWith('-02-29') ? next.replace(/29$/, '28') : next
}

function accountProblems({ calcom, booking }: CompanyFile): Problem[] {
  const problems: Problem[] = []
  if (booking?.missing_email === 'own_mailbox' && booking.mailbox == null)
    problems.push({
      path: ['booking', 'missing_email'],
      message: 'own_mailbox needs the business’s mailbox: add "mailbox" beside it',
    })
  if (calcom === undefined) return problems
  const { connection, ...given } = calcom
  if (connection === 'default' && Object.keys(given).length > 0)
    problems.push({
      path: ['calcom', 'connection'],
      message:
        'the connection "default" is set up by the environment: take address and secrets out, or give it another name',
    })
  if ((calcom.api_key === undefined) !== (calcom.webhook_secret === undefined))
    problems.push({
      path: ['calcom'],
      message: 'a connection has two secrets: add the missing one of "api_key" and "webhook_secret"',
    })
  return problems
}

function unknown(path: Path, what: string, name: string, known: readonly string[]): Problem {
  const others = known.length === 0 ? 'there is none yet' : `known are ${known.slice(0, 8).join(', ')}`
  return { path, message: `there is no ${what} "${name}" in this file: ${others}` }
}

/** Finds what only one may have. */
class Taken {
  readonly problems: Problem[] = []
  readonly #what: string
  readonly #owners = new Map<string, Path>()

  constructor(what: string) {
    this.#what = what
  }

  take(key: string, path: Path, shown: string): void {
    const owner = this.#owners.get(key)
    if (owner)
      this.problems.push({
        path,
        message: `the ${this.#what} ${shown} stands at ${owner.join('.')} already: it can belong to one only`,
      })
    else this.#owners.set(key, path)
  }
}
