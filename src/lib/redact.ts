/**
 * Keeps personal data out of what is recorded or logged (the guide's LogSanitizer, by key as well as by pattern): fields
 * that hold names, addresses and numbers are replaced, and emails and phone numbers inside free text too.
 */

import { type JsonMapping, mapJson } from './map-json.ts'

const personalKeys = new Set([
  'name',
  'first_name',
  'last_name',
  'customer_name',
  'kundename',
  'kundenname',
  'caller_name',
  'attendee_name',
  'phone',
  'customer_phone',
  'phone_number',
  'telefonnummer',
  'telefon',
  'callback_number',
  'from_number',
  'email',
  'customer_email',
  'notes',
  'transcript',
  'suggested_prompt',
])

const emailPattern = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu
const phonePattern = /(?<![\p{L}\p{N}_-])\+?\d[\d\s/()-]{7,}\d(?![\p{L}\p{N}_-])/gu
/** Quick to say no: only text that could hold one is searched thoroughly. */
const perhapsPhone = /\d[\d\s/()-]{7,}\d/
const isoDate = /^\d{4}-\d{2}-\d{2}/

const withoutPersonalData: JsonMapping = {
  text: (text, key) => (personalKeys.has(key) ? '[REDACTED]' : redactText(text)),
}

/** A JSON value without personal data; the very same value where it has none. */
export function redactPersonalData(value: unknown): unknown {
  return mapJson(value, withoutPersonalData)
}

/** Free text without emails and phone numbers; dates and ids stay. */
export function redactText(text: string): string {
  if (text.length < 6) return text
  const withoutMail = text.includes('@') ? text.replace(emailPattern, '[EMAIL_REDACTED]') : text
  if (!perhapsPhone.test(withoutMail)) return withoutMail
  return withoutMail.replace(phonePattern, (match) => (isoDate.test(match) ? match : '[PHONE_REDACTED]'))
}
