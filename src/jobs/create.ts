/** Puts the jobs together: what they need, how they are run, when they are due. Called by compose.ts. */
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import type { BookingService } from '../services/booking/booking.ts'
import type { AppointmentChanges } from '../services/changes/changes.ts'
import { FiguresKeeper } from '../services/figures/keep.ts'
import { AppointmentMails } from '../services/mail/appointment-mails.ts'
import { BusinessMails } from '../services/mail/business-mails.ts'
import { type MailFrom, readMailFrom } from '../services/mail/from.ts'
import { MailSender } from '../services/mail/sender.ts'
import { SmtpServer } from '../services/mail/smtp.ts'
import type { PersonalData } from '../services/privacy/erasure.ts'
import { Retention } from '../services/privacy/retention.ts'
import type { VendorDeletions } from '../services/privacy/vendors.ts'
import { BookingSync, type SyncDeps } from '../services/sync/apply.ts'
import { Consistency } from '../services/sync/consistency.ts'
import { EventTypeImport } from '../services/sync/event-types.ts'
import { WebhookInbox } from '../services/sync/inbox.ts'
import { BookingOwners } from '../services/sync/owners.ts'
import { Reconciler } from '../services/sync/reconcile.ts'
import { AttemptSettling } from '../services/sync/settling.ts'
import { UnnamedEvents } from '../services/sync/unnamed.ts'
import type { VisitService } from '../services/visits/visits.ts'
import { appointmentNotifications } from './appointment-notifications.ts'
import { businessMail } from './business-mail.ts'
import { deleteAtVendors } from './delete-at-vendors.ts'
import { expireDrafts } from './expire-drafts.ts'
import { importEventTypes } from './import-event-types.ts'
import { keepFigures } from './keep-figures.ts'
import { orphanedBookingCleanup } from './orphaned-booking-cleanup.ts'
import { processWebhook } from './process-webhook.ts'
import { reconcile } from './reconcile.ts'
import { retention } from './retention.ts'
import { bind, type JobOutcome, JobRunner } from './runner.ts'
import { schedule } from './schedule.ts'
import { sendMail } from './send-mail.ts'
import { settleAttempt } from './settle-attempt.ts'
import { settleLeases } from './settle-leases.ts'
import { syncToCalcom } from './sync-to-calcom.ts'

export interface JobsDeps {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  /** Connections in the worker's role. */
  workerPool: () => Pool
  catalogues: SyncDeps['catalogues']
  availability: SyncDeps['availability']
  booking: BookingService
  visits: VisitService
  actions: AppointmentChanges
  vendors: VendorDeletions
  personalData: PersonalData
  calcom: SyncDeps['calcom']
  /** CALCOM_TEAM_ID. */
  teamId: number | null
  mail: { smtpUrl: string | null; from: string }
  clock: Clock
  log: Logger
  onJob?: (outcome: JobOutcome) => void
  /** Told of each webhook of Cal.com as it came. */
  onWebhook?: (connectionId: string, body: unknown) => void
}

/** The runner of the jobs, and the services that command-line programs and routes use as well. */
export interface Jobs {
  runner: JobRunner
  inbox: WebhookInbox
  owners: BookingOwners
  reconciler: Reconciler
  consistency: Consistency
  eventTypes: EventTypeImport
  settling: AttemptSettling
  retention: Retention
}

export function createJobs(deps: JobsDeps): Jobs {
  const { tenancy, catalogues, availability, booking, visits, actions, calcom, clock, log } = deps
  const { attempts } = booking
  const owners = new BookingOwners({ tenancy })
  const shared = {
    tenancy,
    catalogues,
    attempts,
    booking,
    recorder: actions.recorder,
    availability,
    calcom,
    clock,
    log,
  }
  const sync = new BookingSync(shared)
  const unnamed = new UnnamedEvents({ owners, calcom, clock })
  const inbox = new WebhookInbox({ tenancy, owners, sync, unnamed, clock, log, onEvent: deps.onWebhook })
  const settling = new AttemptSettling({ ...shared, actions, visits })
  const reconciler = new Reconciler({ ...shared, owners, sync })
  const consistency = new Consistency({ ...shared, sync, settling })
  const eventTypes = new EventTypeImport({ ...shared, owners, teamId: deps.teamId })

  const smtp = deps.mail.smtpUrl === null ? null : new SmtpServer(deps.mail.smtpUrl)
  const from: MailFrom = readMailFrom(deps.mail.from)
  const appointmentMails = new AppointmentMails({ tenancy, clock, from })
  const businessMails = new BusinessMails({ tenancy, clock, from })
  const mailSender = new MailSender({ tenancy, clock, log, smtp, from })

  const forgetting = new Retention({ tenancy, personalData: deps.personalData, clock })

  const runner = new JobRunner({
    pool: deps.workerPool,
    clock,
    log,
    onJob: deps.onJob,
    schedule,
    jobs: [
      bind(processWebhook, { inbox }),
      bind(settleAttempt, { settling }),
      bind(settleLeases, { settling }),
      bind(syncToCalcom, { settling }),
      bind(expireDrafts, { booking, visits }),
      bind(reconcile, { reconciler, inbox }),
      bind(keepFigures, { figures: new FiguresKeeper({ tenancy }) }),
      bind(importEventTypes, { eventTypes }),
      bind(orphanedBookingCleanup, { tenancy, owners, consistency, clock, log }),
      bind(appointmentNotifications, { appointmentMails }),
      bind(businessMail, { businessMails }),
      bind(sendMail, { mailSender }),
      bind(deleteAtVendors, { vendors: deps.vendors }),
      bind(retention, { retention: forgetting, pool: deps.workerPool, clock }),
    ],
  })
  return { runner, inbox, owners, reconciler, consistency, eventTypes, settling, retention: forgetting }
}
