/**
 * What Cal.com answers, read leniently: unknown keys pass, what the vendor may leave out is optional, numbers may come as
 * text and null stands for absent. Only what we act on is named. Wire shapes; `types.ts` holds what the rest
 * of the gateway sees.
 */
import { z } from 'zod'

const absent = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)
const text = z.coerce.string()
const optionalText = absent(text)
const integer = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int())
const optionalInteger = absent(integer)
/** An instant; text without an offset would be a guess and is refused. */
export const instantSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })])
  .transform((iso) => new Date(iso))
/** A field that we can do without: one that cannot be read is absent, so that it does not lose the whole thing. */
const spare = <T extends z.ZodType>(schema: T) => absent(schema).catch(undefined)

/** Metadata values as text, whatever was stored. */
const metadataSchema = absent(z.record(z.string(), z.unknown())).transform(
  (entries) =>
    entries &&
    Object.fromEntries(
      Object.entries(entries).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
)

const statuses = {
  accepted: 'accepted',
  confirmed: 'accepted',
  pending: 'pending',
  unconfirmed: 'pending',
  awaiting_host: 'pending',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  rejected: 'rejected',
} as const

export const bookingStatusSchema = z
  .string()
  .transform((status) => status.toLowerCase())
  .pipe(z.enum(Object.keys(statuses) as (keyof typeof statuses)[]))
  .transform((status) => statuses[status])

const spareText = spare(z.union([z.string(), z.number().transform(String)]))

const hostSchema = z.looseObject({
  id: spare(integer),
  name: spareText,
  email: spareText,
  username: spareText,
})

/** A seat has its own uid, and its own metadata where the booking then has none. */
const attendeeSchema = z.looseObject({
  name: spareText,
  email: spareText,
  phoneNumber: spareText,
  timeZone: spareText,
  absent: spare(z.boolean()),
  seatUid: spareText,
  metadata: spare(metadataSchema),
})

/**
 * `start`/`end` in the published API, `startTime`/`endTime` in the guide's. Only `uid` and `status` make a booking; anything else
 * that cannot be read is absent (hosts have been seen with the id "unknown").
 */
export const bookingSchema = z.looseObject({
  id: spare(integer),
  uid: z.string().min(1),
  title: spareText,
  status: bookingStatusSchema,
  start: spare(instantSchema),
  startTime: spare(instantSchema),
  end: spare(instantSchema),
  endTime: spare(instantSchema),
  eventTypeId: spare(integer),
  eventType: spare(z.looseObject({ id: spare(integer) })),
  hosts: spare(z.array(hostSchema)),
  attendees: spare(z.array(attendeeSchema)),
  guests: spare(z.array(z.string())),
  seatUid: spareText,
  recurringBookingUid: spareText,
  metadata: spare(metadataSchema),
  location: absent(z.unknown()),
  absentHost: spare(z.boolean()),
  cancellationReason: spareText,
  rescheduledFromUid: spareText,
  rescheduledToUid: spareText,
  createdAt: spare(instantSchema),
  updatedAt: spare(instantSchema),
})

/** A recurring event type answers with a list; the first is the one asked for. */
export const bookingAnswerSchema = z.looseObject({
  data: z.union([
    bookingSchema,
    z
      .array(bookingSchema)
      .nonempty()
      .transform(([first]) => first),
  ]),
})

const madeSchema = z.object({
  id: optionalInteger.catch(undefined),
  uid: z.string().min(1),
  // A booking that was just made lives, unless it says that it waits or does not.
  status: bookingStatusSchema.catch('accepted'),
})

/** The least that an answer to a booking or a move must hold; everything else may be unreadable. */
export const madeAnswerSchema = z.looseObject({
  data: z.union([
    madeSchema,
    z
      .array(madeSchema)
      .nonempty()
      .transform(([first]) => first),
  ]),
})

export const bookingListAnswerSchema = z.looseObject({
  data: z.array(z.unknown()),
  pagination: absent(z.looseObject({ hasNextPage: absent(z.boolean()), totalItems: optionalInteger })),
})

/** A cancellation is answered with the booking, or (guide) with nothing at all. */
export const cancelAnswerSchema = absent(
  z.looseObject({
    data: absent(z.looseObject({ status: absent(bookingStatusSchema), rescheduledToUid: spareText })),
  }),
)

export const reservationAnswerSchema = z.looseObject({
  data: z.looseObject({ reservationUid: z.string().min(1), reservationUntil: instantSchema }),
})

export const slotEntrySchema = z.union([
  z.string(),
  z
    .looseObject({
      start: optionalText,
      time: optionalText,
      startTime: optionalText,
      seatsRemaining: absent(z.coerce.number()),
    })
    .refine((slot) => slot.start ?? slot.time ?? slot.startTime),
])

const daysSchema = z.record(z.string().regex(/^\d{4}-\d{2}-\d{2}$/), z.array(slotEntrySchema))
const slotListSchema = z.array(slotEntrySchema)

/** Published: days in `data`; guide: days in `data.slots`; both have been seen as plain lists. `{}` is "nothing free". */
export const slotsAnswerSchema = z.union([
  z.looseObject({
    data: z.union([
      z.looseObject({ slots: z.union([daysSchema, slotListSchema]) }),
      daysSchema,
      slotListSchema,
    ]),
  }),
  slotListSchema,
])

const limitSchema = z.looseObject({ disabled: spare(z.boolean()) })

export const eventTypeSchema = z.looseObject({
  id: integer,
  title: text,
  slug: optionalText,
  description: optionalText,
  lengthInMinutes: absent(z.coerce.number().positive()),
  length: absent(z.coerce.number().positive()),
  lengthInMinutesOptions: absent(z.array(z.number())),
  hidden: absent(z.boolean()),
  slotInterval: absent(z.coerce.number()),
  minimumBookingNotice: absent(z.coerce.number()),
  price: absent(z.coerce.number()),
  currency: optionalText,
  schedulingType: optionalText,
  teamId: optionalInteger,
  parentEventTypeId: optionalInteger,
  requiresConfirmation: absent(z.boolean()),
  confirmationPolicy: absent(z.looseObject({ disabled: absent(z.boolean()) })),
  seatsPerTimeSlot: spare(z.coerce.number()),
  seats: spare(
    z.looseObject({
      disabled: spare(z.boolean()),
      seatsPerTimeSlot: spare(z.coerce.number()),
      showAttendeeInfo: spare(z.boolean()),
    }),
  ),
  recurrence: spare(
    z.looseObject({ disabled: spare(z.boolean()), occurrences: spare(z.number()), frequency: spareText }),
  ),
  // Not in the vendor's specification; told by some versions.
  rrHostSubsetEnabled: spare(z.boolean()),
  bookingLimitsCount: spare(limitSchema),
  bookingLimitsDuration: spare(limitSchema),
  bookerActiveBookingsLimit: spare(limitSchema),
  requiresBookerEmailVerification: spare(z.boolean()),
  locations: spare(z.array(z.looseObject({ type: spareText }))),
  metadata: spare(
    z.looseObject({
      apps: spare(
        z.record(
          z.string(),
          z
            .looseObject({ enabled: spare(z.boolean()), price: spare(z.coerce.number()) })
            .catch({ enabled: undefined, price: undefined }),
        ),
      ),
    }),
  ),
  // The vendor's own specification calls these lists of strings; the server sends objects.
  hosts: absent(z.array(z.looseObject({ userId: optionalInteger, id: optionalInteger, name: optionalText }))),
  users: absent(z.array(z.looseObject({ userId: optionalInteger, id: optionalInteger, name: optionalText }))),
  bookingFields: absent(
    z.array(
      z.looseObject({
        slug: optionalText,
        type: optionalText,
        required: absent(z.boolean()),
        hidden: absent(z.boolean()),
      }),
    ),
  ),
})

export const eventTypesAnswerSchema = z.looseObject({ data: z.array(eventTypeSchema) })

export const meAnswerSchema = z.looseObject({
  data: z.looseObject({
    id: integer,
    username: optionalText,
    timeZone: optionalText,
    organizationId: optionalInteger,
  }),
})

/** Shape A (`error` object or text) and shape B (bare `message`), in one. */
export const errorAnswerSchema = z.looseObject({
  error: absent(
    z.union([
      z.string(),
      z.looseObject({ code: optionalText, message: optionalText, details: absent(z.unknown()) }),
    ]),
  ),
  message: absent(z.unknown()),
})

const subscriptionSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  subscriberUrl: z.string(),
  active: z.boolean(),
  triggers: z.array(z.string()),
})
export const webhookAnswerSchema = z.looseObject({ data: subscriptionSchema })
export const webhooksAnswerSchema = z.looseObject({ data: z.array(subscriptionSchema) })
