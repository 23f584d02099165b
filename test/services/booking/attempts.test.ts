/** The store of attempts: who may act, and what becomes of rows nobody works on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewAttempt } from '../../../src/services/attempts.ts'
import { openBooking } from './kit.ts'

let salon: Awaited<ReturnType<typeof openBooking>>
beforeAll(async () => {
  salon = await openBooking()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

const cancel = (changes: Partial<NewAttempt> = {}): NewAttempt => ({
  companyId: 1,
  branchId: null,
  callId: 'call_store',
  kind: 'cancel',
  wishKey: 'cancel:uid_1',
  targetUid: 'uid_1',
  ...changes,
})

async function createClaimed(attempt: NewAttempt) {
  const { id } = await salon.run((tx) => salon.attempts.create(tx, attempt))
  return salon.attempts.claim(1, id)
}

test('of many who want to change one booking at once, one may', async () => {
  const claims = await Promise.all(Array.from({ length: 4 }, () => createClaimed(cancel())))
  expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
  expect(claims.filter(({ kind }) => kind === 'busy')).toHaveLength(3)
  const winner = claims.find(({ kind }) => kind === 'claimed')!.attempt!
  for (const { attempt } of claims) expect(attempt?.id).toBe(winner.id)
})

test('a move and a cancellation of the same booking exclude each other', async () => {
  await createClaimed(cancel())
  const move = await createClaimed(cancel({ kind: 'reschedule', wishKey: 'move:uid_1:x' }))
  expect(move).toMatchObject({ kind: 'busy', attempt: { kind: 'cancel' } })
})

test('bookings of different wishes do not wait for each other', async () => {
  const claims = await Promise.all(
    ['a', 'b', 'c'].map((key) => createClaimed(cancel({ wishKey: key, targetUid: key }))),
  )
  expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'claimed', 'claimed'])
  expect(new Set(claims.map(({ attempt }) => attempt?.id)).size).toBe(3)
})

test('a finished attempt frees its target, and only the first end counts', async () => {
  const { attempt } = await createClaimed(cancel())
  const end = (errorCode: string) =>
    salon.run((tx) => salon.attempts.finish(tx, attempt!, { state: 'rejected', errorCode }))
  expect(await end('first')).toBe(true)
  expect(await end('second')).toBe(false)
  expect(await salon.attempt(attempt!.id)).toMatchObject({
    state: 'rejected',
    errorCode: 'first',
    leaseUntil: null,
  })
  expect(await createClaimed(cancel())).toMatchObject({ kind: 'claimed' })
})

test('a move that the same request has made meanwhile is done, as long as it stands there', async () => {
  const { id: appointmentId } = await salon.book({ at: '2026-11-27 10:00' })
  const startAt = new Date('2026-11-27T13:00:00Z')
  const move = cancel({
    kind: 'reschedule',
    wishKey: `reschedule:uid_1:${startAt.toISOString()}`,
    startAt,
    appointmentId,
  })
  const at = (start: Date) => ({ appointmentDatetime: start, endsAt: new Date(start.getTime() + 1_800_000) })
  const late = await salon.run((tx) => salon.attempts.create(tx, move))
  const first = await createClaimed(move)
  await salon.run(async (tx) => {
    await salon.attempts.finish(tx, first.attempt!, { state: 'booked', result: {}, appointmentId })
    await tx.appointment.update({ where: { id: appointmentId }, data: at(startAt) })
  })
  expect(await salon.attempts.claim(1, late.id)).toMatchObject({
    kind: 'done',
    attempt: { id: first.attempt!.id },
  })
  expect(await salon.attempt(late.id)).toMatchObject({ state: 'released' })
  // Moved on since: then it is a wish like any other.
  await salon.run((tx) =>
    tx.appointment.update({ where: { id: appointmentId }, data: at(new Date('2026-11-27T15:00:00Z')) }),
  )
  expect(await createClaimed(move)).toMatchObject({ kind: 'claimed' })
})

test('an attempt under a lease is nobody else’s until the lease runs out; then it is one other’s', async () => {
  const { attempt } = await createClaimed(cancel())
  expect(await salon.attempts.claimUnsettled(1, attempt!.id)).toBeNull()
  expect(await salon.attempts.loadExpiredLeases(10)).toEqual([])
  salon.clock.advance(60_000)
  expect(await salon.attempts.loadExpiredLeases(10)).toMatchObject([{ id: attempt!.id, companyId: 1 }])
  const takers = await Promise.all([1, 2, 3].map(() => salon.attempts.claimUnsettled(1, attempt!.id)))
  expect(takers.filter((taken) => taken !== null)).toHaveLength(1)
})

test('another company’s attempt can neither be claimed nor seen', async () => {
  const { attempt } = await createClaimed(cancel())
  expect(await salon.attempts.claim(2, attempt!.id)).toEqual({ kind: 'absent', attempt: null })
  expect(await salon.attempts.load(2, attempt!.id)).toBeNull()
})

test('expired drafts end, their holds are given back, and others’ drafts stay', async () => {
  const old = salon.newCall()
  const { attempt } = await salon.start(old)
  await salon.booking.idle()
  salon.clock.advance(4 * 60_000)
  const young = salon.newCall()
  const other = await salon.start(young, { name: 'Erna Jung', time: '16:00' })
  await salon.booking.idle()
  expect(salon.simulator.control.reservations()).toHaveLength(2)
  // The draft is over before its hold, as after a release that failed.
  await salon.run((tx) =>
    tx.bookingAttempt.update({ where: { id: attempt.id }, data: { expiresAt: salon.clock.now() } }),
  )
  expect(await salon.booking.expireDrafts()).toBe(1)
  expect(await salon.booking.expireDrafts()).toBe(0)
  expect(await salon.attempt(attempt.id)).toMatchObject({ state: 'expired' })
  expect(await salon.attempt(other.attempt.id)).toMatchObject({ state: 'draft' })
  expect(salon.simulator.control.reservations()).toMatchObject([
    { start: other.attempt.startAt?.toISOString() },
  ])
})
