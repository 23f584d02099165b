/** Writes the mail to a customer about what happened to their appointment. */
import { z } from 'zod'
import type { AppointmentMails } from '../services/mail/appointment-mails.ts'
import { companyOf, type Job } from './job.ts'

const payloadSchema = z.looseObject({
  appointmentId: z.int().positive(),
  kind: z.enum(['booked', 'confirmed', 'rescheduled', 'cancelled', 'rejected', 'changed']),
})

export const appointmentNotifications: Job<{ appointmentMails: Pick<AppointmentMails, 'write'> }> = {
  name: 'appointment_notifications',
  // A part waits for its visit to be decided, which may take until Cal.com answers again.
  maxAttempts: 10,
  async run({ appointmentMails }, payload) {
    const { appointmentId, kind } = payloadSchema.parse(payload)
    return appointmentMails.write(companyOf(payload), appointmentId, kind)
  },
}
