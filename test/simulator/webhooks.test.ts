import { createHmac } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { annaCut, bookingBody, monday, otherKey, start, startReceiver } from './vendor-client.ts'

const secret = 'webhook-secret'

test('BOOKING_CREATED arrives before the booking is answered, signed over its exact bytes', async () => {
  const order: string[] = []
  const receiver = await startReceiver(async () => order.push('webhook'))
  const { book } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  const { body } = await book()
  order.push('answer')
  expect(order).toEqual(['webhook', 'answer'])
  const [hook] = receiver.received
  expect(hook?.headers['x-cal-signature-256']).toBe(
    createHmac('sha256', secret)
      .update(hook?.raw ?? '')
      .digest('hex'),
  )
  expect(hook?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-cal-webhook-version': '2021-10-20',
  })
  expect(hook?.event).toMatchObject({
    triggerEvent: 'BOOKING_CREATED',
    createdAt: monday,
    payload: {
      type: 'herrenhaarschnitt-bei-anna',
      uid: body.data.uid,
      bookingId: body.data.id,
      eventTypeId: annaCut,
      startTime: '2026-11-24T09:00:00Z',
      endTime: '2026-11-24T09:30:00Z',
      organizer: {
        id: 501,
        name: 'Anna Becker',
        timeZone: 'Europe/Berlin',
        language: { locale: 'de' },
        utcOffset: 60,
      },
      attendees: [
        { name: 'Erika Muster', email: '4915112345678@sms.cal.com', phoneNumber: '+4915112345678' },
      ],
      responses: { attendeePhoneNumber: { label: 'phone_number', value: '+4915112345678', isHidden: false } },
      metadata: { booking_id: 'b-1' },
      status: 'ACCEPTED',
      length: 30,
    },
  })
})

test('without a secret the signature is Cal.com’s literal', async () => {
  const receiver = await startReceiver()
  const { book } = await start({ webhooks: [{ subscriberUrl: receiver.url }] })
  await book()
  expect(receiver.received[0]?.headers['x-cal-signature-256']).toBe('no-secret-provided')
})

test('a reschedule tells the new uid and the old time, and sends no cancellation', async () => {
  const receiver = await startReceiver()
  const { book, ask } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  const old = (await book()).body.data
  const body = { start: '2026-11-25T10:00:00Z' }
  const { data } = (await ask('POST', `/v2/bookings/${old.uid}/reschedule`, { body })).body
  expect(receiver.received.map(({ event }) => event.triggerEvent)).toEqual([
    'BOOKING_CREATED',
    'BOOKING_RESCHEDULED',
  ])
  expect(receiver.received[1]?.event.payload).toMatchObject({
    uid: data.uid,
    bookingId: data.id,
    rescheduleId: old.id,
    rescheduleUid: old.uid,
    rescheduleStartTime: '2026-11-24T09:00:00Z',
    rescheduleEndTime: '2026-11-24T09:30:00Z',
    startTime: '2026-11-25T10:00:00Z',
    metadata: { booking_id: 'b-1' },
    iCalSequence: 1,
  })
})

test('BOOKING_CANCELLED goes out while the booking still reads accepted, with offsets and without metadata', async () => {
  const statuses: string[] = []
  const receiver = await startReceiver(async (event) => {
    const { body } = await simulator.ask('GET', `/v2/bookings/${event.payload.uid}`)
    statuses.push(body.data.status)
  })
  const simulator = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  const { uid } = (await simulator.book()).body.data
  const body = { cancellationReason: 'Anruf' }
  const done = await simulator.ask('POST', `/v2/bookings/${uid}/cancel`, { body })
  expect(done.body.data.status).toBe('cancelled')
  expect(statuses).toEqual(['accepted', 'accepted'])
  const { payload } = receiver.received[1]?.event ?? {}
  expect(payload).toMatchObject({
    uid,
    startTime: '2026-11-24T09:00:00+00:00',
    cancellationReason: 'Anruf',
    requestReschedule: false,
    status: 'CANCELLED',
    iCalSequence: 1,
  })
  expect(payload).not.toHaveProperty('metadata')
  expect(payload).not.toHaveProperty('cancelledBy')
})

test('the host’s acts are announced: request to rebook, move, no-show, end, ping', async () => {
  const receiver = await startReceiver()
  const { book, control } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  const first = (await book()).body.data
  const moved = await control.rescheduleAsHost(first.uid, { start: '2026-11-24T10:00:00Z' })
  const second = (await book({ start: '2026-11-24T14:00:00Z' })).body.data
  await control.cancelAsHost(second.uid, { reason: 'krank', requestReschedule: true })
  control.setClock({ now: '2026-11-24T11:00:00Z' })
  await control.markNoShow(moved.uid)
  await control.endMeeting(moved.uid)
  await control.ping()
  const events = receiver.received.map(({ event }) => event)
  expect(events.map((event) => event.triggerEvent)).toEqual([
    'BOOKING_CREATED',
    'BOOKING_RESCHEDULED',
    'BOOKING_CREATED',
    'BOOKING_CANCELLED',
    'BOOKING_NO_SHOW_UPDATED',
    'MEETING_ENDED',
    'PING',
  ])
  expect(events[1].payload.rescheduledBy).toBe('anna-becker@calendar.example')
  expect(events[3].payload).toMatchObject({
    requestReschedule: true,
    cancelledBy: 'anna-becker@calendar.example',
  })
  const email = '4915112345678@sms.cal.com'
  expect(events[4].payload).toMatchObject({ bookingUid: moved.uid, attendees: [{ email, noShow: true }] })
  expect(events[5]).toMatchObject({ uid: moved.uid, createdAt: moved.createdAt, status: 'ACCEPTED' })
  expect(events[5]).not.toHaveProperty('payload')
  expect(events[6].payload).toMatchObject({ type: 'Test' })
  expect(events[6].payload).not.toHaveProperty('uid')
})

test('a pending booking is requested, then created or rejected', async () => {
  const receiver = await startReceiver()
  const { book, control } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  control.putEventType({ id: annaCut, title: 'A', lengthInMinutes: 30, requiresConfirmation: true })
  const [one, two] = [(await book()).body.data, (await book()).body.data]
  await control.confirmAsHost(one.uid)
  await control.rejectAsHost(two.uid, 'zu voll')
  expect(receiver.received.map(({ event }) => [event.triggerEvent, event.payload.status])).toEqual([
    ['BOOKING_REQUESTED', 'PENDING'],
    ['BOOKING_REQUESTED', 'PENDING'],
    ['BOOKING_CREATED', 'ACCEPTED'],
    ['BOOKING_REJECTED', 'REJECTED'],
  ])
  expect(receiver.received[3]?.event.payload.rejectionReason).toBe('zu voll')
})

test('a receiver that fails or never answers delays the booking up to the cap and nothing more', async () => {
  const receiver = await startReceiver(() => new Promise(() => undefined))
  const unreachable = { subscriberUrl: 'http://127.0.0.1:1/hook', secret }
  const webhooks = [{ subscriberUrl: receiver.url, secret }, unreachable]
  const { book, control } = await start({ webhooks, webhookTimeoutMs: 100 })
  const begin = performance.now()
  expect((await book()).status).toBe(201)
  expect(performance.now() - begin).toBeGreaterThanOrEqual(95)
  expect(control.deliveries().map(({ status, error }) => [status, typeof error])).toEqual([
    [null, 'string'],
    [null, 'string'],
  ])
})

test('webhooks reach only subscribers of the booking’s account and of that trigger', async () => {
  const [salon, practice, cancellations] = [
    await startReceiver(),
    await startReceiver(),
    await startReceiver(),
  ]
  const { book } = await start({
    webhooks: [
      { subscriberUrl: salon.url, secret },
      { subscriberUrl: practice.url, secret, account: 'other-company' },
      { subscriberUrl: cancellations.url, secret, triggers: ['BOOKING_CANCELLED'] },
    ],
  })
  await book()
  expect([salon, practice, cancellations].map(({ received }) => received.length)).toEqual([1, 0, 0])
})

test('webhooks can be off, held and flushed in either order, delayed and duplicated', async () => {
  const receiver = await startReceiver()
  const { book, control } = await start({ webhooks: [{ subscriberUrl: receiver.url, secret }] })
  const at = (hour: number) => book({ start: `2026-11-24T${hour}:00:00Z` })
  const starts = () => receiver.received.map(({ event }) => event.payload.startTime.slice(11, 13))
  control.setWebhookMode({ delivery: 'off' })
  await at(10)
  control.setWebhookMode({ delivery: 'held' })
  await at(12)
  await at(13)
  expect(starts()).toEqual([])
  expect(await control.flushWebhooks('lifo')).toBe(2)
  expect(starts()).toEqual(['13', '12'])
  control.setWebhookMode({ delivery: 'inline', copies: 2 })
  await at(14)
  expect(starts()).toEqual(['13', '12', '14', '14'])
  expect(receiver.received[2]?.raw).toBe(receiver.received[3]?.raw)
  control.setWebhookMode({ delivery: 'delayed', delayMs: 30 })
  await at(15)
  expect(starts()).toHaveLength(4)
  await vi.waitFor(() => expect(starts()).toHaveLength(5))
})

test('subscriptions are made, listed, changed and deleted by key, one per address', async () => {
  const receiver = await startReceiver()
  const { ask, book } = await start()
  const body = { active: true, subscriberUrl: receiver.url, triggers: ['BOOKING_CREATED'], secret }
  const made = await ask('POST', '/v2/webhooks', { body })
  expect(made.status).toBe(201)
  expect(made.body.data).toMatchObject({ userId: 500, ...body })
  expect((await ask('POST', '/v2/webhooks', { body })).status).toBe(409)
  const unknown = await ask('POST', '/v2/webhooks', { body: { ...body, triggers: ['BOOKING_CONFIRMED'] } })
  expect(unknown.body.error).toMatchObject({ message: 'Bad Request Exception', details: { errors: [{}] } })
  await book()
  expect(receiver.received).toHaveLength(1)
  const path = `/v2/webhooks/${made.body.data.id}`
  expect((await ask('GET', path, { key: otherKey })).status).toBe(404)
  expect((await ask('PATCH', path, { body: { active: false } })).body.data.active).toBe(false)
  await book({ ...bookingBody(), start: '2026-11-24T10:00:00Z' })
  expect(receiver.received).toHaveLength(1)
  expect((await ask('GET', '/v2/webhooks')).body.data).toHaveLength(1)
  await ask('DELETE', path)
  expect((await ask('GET', '/v2/webhooks')).body.data).toEqual([])
})
