import { z } from 'zod'
import { answers, foundShape } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'
import { answerQuery } from './query-appointment.ts'

/** For withheld numbers: details only when name, date and time all fit; otherwise asks for what is missing. */
export const queryAppointmentByName = defineFunction({
  name: 'query_appointment_by_name',
  description:
    'Nur bei unterdrückter oder fremder Rufnummer: findet einen Termin, wenn der Anrufer Name, Tag und Uhrzeit nennt. Sonst query_appointment.',
  needs: 'call',
  required: ['customer_name'],
  output: answers(foundShape),
  deadline: 'read',
  input: z.object({
    customer_name: words('Name, auf den der Termin ist'),
    appointment_date: words('Tag des Termins'),
    appointment_time: words('Uhrzeit des Termins'),
    service: words('Leistung des Termins'),
  }),
  handler(input, context) {
    const { customer_name: name, appointment_date: date, appointment_time: time, service } = input
    return answerQuery({ name, date, time, service }, context)
  },
})
