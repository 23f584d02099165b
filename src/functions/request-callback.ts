import { DateTime } from 'luxon'
import { z } from 'zod'
import { dataRightOf, localDayOf, urgencyOf } from '../german/index.ts'
import { callbackNumberWanted, urgently } from '../german/sentences/appointments.ts'
import { dataRequestNoted } from '../german/sentences/privacy.ts'
import { callbackFields } from './answers/appointments.ts'
import { answers } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

/** Stores a wish to be called back; the business is notified and the call marked for follow-up. */
export const requestCallback = defineFunction({
  name: 'request_callback',
  description: 'Nimmt einen Rückrufwunsch auf; ein Mitarbeiter ruft zurück.',
  needs: 'call',
  required: ['reason'],
  output: answers({
    callback_id: z.int(),
    estimated_callback: z.string().nullable(),
    business_notified: z.boolean(),
    priority: z.enum(['normal', 'high', 'emergency']),
  }),
  deadline: 'read',
  writes: true,
  input: z.object({
    reason: words('Worum es geht'),
    preferred_time: words('Wunschzeit im Wortlaut, etwa „morgen Vormittag“'),
    date: words('Wunschtag, falls getrennt genannt'),
    phone: words('Rückrufnummer, falls anders als die des Anrufs'),
    name: words('Name des Anrufers'),
    service: words('Leistung, um die es geht'),
    priority: words('Nur wenn der Anrufer sagt, dass es eilt', ['normal', 'hoch']),
  }),
  async handler(input, context) {
    const wished = [input.date, input.preferred_time].filter((text) => text !== undefined).join(' ')
    const reason = saidUrgent(input.reason ?? input.service, input.priority)
    const urgency = urgencyOf(reason, wished)
    const right = dataRightOf(input.reason)
    const dueAt = right === null ? undefined : oneMonthAfter(context.now)
    const stored = await context.services.callbacks.request(context, {
      kind: right === null ? 'caller' : 'privacy',
      dueAt,
      reason,
      phone: input.phone,
      name: input.name,
      preferredTime: wished === '' ? undefined : wished,
    })
    if (stored === null) {
      return {
        success: false,
        error: 'missing_phone',
        status: 'needs_phone',
        requires_phone_number: true,
        missing_fields: ['phone'],
        priority: urgency,
        message: urgently(urgency, false, callbackNumberWanted()),
      }
    }
    if (dueAt !== undefined) {
      const day = localDayOf(dueAt, context.timeZone)
      return {
        success: true,
        status: 'data_request_noted',
        data_request: right,
        due_date: day,
        priority: urgency,
        ...callbackFields(stored),
        message: dataRequestNoted(day, context.today),
      }
    }
    return {
      success: true,
      status: stored.promise === null ? 'callback_noted' : 'callback_queued',
      assigned_to: stored.promise === null ? null : context.branch.name,
      priority: urgency,
      ...callbackFields(stored),
      message: urgently(urgency, stored.promise !== null, stored.say),
    }
  },
})

/** An agent's word for it stands with the reason, where the business reads it and the words that mean it are known. */
function saidUrgent(reason: string | undefined, priority: string | undefined): string | undefined {
  const isUrgent = priority !== undefined && /hoch|high|dringend|urgent|eil|notfall|emergency/i.test(priority)
  if (!isUrgent || urgencyOf(reason) !== 'normal') return reason
  return reason === undefined ? 'Dringend' : `${reason} (dringend)`
}

/** The time the law gives (Art. 12 GDPR): a month from the request, at most to the month's last day. */
function oneMonthAfter(now: Date): Date {
  return DateTime.fromJSDate(now, { zone: 'utc' }).plus({ months: 1 }).toJSDate()
}
