import { expect, test } from 'vitest'
import { annaCut, bookingBody, mitteCut, monday, otherKey, start } from './vendor-client.ts'

test('a booking is answered 201 with the host, the attendee’s made-up address and our metadata', async () => {
  const { book } = await start()
  const { status, body } = await book({ bookingFieldsResponses: { notes: 'Bitte kurz' } })
  expect(status).toBe(201)
  expect(body.status).toBe('success')
  expect(body.data).toMatchObject({
    id: expect.any(Number),
    uid: expect.stringMatching(/^[1-9A-Za-z]{22}$/),
    title: 'Herrenhaarschnitt bei Anna between Anna Becker and Erika Muster',
    hosts: [{ id: 501, name: 'Anna Becker', timeZone: 'Europe/Berlin' }],
    status: 'accepted',
    cancellationReason: '',
    start: '2026-11-24T09:00:00.000Z',
    end: '2026-11-24T09:30:00.000Z',
    duration: 30,
    eventTypeId: annaCut,
    eventType: { id: annaCut, slug: 'herrenhaarschnitt-bei-anna' },
    createdAt: monday,
    metadata: { booking_id: 'b-1' },
    attendees: [{ email: '4915112345678@sms.cal.com', phoneNumber: '+4915112345678', absent: false }],
    bookingFieldsResponses: { notes: 'Bitte kurz', attendeePhoneNumber: '+4915112345678' },
    isPlatformManagedUserBooking: false,
  })
})

test('a start without offset is read as UTC, an offset is honoured', async () => {
  const { book } = await start()
  expect((await book({ start: '2026-11-24T09:00:00' })).body.data.start).toBe('2026-11-24T09:00:00.000Z')
  const offset = await book({ start: '2026-11-24T15:00:00+01:00' })
  expect(offset.body.data.start).toBe('2026-11-24T14:00:00.000Z')
})

test('a taken time and one outside hours are the same 400, worded for a team or a single user', async () => {
  const simulator = await start()
  await simulator.book()
  const taken = await simulator.book()
  const outside = await simulator.book({ start: '2026-11-24T19:00:00Z' })
  const team = 'One of the hosts either already has booking at this time or is not available'
  for (const { status, body } of [taken, outside]) {
    expect(status).toBe(400)
    expect(body).toMatchObject({
      status: 'error',
      path: '/v2/bookings',
      error: {
        code: 'BadRequestException',
        message: team,
        details: { message: team, error: 'Bad Request', statusCode: 400 },
      },
    })
  }
  simulator.control.putEventType({ id: 42, title: 'Allein', lengthInMinutes: 30, hosts: [501] })
  const attendee = { name: 'E', timeZone: 'Europe/Berlin', email: 'e@example.com' }
  const alone = await simulator.book({ eventTypeId: 42, attendee })
  expect(alone.body.error.message).toBe('User either already has booking at this time or is not available')
})

test('of two concurrent creates for one host and start exactly one is 201, the other the bare 409', async () => {
  const { book, control } = await start({ bookingWorkMs: 100 })
  const answers = await Promise.all([book(), book()])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused?.body).toEqual({ statusCode: 409, message: 'booking_conflict_error' })
  expect(control.bookings()).toHaveLength(1)
})

test('a round robin takes the highest priority first, then the host booked longest ago', async () => {
  const simulator = await start()
  const organizers: number[] = []
  for (const hour of ['09', '10', '13', '14']) {
    const { body } = await simulator.book({ eventTypeId: mitteCut, start: `2026-11-24T${hour}:00:00Z` })
    organizers.push(body.data.hosts[0].id)
  }
  expect(organizers).toEqual([501, 502, 503, 501])
  const hosts = [501, { userId: 503, priority: 'high' as const }]
  simulator.control.putEventType({ id: mitteCut, title: 'Herren', lengthInMinutes: 30, hosts })
  const { body } = await simulator.book({ eventTypeId: mitteCut, start: '2026-11-24T15:00:00Z' })
  expect(body.data.hosts[0].id).toBe(503)
})

test('a collective event takes everybody’s time and fails by name when only some are free', async () => {
  const simulator = await start()
  const collective = { id: 42, title: 'Zu zweit', lengthInMinutes: 30, teamId: 34209, hosts: [501, 502] }
  simulator.control.putEventType({ ...collective, schedulingType: 'collective' })
  const attendee = { name: 'E', timeZone: 'Europe/Berlin', email: 'e@example.com' }
  const both = await simulator.book({ eventTypeId: 42, attendee, start: '2026-11-24T14:00:00Z' })
  expect(both.body.data.hosts).toHaveLength(1)
  expect((await simulator.book({ eventTypeId: 2563122, start: '2026-11-24T14:00:00Z' })).status).toBe(400)
  await simulator.book()
  const some = await simulator.book({ eventTypeId: 42, attendee })
  expect(some.body.error.message).toBe('fixed_hosts_unavailable_for_booking')
})

test('a round robin with a mandatory host needs that host and one more', async () => {
  const simulator = await start()
  const hosts = [{ userId: 501, mandatory: true }, 502, 503]
  simulator.control.putEventType({ id: mitteCut, title: 'Herren', lengthInMinutes: 30, hosts })
  const booked = await simulator.book({ eventTypeId: mitteCut, start: '2026-11-24T14:00:00Z' })
  expect(booked.body.data.hosts[0].id).toBe(501)
  expect(await simulator.times(2563122, '2026-11-24')).not.toContain('15:00')
  await simulator.book()
  expect(await simulator.times(mitteCut, '2026-11-24')).not.toContain('10:00')
  const refused = await simulator.book({ eventTypeId: mitteCut })
  expect(refused.body.error.message).toBe('fixed_hosts_unavailable_for_booking')
})

const withoutPhone = { name: 'E', timeZone: 'Europe/Berlin' }
const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']))
test.each<[string, object, number, string | RegExp]>([
  ['an unknown key', { title: 'x' }, 400, 'title property is wrong,property title should not exist '],
  ['no contact', { attendee: withoutPhone }, 400, /Attendee must have at least one contact method/],
  ['no attendee', { attendee: undefined }, 400, /^attendee property is wrong/],
  ['no time zone', { attendee: { name: 'E', email: 'e@example.com' } }, 400, /timeZone/],
  ['a phone that is none', { attendee: { ...withoutPhone, phoneNumber: '+49123' } }, 400, /invalid_number/],
  [
    'an email that is none',
    { attendee: { ...withoutPhone, email: 'e at example' } },
    400,
    /email must be an email/,
  ],
  ['an unknown event type', { eventTypeId: 999 }, 404, 'Event type with id 999 not found.'],
  ['the past', { start: '2026-11-20T09:00:00Z' }, 400, 'Attempting to book a meeting in the past.'],
  ['no start', { start: 'morgen' }, 400, /^start property is wrong/],
  ['51 metadata keys', { metadata: tooMany }, 400, /at most 50 keys/],
  ['a long metadata key', { metadata: { ['k'.repeat(41)]: 'v' } }, 400, /40 characters/],
  ['a long metadata value', { metadata: { k: 'v'.repeat(501) } }, 400, /500 characters/],
  [
    'a number in metadata',
    { metadata: { attempt: 1 } },
    400,
    'metadata.attempt - Expected string, received number',
  ],
  ['a length of its own', { lengthInMinutes: 60 }, 400, /lengthInMinutes/],
  ['a place that is not offered', { location: { type: 'phone' } }, 400, /not configured/],
])('creating refuses %s', async (_case, change, status, message) => {
  const { book, control } = await start()
  const answer = await book(change)
  expect(answer.status).toBe(status)
  if (typeof message === 'string') expect(answer.body.error.message).toBe(message)
  else expect(answer.body.error.message).toMatch(message)
  expect(control.bookings()).toEqual([])
})

test('email is required unless the event type says otherwise; a hidden email field drops the address', async () => {
  const simulator = await start()
  const phone = { attendee: { ...withoutPhone, phoneNumber: '+4915112345678' } }
  const refused = await simulator.book({ eventTypeId: 7700101, ...phone })
  expect(refused.status).toBe(400)
  expect(refused.body.error).toMatchObject({
    code: 'BAD_REQUEST',
    message: 'responses - {email}error_required_field, ',
  })
  const fields = [
    { type: 'email', slug: 'email', label: '', required: false, hidden: true, isDefault: true },
    {
      type: 'phone',
      slug: 'attendeePhoneNumber',
      label: '',
      required: true,
      hidden: false,
      isDefault: false,
    },
  ]
  simulator.control.putEventType({ id: annaCut, title: 'Anna', lengthInMinutes: 30, bookingFields: fields })
  const email = { attendee: { ...phone.attendee, email: 'real@example.com' } }
  expect((await simulator.book(email)).body.data.attendees[0].email).toBe('4915112345678@sms.cal.com')
  const none = await simulator.book({ attendee: { ...withoutPhone, email: 'real@example.com' } })
  expect(none.body.error.message).toContain('Missing attendee phone number')
})

test('required fields of the form must be answered, Cal.com’s own in another wording than the business’s', async () => {
  const simulator = await start()
  const field = (slug: string, isDefault: boolean) => ({
    type: 'text',
    slug,
    label: slug,
    required: true,
    hidden: false,
    isDefault,
  })
  const put = (slug: string, isDefault: boolean) =>
    simulator.control.putEventType({
      id: 42,
      title: 'Feld',
      lengthInMinutes: 30,
      hosts: [501],
      bookingFields: [field(slug, isDefault)],
    })
  const body = { eventTypeId: 42, attendee: { ...withoutPhone, email: 'e@example.com' } }
  put('title', true)
  expect((await simulator.book(body)).body.error.message).toContain('responses - {title}error_required_field')
  put('marke', false)
  expect((await simulator.book(body)).body.error.message).toMatch(
    /^Missing required booking field response: marke - it is/,
  )
  const answered = await simulator.book({ ...body, bookingFieldsResponses: { marke: 'X' } })
  expect(answered.body.data.bookingFieldsResponses.marke).toBe('X')
})

test('minimum notice and booking window refuse in one wording', async () => {
  const simulator = await start({ clock: () => new Date('2026-11-24T09:00:00Z') })
  const soon = await simulator.book({ eventTypeId: 2563103, start: '2026-11-24T10:45:00Z' })
  expect(soon.status).toBe(400)
  expect(soon.body.error.message).toMatch(/^The event type can't be booked at the "start" time provided\./)
  const window = { type: 'range' as const, value: ['2026-11-01', '2026-11-30'] as [string, string] }
  simulator.control.putEventType({ id: annaCut, title: 'Anna', lengthInMinutes: 30, bookingWindow: window })
  const late = await simulator.book({ start: '2026-12-01T09:00:00Z' })
  expect(late.body.error.message).toBe(soon.body.error.message)
})

test('a managed parent, a type without hosts, one that needs its owner, and one too many are refused', async () => {
  const simulator = await start()
  const type = { id: 42, title: 'T', lengthInMinutes: 30, teamId: 34209, hosts: [501] }
  const body = { eventTypeId: 42, attendee: { ...withoutPhone, email: 'e@example.com' } }
  simulator.control.putEventType({ ...type, schedulingType: 'managed' })
  expect((await simulator.book(body)).body.error.message).toMatch(
    /^Event type with id=42 is the parent managed/,
  )
  simulator.control.putEventType({ ...type, schedulingType: 'roundRobin', hosts: [] })
  expect((await simulator.book(body)).status).toBe(422)
  simulator.control.putEventType({ ...type, bookingRequiresAuthentication: true })
  expect((await simulator.book(body, { key: null })).status).toBe(401)
  expect((await simulator.book(body, { key: otherKey })).status).toBe(403)
  simulator.control.putEventType({ ...type, bookerActiveBookingsMax: 1 })
  expect((await simulator.book(body)).status).toBe(201)
  const second = await simulator.book({ ...body, start: '2026-11-24T14:00:00Z' })
  expect(second.body.error.message).toContain('maximum number of active bookings')
})

test('whoever knows the uid can read a booking; an unknown uid is 404', async () => {
  const { book, ask } = await start()
  const { uid } = (await book()).body.data
  expect((await ask('GET', `/v2/bookings/${uid}`, { key: null })).body.data.uid).toBe(uid)
  const unknown = await ask('GET', '/v2/bookings/nope')
  expect(unknown.status).toBe(404)
  expect(unknown.body.error.message).toBe('Booking with uid=nope was not found in the database')
})

test('cancelling needs a reason with the host’s key, none without a key, and works once', async () => {
  const { book, ask } = await start()
  const { uid } = (await book()).body.data
  const path = `/v2/bookings/${uid}/cancel`
  const unexplained = await ask('POST', path, { body: {} })
  expect(unexplained.status).toBe(400)
  expect(unexplained.body).toEqual({ statusCode: 400, message: 'Cancellation reason is required' })
  expect((await ask('POST', path, { body: { reason: 'x' } })).body.error.message).toContain(
    'reason should not exist',
  )
  const done = await ask('POST', path, { body: { cancellationReason: 'Anruf' } })
  expect(done.status).toBe(200)
  expect(done.body.data).toMatchObject({ uid, status: 'cancelled', cancellationReason: 'Anruf' })
  const again = await ask('POST', path, { body: { cancellationReason: 'Anruf' } })
  expect(again.status).toBe(400)
  expect(again.body.error.message).toContain(
    `Can't cancel booking with uid=${uid} because it has been cancelled already`,
  )
  const other = (await book()).body.data.uid
  expect((await ask('POST', `/v2/bookings/${other}/cancel`, { key: null })).status).toBe(200)
  const unknown = await ask('POST', '/v2/bookings/12846550/cancel', { body: { cancellationReason: 'x' } })
  expect(unknown.body.error.message).toBe('Booking with uid=12846550 not found')
})

test('an ended booking and a type without cancellations cannot be cancelled', async () => {
  const simulator = await start()
  const { uid } = (await simulator.book()).body.data
  const ask = () => simulator.ask('POST', `/v2/bookings/${uid}/cancel`, { body: { cancellationReason: 'x' } })
  simulator.control.putEventType({ id: annaCut, title: 'A', lengthInMinutes: 30, disableCancelling: true })
  expect((await ask()).body.message).toBe('This event type does not allow cancellations')
  simulator.control.setClock({ now: '2026-11-25T08:00:00Z' })
  expect((await ask()).body).toEqual({
    statusCode: 400,
    message: 'Cannot cancel a booking that has already ended',
  })
})

test('a reschedule is a new booking with the same host, attendee and metadata; the old one points to it', async () => {
  const { book, ask, times } = await start()
  const old = (await book({ eventTypeId: mitteCut })).body.data
  await book({ eventTypeId: mitteCut, start: '2026-11-24T14:00:00Z' })
  const body = { start: '2026-11-25T10:00:00Z', reschedulingReason: 'Anruf' }
  const moved = await ask('POST', `/v2/bookings/${old.uid}/reschedule`, { body })
  expect(moved.status).toBe(201)
  expect(moved.body.data).toMatchObject({
    status: 'accepted',
    rescheduledFromUid: old.uid,
    reschedulingReason: 'Anruf',
    start: '2026-11-25T10:00:00.000Z',
    duration: 30,
    hosts: [{ id: old.hosts[0].id }],
    metadata: old.metadata,
    attendees: old.attendees,
    icsUid: old.icsUid,
  })
  const { id, uid } = moved.body.data
  expect(id).not.toBe(old.id)
  expect(uid).not.toBe(old.uid)
  const before = await ask('GET', `/v2/bookings/${old.uid}`)
  expect(before.body.data).toMatchObject({ status: 'cancelled', rescheduledToUid: uid })
  expect(await times(annaCut, '2026-11-24')).toContain('10:00')
  const again = await ask('POST', `/v2/bookings/${old.uid}/reschedule`, { body })
  expect(again.status).toBe(400)
  expect(again.body.error.message).toContain(`rescheduled already to booking with uid=${uid}`)
  const cancelled = await ask('POST', `/v2/bookings/${old.uid}/cancel`, { body: { cancellationReason: 'x' } })
  expect(cancelled.body.error.message).toContain('cancelled already')
})

test('a booking may move to a time that overlaps its own, not to one that is taken', async () => {
  const { book, ask } = await start()
  const { uid } = (await book()).body.data
  await book({ start: '2026-11-24T10:00:00Z' })
  const move = (start: string) => ask('POST', `/v2/bookings/${uid}/reschedule`, { body: { start } })
  const taken = await move('2026-11-24T09:45:00Z')
  expect(taken.status).toBe(400)
  expect(taken.body.error.message).toBe('User either already has booking at this time or is not available')
  expect((await move('2026-11-24T09:15:00Z')).status).toBe(201)
})

test('inside the rescheduling notice only the organizer may move a booking', async () => {
  const simulator = await start()
  const notice = { minimumReschedulingNotice: 2 * 24 * 60 }
  simulator.control.putEventType({ id: annaCut, title: 'A', lengthInMinutes: 30, ...notice })
  const { uid } = (await simulator.book()).body.data
  const body = { start: '2026-11-25T10:00:00Z' }
  const guest = await simulator.ask('POST', `/v2/bookings/${uid}/reschedule`, { key: null, body })
  expect(guest.status).toBe(403)
  expect(guest.body.message).toBe(
    'Rescheduling is not allowed within the minimum notice period before the event',
  )
  expect((await simulator.ask('POST', `/v2/bookings/${uid}/reschedule`, { body })).status).toBe(201)
})

test('a type that needs confirmation books pending; the owner confirms or declines', async () => {
  const simulator = await start()
  simulator.control.putEventType({ id: annaCut, title: 'A', lengthInMinutes: 30, requiresConfirmation: true })
  const first = (await simulator.book()).body.data
  expect(first.status).toBe('pending')
  const second = (await simulator.book()).body.data
  expect(second.status).toBe('pending')
  const act = (uid: string, verb: string, key?: string) =>
    simulator.ask('POST', `/v2/bookings/${uid}/${verb}`, { body: {}, key })
  expect((await act(first.uid, 'confirm', otherKey)).status).toBe(403)
  expect((await act(first.uid, 'confirm')).body.data.status).toBe('accepted')
  expect((await act(first.uid, 'confirm')).status).toBe(400)
  expect((await act(second.uid, 'decline')).body.data.status).toBe('rejected')
  const moved = await simulator.ask('POST', `/v2/bookings/${first.uid}/reschedule`, {
    body: { start: '2026-11-25T10:00:00Z' },
  })
  expect(moved.body.data.status).toBe('pending')
})

test('absence can be marked after the start only', async () => {
  const simulator = await start()
  const { uid, attendees } = (await simulator.book()).body.data
  const body = { attendees: [{ email: attendees[0].email, absent: true }] }
  expect((await simulator.ask('POST', `/v2/bookings/${uid}/mark-absent`, { body })).status).toBe(400)
  simulator.control.setClock({ now: '2026-11-24T09:10:00Z' })
  const marked = await simulator.ask('POST', `/v2/bookings/${uid}/mark-absent`, { body })
  expect(marked.body.data.attendees[0].absent).toBe(true)
})

test('the guide’s verbs cancel with 204 and move with PATCH; in profile published they do not exist', async () => {
  const both = await start()
  const { uid } = (await both.book()).body.data
  const moved = await both.ask('PATCH', `/v2/bookings/${uid}/reschedule`, {
    body: { start: '2026-11-25T10:00:00Z' },
  })
  expect(moved.status).toBe(200)
  const gone = await both.ask('DELETE', `/v2/bookings/${moved.body.data.uid}`)
  expect([gone.status, gone.body]).toEqual([204, undefined])
  const published = await start({ profile: 'published' })
  const other = (await published.book()).body.data.uid
  const refused = await published.ask('DELETE', `/v2/bookings/${other}`)
  expect(refused.status).toBe(404)
  expect(refused.body.error.message).toBe(`Cannot DELETE /v2/bookings/${other}`)
  const guide = await start({ profile: 'guide' })
  const third = (await guide.book()).body.data.uid
  expect(
    (await guide.ask('POST', `/v2/bookings/${third}/cancel`, { body: { cancellationReason: 'x' } })).status,
  ).toBe(404)
})

test('the request’s own body is never changed by what Cal.com adds', async () => {
  const { book, control } = await start()
  const metadata = { source: 'voice' }
  await book({ ...bookingBody(), metadata })
  expect(control.bookings()[0]?.metadata).toEqual(metadata)
})
