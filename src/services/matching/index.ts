/**
 * Who and what the caller means: services, staff, names and mail addresses, out of words as they were heard.
 * Pure, no I/O; what cannot be decided is returned as a question, never guessed.
 */
export { readEmail } from './email.ts'
export { readPersonName } from './name-reading.ts'
export { comparePersonNames } from './person-names.ts'
export type { MatchableService } from './prepared-services.ts'
export { matchService, matchServiceOfBranch } from './service-matching.ts'
export { matchStaff } from './staff-matching.ts'
export { isAbsent } from './text.ts'
