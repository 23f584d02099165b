/** Bookings that several people share, series, moves in place, odd answers: as the vendor's API describes and shows them. */
import { describe, expect, test } from 'vitest'
import { annaCut, start, startReceiver } from './vendor-client.ts'

const seatedCut = { id: annaCut, title: 'Kurs', lengthInMinutes: 30, seatsPerTimeSlot: 2 }
const person = (name: string) => ({
  attendee: { name, email: `${name.toLowerCase()}@web.example`, timeZone: 'Europe/Berlin' },
  metadata: { booking_id: name },
})

describe('seats', () => {
  test('two people share one booking; each has a seat and metadata of their own, the booking has none', async () => {
    const { ask, book, times, control } = await start()
    control.putEventType(seatedCut)
    const first = await book(person('Anna'))
    expect(await times(annaCut, '2026-11-24')).toContain('10:00')
    const second = await book(person('Berta'))
    expect(second.body.data.uid).toBe(first.body.data.uid)
    expect(first.body.data.seatUid).not.toBe(second.body.data.seatUid)
    const { data } = (await ask('GET', `/v2/bookings/${first.body.data.uid}`)).body
    expect(data).not.toHaveProperty('metadata')
    expect(data.attendees).toMatchObject([
      { name: 'Anna', seatUid: first.body.data.seatUid, metadata: { booking_id: 'Anna' } },
      { name: 'Berta', seatUid: second.body.data.seatUid, metadata: { booking_id: 'Berta' } },
    ])
    expect(await book(person('Cora'))).toMatchObject({ status: 409 })
    expect(await times(annaCut, '2026-11-24')).not.toContain('10:00')
  })

  test('seatUid cancels one seat and tells it under the uid of the group; the host without it cancels everybody', async () => {
    const { ask, book, control } = await start()
    const { received, url } = await startReceiver()
    control.putEventType(seatedCut)
    const { uid, seatUid } = (await book(person('Anna'))).body.data
    await book(person('Berta'))
    control.subscribe({ subscriberUrl: url })
    const path = `/v2/bookings/${uid}/cancel`
    const body = { cancellationReason: 'Anruf' }
    expect(await ask('POST', path, { body, key: null })).toMatchObject({ status: 400 })
    const one = await ask('POST', path, { body: { ...body, seatUid } })
    expect(one).toMatchObject({
      status: 200,
      body: { data: { status: 'accepted', attendees: [{ name: 'Berta' }] } },
    })
    expect(received.at(-1)?.event).toMatchObject({
      triggerEvent: 'BOOKING_CANCELLED',
      payload: { uid, attendees: [{ name: 'Anna' }], seatsPerTimeSlot: 2 },
    })
    expect(await ask('POST', path, { body })).toMatchObject({
      status: 200,
      body: { data: { status: 'cancelled' } },
    })
  })
})

test('a recurring event type makes as many bookings as it is set to, or as asked for', async () => {
  const { book, control } = await start()
  const recurrence = { interval: 1, occurrences: 3, frequency: 'weekly' as const }
  control.putEventType({ id: annaCut, title: 'Serie', lengthInMinutes: 30, recurrence })
  const series = (await book()).body.data
  expect(series.map(({ start }: { start: string }) => start)).toEqual([
    '2026-11-24T09:00:00.000Z',
    '2026-12-01T09:00:00.000Z',
    '2026-12-08T09:00:00.000Z',
  ])
  expect(new Set(series.map((one: { recurringBookingUid: string }) => one.recurringBookingUid)).size).toBe(1)
  const single = await book({ start: '2026-11-24T10:00:00Z', recurrenceCount: 1 })
  expect(single.body.data).toHaveLength(1)
  expect(await book({ start: '2026-11-24T11:00:00Z', recurrenceCount: 4 })).toMatchObject({ status: 400 })
})

test('a move in place keeps id and uid, and is told with its own uid as rescheduleUid, or without', async () => {
  const { ask, book, control } = await start()
  const { received, url } = await startReceiver()
  const { id, uid } = (await book()).body.data
  control.subscribe({ subscriberUrl: url })
  await ask('POST', `/__control/bookings/${uid}/move-in-place`, { body: { start: '2026-11-24T13:00:00Z' } })
  await control.moveInPlace(uid, { start: '2026-11-24T14:00:00Z', withRescheduleUid: false })
  expect(received.map(({ event }) => event.payload)).toMatchObject([
    {
      uid,
      bookingId: id,
      rescheduleUid: uid,
      startTime: '2026-11-24T13:00:00Z',
      rescheduleStartTime: '2026-11-24T09:00:00Z',
    },
    { uid, bookingId: id, startTime: '2026-11-24T14:00:00Z' },
  ])
  expect(received[1]?.event.payload).not.toHaveProperty('rescheduleUid')
  const { data } = (await ask('GET', `/v2/bookings/${uid}`)).body
  expect(data).toMatchObject({ id, status: 'accepted', start: '2026-11-24T14:00:00.000Z' })
})

test('people the business adds, answers that are odd, and webhooks that leave keys out', async () => {
  const { ask, book, control } = await start()
  const { received, url } = await startReceiver()
  const { uid } = (await book()).body.data
  await ask('POST', `/__control/bookings/${uid}/add-attendee`, {
    body: { name: 'Nina', email: 'nina@web.example' },
  })
  await ask('POST', `/__control/bookings/${uid}/spoil`, { body: { odd: { hosts: [{ id: 'unknown' }] } } })
  const { data } = (await ask('GET', '/v2/bookings')).body
  expect(data).toMatchObject([
    { attendees: [{ name: 'Erika Muster' }, { name: 'Nina' }], hosts: [{ id: 'unknown' }] },
  ])
  control.subscribe({ subscriberUrl: url })
  control.setWebhookMode({ delivery: 'inline', without: ['uid'] })
  await control.cancelAsHost(uid)
  expect(received[0]?.event.payload).not.toHaveProperty('uid')
  expect(received[0]?.event.payload.bookingId).toEqual(expect.any(Number))
})
