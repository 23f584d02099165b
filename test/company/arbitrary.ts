/** Any valid company file, for properties: everything the format can say, in every combination that fits together. */
import fc from 'fast-check'
import { stringify } from 'yaml'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const orNone = <T>(value: fc.Arbitrary<T>) => fc.option(fc.option(value, { nil: null }), { nil: undefined })
const words = fc.constantFrom(
  'Schnitt',
  'Färben',
  'Bart & Rasur',
  'Ölwechsel',
  'PZR',
  'yes',
  '12:30',
  '#1',
  "Müller's",
  '1e3',
  'ä: b',
  '- x',
)
const text = fc.array(words, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '))
const zone = fc.constantFrom(
  'Europe/Berlin',
  'Europe/Zurich',
  'Europe/Vienna',
  'UTC',
  'America/Argentina/Buenos_Aires',
)
const hours = fc.constantFrom<(string | string[])[]>(
  '09:00-18:00',
  ['08:00-12:00', '12:00-24:00'],
  ['13:00-18:00', '00:00-09:00'],
  [],
)
const days = fc.record(
  Object.fromEntries(['monday', 'tuesday', 'saturday', 'sunday'].map((day) => [day, hours])),
  { requiredKeys: [] },
)
const rules = {
  cancel_until_hours: orNone(fc.nat(99)),
  move_until_hours: orNone(fc.nat(99)),
  minimum_notice_minutes: orNone(fc.nat(999)),
  moves_max: orNone(fc.nat(9)),
}
const facts = {
  category: orNone(text),
  description: orNone(fc.oneof(text, fc.constant('Zwei\nZeilen: "so".\n'))),
  price: orNone(fc.nat(99_999).map((cents) => cents / 100)),
  minimum_notice_minutes: orNone(fc.nat(999)),
  active: maybe(fc.boolean()),
}

const told = fc.dictionary(fc.constantFrom('parking', 'way', 'payment', 'hunde', 'öffnung der halle'), text, {
  maxKeys: 3,
})
const day = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-12-31'), noInvalidDate: true })
const stretch = {
  first: day,
  days: fc.nat(300),
  times: maybe(fc.constantFrom('00:00-12:00', '09:30-10:00', '23:59-24:00')),
}

/** What varies; numbers, slugs and calendars are given later, so that no two of them meet by chance. */
const shape = fc.record({
  company: fc.record({ time_zone: maybe(zone), test: maybe(fc.boolean()), facts: maybe(told) }),
  agent: maybe(fc.record({ name: orNone(text), retell: maybe(fc.constant('agent_1')) })),
  notifications: maybe(
    fc.record({ mail: orNone(fc.constant('team@salon.example')), customer_mails: maybe(fc.boolean()) }),
  ),
  privacy: maybe(
    fc.record({
      retention_days: maybe(fc.integer({ min: 1, max: 999 })),
      retention: maybe(
        fc.record({
          transcripts_days: maybe(fc.option(fc.integer({ min: 1, max: 999 }))),
          recordings_days: maybe(fc.integer({ min: 0, max: 999 })),
          inactive_customers_months: maybe(fc.option(fc.integer({ min: 1, max: 99 }))),
        }),
      ),
      store_transcripts: maybe(fc.boolean()),
      second_fact: maybe(fc.boolean()),
    }),
  ),
  booking: maybe(
    fc.record({
      window_days: maybe(fc.integer({ min: 1, max: 999 })),
      missing_email: maybe(fc.constantFrom('phone_only', 'own_mailbox', 'ask')),
      mailbox: fc.constant('termine@salon.example'),
    }),
  ),
  branches: fc.array(
    fc.record({
      spoken_names: maybe(fc.array(text, { maxLength: 3 })),
      address: orNone(text),
      time_zone: orNone(zone),
      calcom_team: orNone(fc.integer({ min: 1, max: 99 })),
      hours: maybe(days),
      bundesland: orNone(fc.constantFrom('BE', 'BY', 'TH')),
      holidays_closed: maybe(fc.boolean()),
      facts: maybe(told),
      numbers: maybe(
        fc.array(
          fc.record({
            agent: orNone(fc.constant('agent_2')),
            label: orNone(text),
            active: maybe(fc.boolean()),
          }),
          { maxLength: 2 },
        ),
      ),
      default_service: fc.boolean(),
      active: maybe(fc.boolean()),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  staff: fc.array(
    fc.record({
      first_name: text,
      last_name: maybe(fc.oneof(text, fc.constant(''))),
      branch: fc.option(fc.nat(2), { nil: null }),
      email: orNone(fc.constant('anna@salon.example')),
      calendar: fc.boolean(),
      active: maybe(fc.boolean()),
    }),
    { maxLength: 4 },
  ),
  services: fc.array(
    fc.record({
      name: text,
      minutes: fc.integer({ min: 5, max: 240 }),
      ...facts,
      synonyms: maybe(fc.nat(3)),
      everywhere: fc.boolean(),
      at: fc.array(
        fc.record({
          calendar: fc.boolean(),
          by: maybe(fc.array(fc.boolean(), { maxLength: 4 })),
          minutes: maybe(fc.integer({ min: 5, max: 240 })),
          name: maybe(text),
          ...facts,
        }),
        { minLength: 1, maxLength: 3 },
      ),
      policy: maybe(fc.record(rules)),
      policyHere: maybe(fc.record(rules)),
    }),
    { maxLength: 4 },
  ),
  closures: maybe(
    fc.array(
      fc.record({
        ...stretch,
        branch: fc.option(fc.nat(2), { nil: null }),
        kind: maybe(fc.constantFrom('closed', 'open')),
        yearly: maybe(fc.boolean()),
        reason: orNone(text),
        reason_spoken: maybe(fc.boolean()),
      }),
      { maxLength: 4 },
    ),
  ),
  absences: maybe(
    fc.array(
      fc.record({ ...stretch, person: fc.nat(3), end_spoken: maybe(fc.boolean()), note: orNone(text) }),
      { maxLength: 4 },
    ),
  ),
  policy: maybe(fc.record(rules)),
  branchPolicy: maybe(fc.record(rules)),
})

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never
export const anyShape: fc.Arbitrary<Shape> = shape

/** The file of a shape. `run` keeps its numbers and calendars apart from those of other companies. */
export function fileText(shape: Shape, run: number): string {
  let count = 0
  const next = () => run * 1_000 + ++count
  const branchKeys = shape.branches.map((_branch, index) => `branch-${index}`)
  const staffKeys = shape.staff.map((_person, index) => `person-${index}`)
  const services = shape.services.map(
    ({ everywhere, at, synonyms, policy, policyHere, ...service }, index) => {
      const places = everywhere ? ['all'] : branchKeys.slice(0, at.length)
      const offers = places.map((place, at_) => {
        const { calendar, by, ...own } = at[at_]!
        const can = staffKeys.filter((_key, who) => {
          const branch = shape.staff[who]!.branch
          return place === 'all' || branch === null || `branch-${branch % branchKeys.length}` === place
        })
        return [
          place,
          {
            ...own,
            // Always stated: a calendar left to the database may be the one that the file gives to somebody else.
            event_type: calendar ? next() : null,
            ...(by && {
              by: Object.fromEntries(
                can.slice(0, by.length).map((key, who) => [key, by[who] ? next() : null]),
              ),
            }),
          },
        ] as const
      })
      return {
        key: `service-${index}`,
        places,
        policy,
        policyHere,
        service: {
          ...service,
          ...(synonyms !== undefined && {
            synonyms: Array.from({ length: synonyms }, (_, word) => `Wort ${index} ${word}`),
          }),
          at: Object.fromEntries(offers),
        },
      }
    },
  )
  const policies = [
    ...(shape.policy ? [shape.policy] : []),
    ...(shape.branchPolicy ? [{ branch: branchKeys[0], ...shape.branchPolicy }] : []),
    ...services.flatMap(({ key, places, policy, policyHere }) => [
      ...(policy ? [{ service: key, ...policy }] : []),
      ...(policyHere
        ? [{ service: key, branch: places[0] === 'all' ? branchKeys[0] : places[0], ...policyHere }]
        : []),
    ]),
  ]
  const file = {
    version: 1,
    company: { slug: `company-${run}`, name: `Firma ${run}`, ...shape.company },
    agent: shape.agent,
    notifications: shape.notifications,
    privacy: shape.privacy,
    booking: shape.booking,
    branches: Object.fromEntries(
      shape.branches.map(({ default_service, numbers, ...branch }, index) => [
        branchKeys[index],
        {
          name: `Filiale ${index}`,
          ...branch,
          ...(numbers && {
            numbers: numbers.map((entry) => ({ number: `+4930${String(20_000_000 + next())}`, ...entry })),
          }),
          ...(default_service && {
            default_service:
              services.find(({ places }) => places.includes('all') || places.includes(branchKeys[index]!))
                ?.key ?? null,
          }),
        },
      ]),
    ),
    staff: Object.fromEntries(
      shape.staff.map(({ branch, calendar, ...person }, index) => [
        staffKeys[index],
        {
          ...person,
          branch: branch === null ? null : branchKeys[branch % branchKeys.length],
          calcom_user: calendar ? next() : null,
        },
      ]),
    ),
    services: Object.fromEntries(services.map(({ key, service }) => [key, service])),
    policies,
    closures:
      shape.closures &&
      once(
        shape.closures.map(({ branch, ...closure }) => ({
          ...(branch !== null && { branch: branchKeys[branch % branchKeys.length] }),
          ...dated(closure),
        })),
      ),
    absences:
      shape.absences &&
      once(
        staffKeys.length === 0
          ? []
          : shape.absences.map(({ person, ...absence }) => ({
              person: staffKeys[person % staffKeys.length],
              ...dated(absence),
            })),
      ),
  }
  return stringify(JSON.parse(JSON.stringify(file)))
}

function dated<T extends { first: Date; days: number }>({ first, days, ...rest }: T) {
  const text = (at: Date) => at.toISOString().slice(0, 10)
  return {
    first_day: text(first),
    ...(days > 0 && { last_day: text(new Date(first.getTime() + days * 86_400_000)) }),
    ...rest,
  }
}

/** No two of the same days. */
function once<T extends object>(list: T[]): T[] {
  const names = ['branch', 'person', 'first_day', 'last_day', 'times', 'yearly']
  const keyOf = (one: T) =>
    JSON.stringify(names.map((name) => (one as Record<string, unknown>)[name] || null))
  return [...new Map(list.map((one) => [keyOf(one), one])).values()]
}
