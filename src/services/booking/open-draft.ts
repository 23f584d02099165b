/**
 * A wish that says less than the draft that is open: „Maier, nicht Meier“, „doch lieber um drei“. What was not said is taken from the
 * draft, and the summary names it; what was said always counts. Pure.
 */
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import type { Attempt } from '../attempts.ts'
import type { CallScope } from '../call-context.ts'
import { staffName } from '../catalogue.ts'
import type { Filled } from '../choices.ts'
import { comparePersonNames } from '../matching/index.ts'
import { branchOfAttempt } from './facts.ts'
import type { BookingWish } from './types.ts'
import { isOpenDraft } from './wishes.ts'

/** What an open draft adds to a wish. */
export interface Completion {
  /** The wish with what was not said of person, contact and, if neither was, day and time. */
  wish: BookingWish
  /** Its service, if none was said. */
  serviceId: number | null
  /** Its day, for a wish with a time alone. */
  day: string | null
  filled: Filled
  /** The draft that this wish corrects: it goes. */
  corrects: string
}

/**
 * The draft that the wish completes, and what it adds; null when there is none, or the wish is another person's.
 * In: the call's attempts, newest first.
 */
export function completeFromDraft(
  wish: BookingWish,
  attempts: readonly Attempt[],
  scope: CallScope,
): Completion | null {
  const drafts = attempts.filter((attempt) => isOpenDraft(attempt, scope.now))
  const draft = drafts.length === 1 ? drafts[0] : drafts.find((one) => isSamePerson(wish, one))
  if (!draft || draft.startAt === null || !mayMean(wish, draft)) return null
  if (wish.date !== undefined && wish.time !== undefined) return null
  const branch = branchOfAttempt(draft, scope)
  const day = localDayOf(draft.startAt, branch.timeZone)
  const time = clockTimeOf(draft.startAt, branch.timeZone)
  const isWhenOpen = wish.date === undefined && wish.time === undefined
  const isServiceOpen = wish.service === undefined
  const staff =
    wish.staff ?? (isServiceOpen ? (staffName(scope.catalogue, draft.staffId) ?? undefined) : undefined)
  const filled: Filled = {
    ...(isWhenOpen && {
      date: { value: day, from: 'draft' },
      time: { value: time, from: 'draft' },
    }),
    ...(wish.staff === undefined && staff !== undefined && { staff: { value: staff, from: 'draft' } }),
    ...(wish.name === undefined &&
      draft.customerName && { name: { value: draft.customerName, from: 'draft' } }),
  }
  return {
    wish: {
      ...wish,
      ...(isWhenOpen && { date: day, time }),
      name: wish.name ?? draft.customerName ?? undefined,
      phone: wish.phone ?? draft.customerPhone ?? undefined,
      email: wish.email ?? draft.customerEmail ?? undefined,
      notes: wish.notes ?? draft.notes ?? undefined,
      branch: wish.branch ?? (draft.branchId === scope.branch.id ? undefined : (draft.branchId ?? undefined)),
      staff,
      additional: wish.additional ?? draft.additional,
    },
    serviceId: isServiceOpen ? draft.serviceId : null,
    day: wish.date === undefined && wish.time !== undefined ? day : null,
    filled,
    corrects: draft.id,
  }
}

function isSamePerson({ name }: BookingWish, { customerName }: Attempt): boolean {
  return name !== undefined && comparePersonNames(customerName ?? '', name) !== 'different'
}

/** The same person, nobody named, or nothing but a name: then it is the name that was wrong. */
function mayMean(wish: BookingWish, draft: Attempt): boolean {
  const { name, date, time, service, staff } = wish
  const isNameAlone = [date, time, service, staff].every((said) => said === undefined)
  return name === undefined || isNameAlone || isSamePerson(wish, draft)
}
