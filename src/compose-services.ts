/** What answers callers, put together once: for the gateway, for commands and for tests. */
import type { Logger } from 'pino'
import type { CalcomClient } from './calcom/client.ts'
import type { Tenancy } from './db/tenancy.ts'
import type { Services } from './functions/define.ts'
import type { Cache } from './lib/cache/cache.ts'
import type { Clock } from './lib/clock.ts'
import { AppointmentFinder } from './services/appointments/finder.ts'
import { ReadBackMemory } from './services/appointments/read-backs.ts'
import { type AvailabilityDeps, AvailabilityService } from './services/availability/availability.ts'
import { FreeSeats } from './services/availability/free-seats.ts'
import { type BookingDeps, BookingService } from './services/booking/booking.ts'
import { CallbackService } from './services/callbacks.ts'
import { Catalogues } from './services/catalogue.ts'
import { AppointmentChanges } from './services/changes/changes.ts'
import { ChangeRecorder } from './services/changes/record.ts'
import { CustomerService } from './services/customers.ts'
import { RecordingService } from './services/recordings.ts'
import { VisitService } from './services/visits/visits.ts'

/** What services stand on. */
export interface Resources {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  cache: Cache
  /** The client of a company's connection. */
  calcom: (connectionId: string) => Promise<CalcomClient>
  clock: Clock
  log: Logger
}

/** What is set for all of them, or replaced for one. */
export interface ServiceOptions {
  /** Whether a mail server is configured, so that a promised callback reaches somebody. */
  mailServer: boolean
  /** The shortest notice of companies without a policy of their own. */
  minimumNoticeMinutes: number
  availability?: Partial<AvailabilityDeps>
  booking?: Partial<BookingDeps>
}

/** Constructs the services; nothing is opened, and nothing needs closing but what `resources` bring. */
export function composeServices(
  resources: Resources,
  { mailServer, minimumNoticeMinutes, ...replaced }: ServiceOptions,
): Services {
  const { tenancy, cache, clock } = resources
  const catalogues = new Catalogues({ tenancy, clock, minimumNoticeMinutes })
  const availability = new AvailabilityService({ ...resources, catalogues, ...replaced.availability })
  const customers = new CustomerService({ tenancy })
  const callbacks = new CallbackService({ tenancy, mailServer })
  const shared = { ...resources, catalogues, availability, customers, callbacks }
  const booking = new BookingService({ ...shared, ...replaced.booking })
  const readBacks = new ReadBackMemory({ cache })
  const finder = new AppointmentFinder({ tenancy, cache, readBacks })
  const { attempts } = booking
  const recorder = new ChangeRecorder({ attempts })
  const actions = new AppointmentChanges({ ...shared, finder, attempts, recorder, readBacks })
  const visits = new VisitService({ ...shared, booking, actions })
  const freeSeats = new FreeSeats({ tenancy })
  const recordings = new RecordingService({ tenancy })
  return {
    catalogues,
    availability,
    freeSeats,
    booking,
    visits,
    customers,
    appointments: finder,
    actions,
    callbacks,
    recordings,
  }
}
