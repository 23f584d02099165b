/** Settings against abuse: how much one call, one number and one company may bring about in a day. 0: no limit. */
import { count } from './config-values.ts'

export const abuseSettings = {
  BOOKINGS_PER_CALL: count(6, 0).describe('Bookings that one call may make; 0: no limit'),
  BOOKINGS_PER_NUMBER_AND_DAY: count(12, 0).describe('Bookings from one number in a day; 0: no limit'),
  BOOKINGS_PER_COMPANY_AND_DAY: count(1_000, 0).describe(
    'Bookings by phone for one company in a day; 0: no limit',
  ),
  CALLBACKS_PER_CALL: count(3, 0).describe('Callback requests that one call may leave; 0: no limit'),
  CALLBACKS_PER_NUMBER_AND_DAY: count(6, 0).describe(
    'Callback requests from one number in a day; 0: no limit',
  ),
  CALLBACKS_PER_COMPANY_AND_DAY: count(300, 0).describe(
    'Callback requests for one company in a day; 0: no limit',
  ),
  CHANGES_PER_CALL: count(10, 0).describe('Moves and cancellations that one call may make; 0: no limit'),
  CHANGES_PER_NUMBER_AND_DAY: count(20, 0).describe(
    'Moves and cancellations from one number in a day; 0: no limit',
  ),
  CHANGES_PER_COMPANY_AND_DAY: count(1_000, 0).describe(
    'Moves and cancellations by phone for one company in a day; 0: no limit',
  ),
  FAILED_PROOFS_PER_COMPANY_AND_DAY: count(100, 0).describe(
    'Facts of appointments that callers without a number may name in vain at one company in a day; 0: no limit',
  ),
}

/** The limits by what they are about. */
export function abuseLimitsOf(env: Record<keyof typeof abuseSettings, number>) {
  return {
    bookings: {
      perCall: env.BOOKINGS_PER_CALL,
      perNumber: env.BOOKINGS_PER_NUMBER_AND_DAY,
      perCompany: env.BOOKINGS_PER_COMPANY_AND_DAY,
    },
    callbacks: {
      perCall: env.CALLBACKS_PER_CALL,
      perNumber: env.CALLBACKS_PER_NUMBER_AND_DAY,
      perCompany: env.CALLBACKS_PER_COMPANY_AND_DAY,
    },
    changes: {
      perCall: env.CHANGES_PER_CALL,
      perNumber: env.CHANGES_PER_NUMBER_AND_DAY,
      perCompany: env.CHANGES_PER_COMPANY_AND_DAY,
    },
    failedProofs: { perCall: 0, perNumber: 0, perCompany: env.FAILED_PROOFS_PER_COMPANY_AND_DAY },
  }
}
