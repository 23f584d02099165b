/**
 * From the caller's words to a wish in which nothing is open: service, person, moment, name and contact. What is missing or
 * unclear becomes one question; a value is never made up (incidents I-14, I-73). Reads only memory and the cache.
 */

import type { ErrorCode } from '../../error-codes.ts'
import { AppError } from '../../errors.ts'
import { askEmail, askEmailAgain, askName, askPhone, askPhoneAgain } from '../../german/sentences/booking.ts'
import type { Attempt } from '../attempts.ts'
import type { CallLengths } from '../availability/call-lengths.ts'
import type { OfferMemory } from '../availability/offers.ts'
import type { CallScope } from '../call-context.ts'
import { chooseBranch, chooseStaff, otherLengthOf } from '../choices.ts'
import { findPerson, type PersonOnNumber } from '../customers.ts'
import { chooseLength, chooseServiceOfWords, lengthsOf } from '../lengths.ts'
import { readPersonName } from '../matching/index.ts'
import { requireBookable } from '../pauses.ts'
import { contactEmail, contactPhone, planEmail } from './attendee.ts'
import { readMoment } from './moment.ts'
import { completeFromDraft } from './open-draft.ts'
import type { BookingWish, CompleteWish } from './types.ts'

const notesMax = 500

/**
 * Reads every argument of a wish to book; the first thing missing is asked for, all of them are named.
 * In: the people known on the caller's number, the call's attempts, and the memory of what this call was offered and how long it
 * wants things to take.
 * @throws AppError with `validation_status: 'invalid'` and `missing_fields`
 */
export async function completeWish(
  scope: CallScope,
  said: BookingWish,
  { people, attempts }: { people: readonly PersonOnNumber[]; attempts: readonly Attempt[] },
  {
    offers,
    lengths,
  }: { offers: Pick<OfferMemory, 'resolveOffered' | 'loadServiceId'>; lengths: CallLengths },
): Promise<CompleteWish> {
  const { catalogue, call, now, today } = scope
  const { company } = catalogue
  const draft = completeFromDraft(said, attempts, scope)
  const wish = draft?.wish ?? said
  const problems: AppError[] = []
  const chosen = noting(problems, () => chooseBranch(catalogue, scope.branch, wish.branch))
  const branch = chosen ?? scope.branch
  // Nothing of it can be booked for now: no question is worth an answer.
  if (chosen !== undefined) requireBookable(catalogue, branch, now)
  const lastServiceId =
    wish.service === undefined ? (draft?.serviceId ?? (await offers.loadServiceId(call.callId))) : null
  const chosenService = noting(problems, () =>
    chooseServiceOfWords(catalogue, branch, wish.service, lastServiceId, wish.staff),
  )
  const staff =
    chosenService === undefined
      ? null
      : noting(problems, () => chooseStaff(catalogue, branch, chosenService, wish.staff))
  const length = { minutes: said.duration_minutes, words: said.service }
  const service =
    chosenService &&
    (await chooseLength(
      { catalogue, callId: call.callId, lengths },
      chosenService,
      staff?.id ?? null,
      length,
    ).catch((error: unknown) => {
      problems.push(asAppError(error))
      return undefined
    }))
  const scene = { callId: call.callId, now, today, bookingWindowDays: company.bookingWindowDays }
  const moment = await readMoment(scene, branch, wish, offers, draft?.day ?? null).catch((error: unknown) => {
    problems.push(asAppError(error))
    return undefined
  })
  const name = nameFor(wish.name, people, [
    company.name,
    company.agentName ?? '',
    ...catalogue.services.map((each) => each.name),
  ])
  if (name === null) problems.push(question('missing_customer_name', askName, 'name'))
  const sourceOf = (serviceId: number) =>
    serviceId === draft?.serviceId ? 'draft' : serviceId === lastServiceId ? 'offered' : 'default'
  const { phone, unclear: isPhoneUnclear } = contactPhone(wish.phone, call.callerNumber)
  if (isPhoneUnclear) problems.push(question('invalid_phone', askPhoneAgain, 'phone'))
  const person = name === null ? undefined : findPerson(people, name)
  const { email, unclear } = contactEmail(wish.email, person?.email ?? null)
  const plan = planEmail(company, service ?? { emailRequired: false }, { email, phone })
  if (plan.kind === 'ask' && !(isPhoneUnclear && plan.field === 'phone')) {
    const again = plan.field === 'email' && unclear
    const say = plan.field === 'phone' ? askPhone : again ? askEmailAgain : askEmail
    problems.push(question(again ? 'invalid_email' : `missing_${plan.field}`, say, plan.field))
  }
  if (problems.length > 0 || !service || staff === undefined || !moment || name === null)
    throw invalid(problems)
  return {
    ...moment,
    branch,
    service,
    staffId: staff?.id ?? null,
    name,
    phone,
    email,
    viaMailbox: plan.kind === 'mailbox',
    notes: wish.notes?.trim().slice(0, notesMax) || null,
    additional: wish.additional === true,
    filled: {
      ...draft?.filled,
      ...moment.filled,
      ...(wish.service === undefined && { service: { value: service.name, from: sourceOf(service.id) } }),
      ...(wish.name === undefined && { name: { value: name, from: 'default' } }),
    },
    contact: {
      phone: said.phone !== undefined && phone !== call.callerNumber ? phone : null,
      email: said.email !== undefined && email !== person?.email ? email : null,
    },
    // A length that was chosen is read back, as is one that is not to be had.
    otherLength:
      lengthsOf(catalogue, service, staff?.id ?? null).length > 0
        ? service.durationMinutes
        : otherLengthOf(service, said.duration_minutes),
    corrects: draft?.corrects ?? null,
  }
}

/** The name said, else that of the only person known on the caller's number. */
function nameFor(
  spoken: string | undefined,
  people: readonly PersonOnNumber[],
  notNames: readonly string[],
): string | null {
  const read = spoken === undefined ? null : readPersonName(spoken, notNames.filter(Boolean))
  if (read !== null || spoken !== undefined) return read
  return people.length === 1 ? people[0]!.name : null
}

/** Runs a choice; its question is noted instead of thrown. */
function noting<T>(problems: AppError[], choose: () => T): T | undefined {
  try {
    return choose()
  } catch (error) {
    problems.push(asAppError(error))
    return undefined
  }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  throw error
}

function question(code: ErrorCode, say: string, field: string): AppError {
  return new AppError(code, say, { fields: { status: code, missing: [field] } })
}

/** One answer for all problems: asks for the first, names every field. */
function invalid(problems: readonly AppError[]): AppError {
  const [first] = problems
  if (!first) throw new Error('A wish is incomplete, but nothing is missing')
  const missing = problems.flatMap(({ fields }) => (Array.isArray(fields.missing) ? fields.missing : []))
  return new AppError(first.code, first.say, {
    fields: {
      ...first.fields,
      validation_status: 'invalid',
      missing_fields: [...new Set(missing)],
      requires_confirmation: false,
      availability_confirmed: false,
    },
  })
}
