import { z } from 'zod'
import { detailsNoted } from '../german/sentences/details.ts'
import { spokenPhone } from '../lib/phone.ts'
import { spokenOf, viewOf } from '../services/appointments/view.ts'
import { unresolvedAnswer } from './answers/appointments.ts'
import { answers, appointmentShape } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

/** Notes a name, contact data or a remark for an appointment that stands; the business completes its calendar. */
export const changeAppointment = defineFunction({
  name: 'change_appointment',
  description:
    'Notiert zu einem bestehenden Termin des Anrufers einen Hinweis, einen anderen Namen, eine Rufnummer oder E-Mail-Adresse. Andere Zeit: reschedule_appointment. Andere Leistung oder Person: neu buchen und den alten Termin absagen.',
  needs: 'call',
  output: answers({ status: z.enum(['noted', 'already_noted']), appointment: appointmentShape }),
  deadline: 'read',
  input: z.object({
    appointment_id: words('Nummer des Termins aus einer früheren Antwort'),
    date: words('Tag des Termins im Wortlaut'),
    time: words('Uhrzeit des Termins'),
    current_name: words('Name, auf den der Termin bisher läuft, falls mehrere Personen gemeint sein können'),
    notes: words('Hinweis für den Betrieb'),
    name: words('Neuer Name, auf den der Termin laufen soll'),
    email: words('Neue E-Mail-Adresse'),
    phone: words('Neue Rufnummer für Rückfragen'),
  }),
  async handler(input, context) {
    const { appointment_id: appointmentId, date, time, current_name: name } = input
    const which = { appointmentId, date, time, name }
    const outcome = await context.services.actions.changeDetails(context, which, input)
    if (outcome.kind !== 'noted') return unresolvedAnswer(outcome, context, 'change')
    const { details, isNew } = outcome
    const appointment = viewOf(outcome.appointment, context)
    const spoken = {
      name: details.name,
      hasNotes: details.notes !== null,
      phone: details.phone === null ? null : spokenPhone(details.phone),
      email: details.email,
    }
    return {
      success: true,
      status: isNew ? 'noted' : 'already_noted',
      appointment: { ...appointment, ...(details.name !== null && { customer_name: details.name }) },
      appointment_id: appointment.id,
      changed: Object.entries(details).flatMap(([field, value]) => (value === null ? [] : [field])),
      business_notified: outcome.callback !== null && outcome.callback.promise !== null,
      message: detailsNoted(spokenOf(outcome.appointment, context), spoken, isNew),
    }
  },
})
