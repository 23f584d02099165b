/** Cancelling an appointment, through the same changes as the phone. */
import { z } from 'zod'
import type { DeskOutcome } from '../../services/changes/desk.ts'
import { defineAct, idIn } from '../page.ts'
import type { Said } from '../said.ts'

const sayings: Record<Exclude<DeskOutcome, 'absent'>, Said> = {
  cancelled: 'appointment_cancelled',
  noted: 'appointment_cancel_noted',
  moved: 'appointment_moved',
  past: 'appointment_past',
  busy: 'appointment_busy',
  by_hand: 'appointment_by_hand',
}

export const appointmentActs = [
  defineAct({
    path: '/console/termine/:id/absagen',
    right: 'appointments',
    form: z.object({
      reason: z
        .string('Bitte schreiben Sie einen Grund dazu.')
        .trim()
        .min(1, 'Bitte schreiben Sie einen Grund dazu.')
        .max(200, 'Der Grund darf höchstens 200 Zeichen haben.'),
    }),
    async run({ see, company, tools, to }, { params, form }) {
      const id = idIn(params.id)
      if (id === null) return null
      if (!(await see((tx) => tx.appointment.count({ where: { companyId: company.id, id } })))) return null
      const outcome = await tools.appointments.cancel(company.id, id, form.reason)
      return outcome === 'absent' ? null : { to: to(`/console/termine/${id}`), said: sayings[outcome] }
    },
  }),
]
