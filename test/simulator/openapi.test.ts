/** Every kind of answer of the simulator against the vendor's OpenAPI file (test/helpers/openapi.ts says where the file is wrong). */
import { describe, expect, test } from 'vitest'
import { openApiContract } from '../helpers/openapi.ts'
import { type Answer, annaCut, otherKey, start } from './vendor-client.ts'

const openApi = openApiContract()

describe('answers as the OpenAPI file describes them', () => {
  const check = (operation: string, answer: Answer) =>
    expect(openApi.answerProblems(operation, answer), operation).toEqual([])

  test('bookings: create, read, list, move, cancel, confirm, absence', async () => {
    const { ask, book, control } = await start()
    const created = await book()
    check('POST /v2/bookings', created)
    const { hosts: _missing, ...incomplete } = created.body.data
    const broken = { ...created, body: { ...created.body, data: incomplete } }
    expect(() => check('POST /v2/bookings', broken), 'the check can fail').toThrow()
    const { uid } = created.body.data
    check('GET /v2/bookings/{bookingUid}', await ask('GET', `/v2/bookings/${uid}`))
    check('GET /v2/bookings', await ask('GET', '/v2/bookings?take=5'))
    check('GET /v2/teams/{teamId}/bookings', await ask('GET', '/v2/teams/34209/bookings'))
    const body = { start: '2026-11-24T13:00:00Z', reschedulingReason: 'Anruf' }
    const moved = await ask('POST', `/v2/bookings/${uid}/reschedule`, { body })
    check('POST /v2/bookings/{bookingUid}/reschedule', moved)
    const cancel = { cancellationReason: 'Anruf' }
    const path = `/v2/bookings/${moved.body.data.uid}/cancel`
    check('POST /v2/bookings/{bookingUid}/cancel', await ask('POST', path, { body: cancel }))
    control.putEventType({ id: annaCut, title: 'A', lengthInMinutes: 30, requiresConfirmation: true })
    const pending = (await book()).body.data.uid
    check(
      'POST /v2/bookings/{bookingUid}/confirm',
      await ask('POST', `/v2/bookings/${pending}/confirm`, { body: {} }),
    )
    const unwanted = (await book({ start: '2026-11-24T14:00:00Z' })).body.data.uid
    check(
      'POST /v2/bookings/{bookingUid}/decline',
      await ask('POST', `/v2/bookings/${unwanted}/decline`, { body: {} }),
    )
    control.setClock({ now: '2026-11-24T09:05:00Z' })
    const absent = await ask('POST', `/v2/bookings/${pending}/mark-absent`, { body: { host: true } })
    check('POST /v2/bookings/{bookingUid}/mark-absent', absent)
  })

  test('groups and series: create, read, list, one seat cancelled', async () => {
    const { ask, book, control } = await start()
    const common = { id: annaCut, title: 'Kurs', lengthInMinutes: 30 }
    control.putEventType({ ...common, seatsPerTimeSlot: 3 })
    const seat = await book()
    check('POST /v2/bookings', seat)
    check(
      'POST /v2/bookings',
      await book({ attendee: { name: 'B', email: 'b@web.example', timeZone: 'Europe/Berlin' } }),
    )
    const { uid, seatUid } = seat.body.data
    check('GET /v2/bookings/{bookingUid}', await ask('GET', `/v2/bookings/${uid}`))
    check('GET /v2/bookings', await ask('GET', '/v2/bookings?take=5'))
    const body = { seatUid, cancellationReason: 'Anruf' }
    check('POST /v2/bookings/{bookingUid}/cancel', await ask('POST', `/v2/bookings/${uid}/cancel`, { body }))
    check('GET /v2/teams/{teamId}/event-types', await ask('GET', '/v2/teams/34209/event-types'))
    const recurrence = { interval: 1, occurrences: 3, frequency: 'weekly' as const }
    control.putEventType({ ...common, seatsPerTimeSlot: null, recurrence })
    const series = await book({ start: '2026-11-24T13:00:00Z' })
    check('POST /v2/bookings', series)
    check('GET /v2/bookings/{bookingUid}', await ask('GET', `/v2/bookings/${series.body.data[1].uid}`))
    check('GET /v2/teams/{teamId}/event-types', await ask('GET', '/v2/teams/34209/event-types'))
  })

  test('slots in range format, and holds', async () => {
    const { ask, slots } = await start()
    // Only the range format: for the default the file says arrays of text, its own example says objects.
    const query = { eventTypeId: annaCut, start: '2026-11-24', end: '2026-11-24', format: 'range' }
    const answer = await slots(query)
    check('GET /v2/slots', { ...answer, body: answer.body.data })
    const body = { eventTypeId: annaCut, slotStart: '2026-11-24T09:00:00Z' }
    const held = await ask('POST', '/v2/slots/reservations', { body })
    check('POST /v2/slots/reservations', held)
    const path = `/v2/slots/reservations/${held.body.data.reservationUid}`
    check('GET /v2/slots/reservations/{uid}', await ask('GET', path))
    const later = { ...body, slotStart: '2026-11-24T10:00:00Z' }
    check('PATCH /v2/slots/reservations/{uid}', await ask('PATCH', path, { body: later }))
    check('DELETE /v2/slots/reservations/{uid}', await ask('DELETE', path))
    check('GET /v2/slots/reservations/{uid}', await ask('GET', path))
  })

  test('event types, teams, the own account, webhooks', async () => {
    const { ask, control } = await start()
    control.putEventType({ id: 42, title: 'Allein', lengthInMinutes: 30, hosts: [501] })
    check('GET /v2/event-types', await ask('GET', '/v2/event-types'))
    check('GET /v2/teams/{teamId}/event-types', await ask('GET', '/v2/teams/34209/event-types'))
    check(
      'GET /v2/teams/{teamId}/event-types',
      await ask('GET', '/v2/teams/99001/event-types', { key: otherKey }),
    )
    check('GET /v2/event-types/{eventTypeId}', await ask('GET', '/v2/event-types/42'))
    check('GET /v2/teams', await ask('GET', '/v2/teams'))
    check('GET /v2/me', await ask('GET', '/v2/me'))
    const body = {
      active: true,
      subscriberUrl: 'http://127.0.0.1:1/',
      triggers: ['BOOKING_CREATED'],
      secret: 's',
    }
    const made = await ask('POST', '/v2/webhooks', { body })
    check('POST /v2/webhooks', made)
    check('GET /v2/webhooks', await ask('GET', '/v2/webhooks'))
    const path = `/v2/webhooks/${made.body.data.id}`
    check('GET /v2/webhooks/{webhookId}', await ask('GET', path))
    check('PATCH /v2/webhooks/{webhookId}', await ask('PATCH', path, { body: { active: false } }))
    check('DELETE /v2/webhooks/{webhookId}', await ask('DELETE', path))
  })
})
