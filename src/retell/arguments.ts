/**
 * Arguments as agents really send them: under many names (one alias table for all functions, incident I-14), half filled,
 * with placeholders the platform did not resolve (I-18) and with whatever a caller dictated. What leaves here is clean:
 * canonical keys, trimmed text without control or direction-changing characters, and nothing that only means "nothing".
 */

const textMax = 2_000

const date = [
  'date',
  'datum',
  'appointment_date',
  'preferred_date',
  'date_string',
  'wunschdatum',
  'datetime',
  'date_time',
  'relative_day',
]
const time = [
  'time',
  'uhrzeit',
  'appointment_time',
  'preferred_time',
  'zeitraum',
  'wunschzeit',
  'preferred_time_window',
]
const service = ['service', 'service_name', 'dienstleistung', 'service_type', 'leistung', 'service_id']
const staff = [
  'staff',
  'mitarbeiter',
  'mitarbeiter_wunsch',
  'staff_name',
  'preferred_staff',
  'preferred_staff_id',
  'staff_id',
]
const name = ['name', 'customer_name', 'kundename', 'kundenname', 'caller_name']
const phone = ['phone', 'customer_phone', 'phone_number', 'telefonnummer', 'telefon', 'callback_number']
const reason = ['reason', 'grund', 'cancellation_reason', 'anliegen', 'notes']

/** For each canonical argument the names it is read from, best first. An argument not listed is read from its own name. */
const aliases = new Map<string, readonly string[]>(
  Object.entries({
    date,
    preferred_date: ['preferred_date', ...date],
    appointment_date: ['appointment_date', ...date],
    date_expression: ['date_expression', ...date, 'expression', 'text', 'wann'],
    from_date: ['from_date', 'after', 'ab_datum', ...date],
    time,
    preferred_time: ['preferred_time', ...time],
    appointment_time: ['appointment_time', ...time],
    service,
    staff,
    name,
    customer_name: ['customer_name', ...name],
    phone,
    phone_number: ['phone_number', ...phone],
    email: ['email', 'customer_email', 'e_mail', 'mail'],
    reason,
    notes: ['notes', 'notizen', 'bemerkung', 'anmerkung', 'kundenpraeferenzen'],
    additional: ['additional', 'zusaetzlich', 'zusätzlich'],
    booking_id: ['booking_id', 'buchungs_id', 'reference_id'],
    confirmed: [
      'confirmed',
      'bestaetigung',
      'bestätigung',
      'confirm_booking',
      'confirm',
      'confirm_reschedule',
      'bestaetigt',
    ],
    appointment_id: ['appointment_id', 'termin_id'],
    old_date: ['old_date', 'old_datum', 'altes_datum', 'appointment_date', 'date', 'datum'],
    old_time: ['old_time', 'old_uhrzeit', 'alte_uhrzeit', 'appointment_time', 'time', 'uhrzeit'],
    new_date: ['new_date', 'new_datum', 'neues_datum', 'new_datetime'],
    new_time: ['new_time', 'new_uhrzeit', 'neue_uhrzeit'],
    part_of_day: ['part_of_day', 'tageszeit', 'zeitraum', 'preferred_time', 'time', 'uhrzeit'],
    day_of_week: ['day_of_week', 'wochentag', 'day', ...date],
    category: ['category', 'kategorie'],
    duration_minutes: ['duration_minutes', 'duration', 'dauer'],
    branch: ['branch', 'branch_name', 'filiale', 'standort', 'salon'],
    search_days: ['search_days', 'tage'],
  }),
)

export type ArgumentValue = string | boolean

/**
 * Picks a function's arguments out of what came in.
 * @param raw the `args` object of the request (or the body itself)
 * @param keys the canonical names the function's schema declares
 */
export function readArguments(
  raw: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Record<string, ArgumentValue> {
  const found: Record<string, ArgumentValue> = {}
  for (const key of keys) {
    for (const alias of aliases.get(key) ?? [key]) {
      const value = Object.hasOwn(raw, alias) ? cleanArgument(raw[alias]) : undefined
      if (value !== undefined) {
        found[key] = value
        break
      }
    }
  }
  for (const key of ['name', 'customer_name']) {
    if (keys.includes(key)) joinName(raw, key, found)
  }
  return found
}

/** Where first and last name come apart: names under which agents send them. */
const firstNames = [
  'firstName',
  'first_name',
  'vorname',
  'given_name',
  'customer_first_name',
  'customerFirstName',
]
const lastNames = [
  'lastName',
  'last_name',
  'nachname',
  'surname',
  'family_name',
  'familienname',
  'customer_last_name',
  'customerLastName',
]

/** Joins a first and a last name; beside a whole name, which a caller has said, they add nothing. */
function joinName(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  found: Record<string, ArgumentValue>,
): void {
  const first = firstOf(raw, firstNames)
  const last = firstOf(raw, lastNames)
  const whole = found[key]
  if ((first === undefined && last === undefined) || (typeof whole === 'string' && whole.includes(' ')))
    return
  const parts = [first ?? whole, last ?? (first === undefined ? undefined : whole)]
  const joined = [...new Set(parts.filter((part) => typeof part === 'string'))].join(' ')
  if (joined !== '') found[key] = joined
}

function firstOf(raw: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(raw, name) ? cleanArgument(raw[name]) : undefined
    if (typeof value === 'string') return value
  }
  return undefined
}

/** One value as the functions may see it; undefined when it only means "nothing". */
export function cleanArgument(value: unknown): ArgumentValue | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (Array.isArray(value)) return cleanArgument(value.filter((item) => typeof item === 'string').join(', '))
  if (typeof value !== 'string') return undefined
  const text = cleanText(value.slice(0, textMax * 2)).slice(0, textMax)
  return emptyWords.has(text.toLowerCase()) ? undefined : text
}

const emptyWords = new Set([
  '',
  'none',
  'null',
  'undefined',
  'nan',
  'n/a',
  '-',
  '[object object]',
  'not provided',
  'string',
])

/** Printable Latin words with one space between them, and no brace: nothing to clean, as nearly always. */
const cleanAlready = /^[!-z|}~À-ÿ]+(?: [!-z|}~À-ÿ]+)*$/

/** Removes what no caller can say: placeholders, control, zero-width and bidirectional characters, lone surrogates. */
function cleanText(value: string): string {
  if (cleanAlready.test(value)) return value
  return value
    .replace(/\{\{[^{}]*\}\}/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, ' ')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
}
