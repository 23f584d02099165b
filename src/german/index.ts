/**
 * German dates and times: from what a caller says to days and clock times, and back to speech.
 * Pure: callers pass `now`, the zone and, if they like, the opening hours. Words with several readings
 * return them all; asking which was meant is the business of the function that uses them.
 */
export { type Consent, type ReadBack, readConsent, refusesPlainly } from './consent.ts'
export { dayOffOn } from './holidays.ts'
export * from './phrases.ts'
export * from './privacy-words.ts'
export * from './public-holidays.ts'
export type * from './types.ts'
export { understand, understandWish } from './understand.ts'
export { type Urgency, urgencyOf } from './urgency.ts'
export * from './zone.ts'
