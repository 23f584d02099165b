import { expect, test } from 'vitest'
import { annaCut, mitteCut, monday, otherKey, start } from './vendor-client.ts'

const path = '/v2/slots/reservations'
const slotStart = '2026-11-24T09:00:00Z'

test('a hold lasts five minutes and hides the slot from everybody, its holder included', async () => {
  const simulator = await start()
  const { status, body } = await simulator.ask('POST', path, {
    key: null,
    body: { eventTypeId: annaCut, slotStart },
  })
  expect(status).toBe(201)
  expect(body).toEqual({
    status: 'success',
    data: {
      eventTypeId: annaCut,
      slotStart: '2026-11-24T09:00:00.000Z',
      slotEnd: '2026-11-24T09:30:00.000Z',
      slotDuration: 30,
      reservationDuration: 5,
      reservationUid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reservationUntil: '2026-11-23T08:05:00.000Z',
    },
  })
  expect(await simulator.times(annaCut, '2026-11-24')).not.toContain('10:00')
  simulator.control.setClock({ now: '2026-11-23T08:05:01Z', frozen: true })
  expect(await simulator.times(annaCut, '2026-11-24')).toContain('10:00')
})

test('a hold does not block a booking, and the booking does not end the hold', async () => {
  const simulator = await start()
  const held = await simulator.ask('POST', path, { body: { eventTypeId: annaCut, slotStart } })
  expect((await simulator.book()).status).toBe(201)
  const { body } = await simulator.ask('GET', `${path}/${held.body.data.reservationUid}`)
  expect(body.data.reservationUid).toBe(held.body.data.reservationUid)
  expect(body.data).not.toHaveProperty('reservationDuration')
})

test('a second hold of the time is refused with 422, and so is extending one’s own by PATCH', async () => {
  const { ask } = await start()
  const body = { eventTypeId: annaCut, slotStart }
  const first = await ask('POST', path, { body })
  const second = await ask('POST', path, { body })
  expect(second.status).toBe(422)
  expect(second.body.error.code).toBe('UnprocessableEntityException')
  expect(second.body.error.message).toContain('already reserved by another user')
  const uid = first.body.data.reservationUid
  expect((await ask('PATCH', `${path}/${uid}`, { body })).status).toBe(422)
  const moved = await ask('PATCH', `${path}/${uid}`, { body: { ...body, slotStart: '2026-11-24T10:00:00Z' } })
  expect(moved.body.data).toMatchObject({ reservationUid: uid, slotStart: '2026-11-24T10:00:00.000Z' })
})

test('a round robin takes as many holds as hosts are free', async () => {
  const { ask } = await start()
  const body = { eventTypeId: mitteCut, slotStart }
  const statuses: number[] = []
  for (let turn = 0; turn < 4; turn++) statuses.push((await ask('POST', path, { body })).status)
  expect(statuses).toEqual([201, 201, 201, 422])
})

test('a hold is written for the first host and hides the time from every event type that includes that host', async () => {
  const { ask, times } = await start()
  await ask('POST', path, { body: { eventTypeId: mitteCut, slotStart } })
  expect(await times(mitteCut, '2026-11-24')).not.toContain('10:00')
  expect(await times(annaCut, '2026-11-24')).not.toContain('10:00')
  expect(await times(2563122, '2026-11-24')).toContain('10:00')
})

test('a booked time cannot be held', async () => {
  const { ask, book } = await start()
  await book()
  const { status, body } = await ask('POST', path, { body: { eventTypeId: annaCut, slotStart } })
  expect(status).toBe(422)
  expect(body.error.message).toBe("Can't reserve a slot if the event is already booked.")
})

test('deleting a hold frees the slot; deleting an unknown one succeeds too; reading an unknown one gives null', async () => {
  const simulator = await start()
  const held = await simulator.ask('POST', path, { body: { eventTypeId: annaCut, slotStart } })
  const uid = held.body.data.reservationUid
  expect((await simulator.ask('DELETE', `${path}/${uid}`)).body).toEqual({ status: 'success' })
  expect(await simulator.times(annaCut, '2026-11-24')).toContain('10:00')
  expect((await simulator.ask('DELETE', `${path}/${uid}`)).status).toBe(200)
  expect((await simulator.ask('GET', `${path}/${uid}`)).body).toEqual({ status: 'success', data: null })
})

test('reservationDuration needs the key of the event type’s own account', async () => {
  const { ask } = await start()
  const body = { eventTypeId: annaCut, slotStart, reservationDuration: 15 }
  expect((await ask('POST', path, { key: null, body })).status).toBe(401)
  expect((await ask('POST', path, { key: otherKey, body })).status).toBe(403)
  const { body: answer } = await ask('POST', path, { body })
  expect(answer.data).toMatchObject({ reservationDuration: 15, reservationUntil: '2026-11-23T08:15:00.000Z' })
  expect(Date.parse(answer.data.reservationUntil) - Date.parse(monday)).toBe(15 * 60_000)
})

test('an unknown event type or key of the body is refused', async () => {
  const { ask } = await start()
  expect((await ask('POST', path, { body: { eventTypeId: 1, slotStart } })).status).toBe(404)
  const unknown = await ask('POST', path, { body: { eventTypeId: annaCut, slotStart, duration: 30 } })
  expect(unknown.body.error.message).toBe('duration property is wrong,property duration should not exist ')
})
