/**
 * The file that describes a company (design section 14): what may stand in it, published for editors as companies/schema.json. What is
 * left out is not stated and stays as it is; `null` states that there is none. Fields marked `operators` decide where calls and
 * bookings go and are an operator's to set; everything else may be the owner's.
 */
import { z } from 'zod'
import { type FederalState, federalStates } from '../german/index.ts'
import { factMax } from '../services/facts.ts'
import {
  calendarDay,
  euros,
  eventType,
  factTopic,
  hoursSpan,
  line,
  mailAddress,
  partOfDay,
  phoneNumber,
  secretReference,
  slug,
  zoneName,
} from './values.ts'

/** Routing: numbers, agents, connection, team, event type, calendar user. */
const operators = <T extends z.ZodType>(schema: T): T => schema.meta({ ...schema.meta(), setBy: 'operator' })

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
type WeekdayName = (typeof weekdays)[number]

/** The sixteen states, for public holidays. */
const bundeslaender = Object.keys(federalStates) as FederalState[]

const minutes = z.number().int().min(0).max(525_600)
const hours = z.number().int().min(0).max(8_760)
const daysKept = (min: number) => z.number().int().min(min).max(36_500)
const facts = z.record(factTopic, line(factMax))

const hoursOfDay = z.union(
  [hoursSpan, z.array(hoursSpan)],
  'are no opening hours: write them like "09:00-18:00"',
)

const dialled = z.strictObject({
  number: phoneNumber,
  agent: line(200)
    .nullable()
    .optional()
    .describe("Retell's agent that answers this number; default: agent.retell"),
  label: line(200).nullable().optional(),
  active: z.boolean().optional(),
})

const branch = z.strictObject({
  name: line(200).describe('As it is said to callers'),
  spoken_names: z.array(line(200)).optional().describe('Further names that callers use'),
  address: line(500).nullable().optional(),
  time_zone: zoneName.nullable().optional().describe("If it is not the company's"),
  bundesland: z
    .enum(bundeslaender)
    .nullable()
    .optional()
    .describe('Whose public holidays count, like BE; without it none does'),
  holidays_closed: z.boolean().optional().describe('Whether public holidays close it; at first they do'),
  calcom_team: operators(z.number().int().positive()).nullable().optional().describe('The team at Cal.com'),
  numbers: operators(z.array(z.union([phoneNumber, dialled])))
    .optional()
    .describe('Numbers that lead here'),
  hours: z
    .strictObject(
      Object.fromEntries(weekdays.map((day) => [day, hoursOfDay.optional()])) as Record<
        WeekdayName,
        z.ZodOptional<typeof hoursOfDay>
      >,
    )
    .optional()
    .describe('Opening hours by day; a day that is left out is closed'),
  default_service: slug.nullable().optional().describe('What is meant when a caller names no service'),
  facts: facts
    .optional()
    .describe('What callers are told: way, parking, payment, vouchers, accessibility, or a word of your own'),
  active: z.boolean().optional().describe('false: calls are answered, nothing is booked'),
})

const person = z.strictObject({
  first_name: line(100),
  last_name: z.string().max(100).default(''),
  branch: slug.nullable().optional().describe('null or left out: works at every branch'),
  email: mailAddress.nullable().optional(),
  calcom_user: operators(z.number().int().positive()).nullable().optional().describe('The host at Cal.com'),
  active: z.boolean().optional(),
})

/** What a service says of itself; a branch may differ in each of these. */
const serviceFacts = {
  category: line(200).nullable().optional(),
  description: z.string().max(2_000).nullable().optional(),
  minutes: z.number().int().positive().max(1_440).optional().describe('How long it takes'),
  price: euros.nullable().optional().describe('Euros; null: on request'),
  minimum_notice_minutes: minutes.nullable().optional().describe('Earliest from now'),
  synonyms: z.array(line(200)).optional().describe('What callers say for it'),
  active: z.boolean().optional(),
}

const offer = z.strictObject({
  event_type: operators(eventType)
    .nullable()
    .optional()
    .describe('Number or slug at Cal.com; null: not bookable by phone'),
  by: z
    .record(slug, operators(eventType).nullable())
    .optional()
    .describe('Who does it; with an event type of their own, or null for the common one'),
  name: line(200).optional(),
  ...serviceFacts,
})

const service = z.strictObject({
  name: line(200).describe('As it is said to callers'),
  ...serviceFacts,
  at: z.record(slug, offer).describe('Where it is offered: by branch, or "all" for every branch alike'),
})

const policy = z.strictObject({
  branch: slug.optional(),
  service: slug.optional(),
  cancel_until_hours: hours.nullable().optional().describe('Hours before the appointment'),
  move_until_hours: hours.nullable().optional(),
  minimum_notice_minutes: minutes.nullable().optional(),
  moves_max: z.number().int().min(0).max(1_000).nullable().optional().describe('How often one may move'),
})

const days = {
  first_day: calendarDay,
  last_day: calendarDay.optional().describe('That day too; left out: the first day alone'),
}

const closure = z.strictObject({
  branch: slug.optional().describe('Left out: every branch'),
  ...days,
  times: partOfDay.optional().describe('That part of each day; left out: the whole day, or the usual hours'),
  kind: z.enum(['closed', 'open']).optional().describe('open: open all the same, on a holiday or a free day'),
  yearly: z.boolean().optional().describe('The same days of every year from then on'),
  reason: line(200).nullable().optional().describe('Why, in a word or two: Betriebsferien'),
  reason_spoken: z.boolean().optional().describe('Whether callers hear the reason'),
})

const absence = z.strictObject({
  person: slug,
  ...days,
  times: partOfDay.optional().describe('That part of each day; left out: the whole day'),
  end_spoken: z.boolean().optional().describe('Whether callers hear until when; at first they do'),
  note: line(500).nullable().optional().describe('For the business alone; never spoken'),
})

export const companyFile = z
  .strictObject({
    version: z.literal(1),
    company: z.strictObject({
      slug: slug.describe('What this company is called in files and commands'),
      name: line(200),
      time_zone: zoneName.optional(),
      test: operators(z.boolean()).optional().describe('A company for tests: serves calls without numbers'),
      facts: facts.optional().describe('What holds at every branch that says nothing else'),
    }),
    agent: z
      .strictObject({
        name: line(100).nullable().optional().describe('What the agent calls itself'),
        retell: operators(line(200)).optional().describe("Retell's agent of all numbers that name none"),
      })
      .optional(),
    notifications: z
      .strictObject({
        mail: mailAddress.nullable().optional().describe('Where callback requests and notices go'),
        customer_mails: z.boolean().optional().describe('We confirm to customers ourselves'),
      })
      .optional(),
    privacy: z
      .strictObject({
        retention_days: daysKept(1)
          .optional()
          .describe('For every kind of data whose own period is null, and until retention is released'),
        retention: z
          .strictObject({
            transcripts_days: daysKept(1).nullable().optional(),
            arguments_days: daysKept(1)
              .nullable()
              .optional()
              .describe('Function arguments and answers, drafts'),
            messages_days: daysKept(1).nullable().optional().describe('Callbacks, mails, webhooks, notes'),
            call_facts_days: daysKept(1).nullable().optional().describe('Who called when; null: for ever'),
            recordings_days: daysKept(0)
              .nullable()
              .optional()
              .describe('0: no address of a recording is stored'),
            inactive_customers_months: z
              .number()
              .int()
              .positive()
              .max(1_200)
              .nullable()
              .optional()
              .describe('Without appointment or call; null: never'),
          })
          .optional()
          .describe('How long what is kept; docs/data-protection.md'),
        store_transcripts: z
          .boolean()
          .optional()
          .describe('false: neither transcript nor summary of a call is stored'),
        disclosure: line(300)
          .nullable()
          .optional()
          .describe('With what the agent begins to say that a machine speaks; a call without it is an alarm'),
        second_fact: z.boolean().optional().describe('Cancelling and moving need more than the number'),
      })
      .optional(),
    booking: z
      .strictObject({
        window_days: z
          .number()
          .int()
          .min(1)
          .max(1_000)
          .optional()
          .describe('How far ahead a date is believed'),
        missing_email: z.enum(['phone_only', 'own_mailbox', 'ask']).optional(),
        mailbox: mailAddress.nullable().optional().describe("The business's own, for own_mailbox"),
      })
      .optional(),
    calcom: z
      .strictObject({
        connection: operators(
          z.string().regex(/^[\w-]{1,60}$/, 'is no name of a connection: letters, digits, - and _'),
        ).describe('"default" is the one of the environment'),
        base_url: operators(z.url({ protocol: /^https?$/ })).optional(),
        api_key: operators(secretReference).optional(),
        webhook_secret: operators(secretReference).optional(),
        profile: operators(z.enum(['published', 'guide'])).optional(),
      })
      .optional(),
    branches: z.record(slug, branch),
    staff: z.record(slug, person).optional(),
    services: z.record(slug, service).optional(),
    policies: z.array(policy).optional(),
    closures: z.array(closure).optional().describe('Days with other hours than the usual ones'),
    absences: z.array(absence).optional().describe('Who is away'),
  })
  .describe('A company of the gateway')

export type CompanyFile = z.output<typeof companyFile>

/** The JSON Schema for editors. */
export function companyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(companyFile, { io: 'input', target: 'draft-07' })
}
