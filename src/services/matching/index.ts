/**
 * Who and what the caller means: services, staff, names and mail addresses, out of words as they were heard.
 * Pure, no I/O; what cannot be decided is returned as a question, never guessed.
 */
export { type EmailReading, readEmail } from './email.ts'
export { comparePersonNames, readPersonName } from './person-names.ts'
export type { MatchableService } from './prepared-services.ts'
export { matchService, type ServiceMatch } from './service-matching.ts'
export { type MatchableStaff, matchStaff, type StaffMatch } from './staff-matching.ts'
