/** Writes the mail to the business about somebody to be called back. */
import { z } from 'zod'
import type { BusinessMails } from '../services/mail/business-mails.ts'
import { companyOf, type Job } from './job.ts'

const payloadSchema = z.looseObject({ callbackId: z.int().positive() })

export const businessMail: Job<{ businessMails: Pick<BusinessMails, 'writeCallback'> }> = {
  name: 'business_mail',
  async run({ businessMails }, payload) {
    return businessMails.writeCallback(companyOf(payload), payloadSchema.parse(payload).callbackId)
  },
}
