/**
 * What a function of the voice agent is: one literal with its text, its input schema and one handler. The same schema
 * validates the arguments and describes the tool to Retell (cli/export-tools).
 */
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import type { LocalDay } from '../german/index.ts'
import type { Deadline } from '../lib/deadline.ts'
import type { AppointmentFinder } from '../services/appointments/finder.ts'
import type { AvailabilityService } from '../services/availability/availability.ts'
import type { FreeSeats } from '../services/availability/free-seats.ts'
import type { BookingService } from '../services/booking/booking.ts'
import type { CallContext } from '../services/call-context.ts'
import type { CallbackService } from '../services/callbacks.ts'
import type { Catalogue, CatalogueBranch, Catalogues } from '../services/catalogue.ts'
import type { AppointmentChanges } from '../services/changes/changes.ts'
import type { CustomerService } from '../services/customers.ts'
import type { RecordingService } from '../services/recordings.ts'
import type { VisitService } from '../services/visits/visits.ts'

/** The services a handler may call. Composed once, in compose.ts. */
export interface Services {
  catalogues: Catalogues
  availability: AvailabilityService
  freeSeats: FreeSeats
  booking: BookingService
  /** Starts and confirms what may be one booking or several. */
  visits: VisitService
  customers: CustomerService
  appointments: AppointmentFinder
  actions: AppointmentChanges
  callbacks: CallbackService
  recordings: RecordingService
}

/** What every handler gets: the moment, the time it has, and the services. */
export interface BaseContext {
  now: Date
  /** Zone of the branch; Europe/Berlin for functions without a call. */
  timeZone: string
  /** The local day of `now` in that zone. */
  today: LocalDay
  deadline: Deadline
  log: Logger
  services: Services
}

/** What a handler gets that works for one call of one company. */
export interface TenantContext extends BaseContext {
  call: CallContext
  catalogue: Catalogue
  /** The branch of the dialled number. */
  branch: CatalogueBranch
}

/** The body of an answer: exactly one flag, a German sentence, and the function's own fields at the root. */
export interface FunctionAnswer {
  success: boolean
  message: string
  /** Always where `success` is false, never where it is true. */
  error?: ErrorCode
  [field: string]: unknown
}

interface Common<Input extends z.ZodType> {
  name: string
  /** German, for the agent's tool list. */
  description: string
  input: Input
  /**
   * What a model should have before it calls; only the tool list says so. A call without it is answered all the same, with the
   * question to ask.
   */
  required?: readonly string[]
  /** Answered, but offered to agents only when asked for (`npm run tools -- --all`): older, or seldom the right one. */
  onRequest?: true
  /** What it answers (answers/contract.ts): published, and what the tests hold every answer against. */
  output: z.ZodType
  /** Which of the configured deadlines it has: reading 2.5 s, start_booking 3.5 s, writing 8 s. */
  deadline: 'read' | 'startBooking' | 'write'
  /** Changes something although it has a reading function's time. */
  writes?: true
}

/** Whether a function changes something, so that doing it twice is not doing it once. */
export function changesSomething({ deadline, writes }: FunctionDefinition): boolean {
  return deadline !== 'read' || writes === true
}

export type TenantFunction<Input extends z.ZodType = z.ZodType> = Common<Input> & {
  needs: 'call'
  handler(input: z.output<Input>, context: TenantContext): Promise<FunctionAnswer>
}

/** Works without a call (incident I-10). */
export type OpenFunction<Input extends z.ZodType = z.ZodType> = Common<Input> & {
  needs: 'nothing'
  handler(input: z.output<Input>, context: BaseContext): Promise<FunctionAnswer>
}

export type FunctionDefinition = TenantFunction | OpenFunction

/** Defines a function for one call of one company; only fixes the types. */
export function defineFunction<Input extends z.ZodType>(
  definition: TenantFunction<Input>,
): TenantFunction<Input> {
  return definition
}

/** Defines a function that needs no call. */
export function defineOpenFunction<Input extends z.ZodType>(
  definition: OpenFunction<Input>,
): OpenFunction<Input> {
  return definition
}
