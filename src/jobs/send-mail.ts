/**
 * Sends one mail (`{mailId}`, right after it was written) or everything that is due (cron, every minute): what the first try
 * could not send is never left to the queue's few tries.
 */
import { z } from 'zod'
import type { MailSender } from '../services/mail/sender.ts'
import { companyOf, type Job } from './job.ts'

const payloadSchema = z.looseObject({ mailId: z.uuid().optional() })

export const sendMail: Job<{ mailSender: Pick<MailSender, 'send' | 'sendDue'> }> = {
  name: 'send_mail',
  async run({ mailSender }, payload, signal) {
    const { mailId } = payloadSchema.parse(payload)
    return mailId === undefined ? mailSender.sendDue(signal) : mailSender.send(companyOf(payload), mailId)
  },
}
