/** News of changes from Cal.com, in every order they may arrive in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rescheduleAppointment } from '../../../src/functions/reschedule-appointment.ts'
import { openSalon, type Salon } from '../../helpers/salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon.close())
beforeEach(() => salon.reset())

async function moved(fromUid: string, uid: string, at: string) {
  const catalogue = await salon.catalogues.load(1)
  const booking = { uid, id: 77, status: 'accepted' as const, start: salon.instant(at), hosts: [{ id: 503 }] }
  return salon.run((tx) =>
    salon.recorder.recordRescheduled(tx, {
      catalogue,
      fromUid,
      booking,
      actor: 'calcom',
      now: salon.clock.now(),
    }),
  )
}

const cancelled = (uid: string) =>
  salon.run((tx) =>
    salon.recorder.recordCancelled(tx, { companyId: 1, uid, actor: 'calcom', now: salon.clock.now() }),
  )

describe('a move told by a webhook', () => {
  test('I-53 updates the same row, with who serves now; told twice it changes nothing', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    expect(await moved(booked.calcomUid!, 'uid_b', '2026-11-28 11:00')).toMatchObject({ first: true })
    expect(await moved(booked.calcomUid!, 'uid_b', '2026-11-28 11:00')).toMatchObject({ first: false })
    const clara = (await salon.catalogues.load(1)).staff.find((one) => one.calcomUserId === 503)!
    expect(await salon.appointment(booked.id)).toMatchObject({
      calcomUid: 'uid_b',
      staffId: clara.id,
      rescheduleCount: 0,
      icalSequence: 1,
      endsAt: salon.instant('2026-11-28 11:30'),
    })
    expect(await salon.changes(booked.id)).toHaveLength(1)
    expect(await salon.jobs('appointment_notifications')).toHaveLength(1)
  })

  test('old news of a chain does not undo newer', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    const first = booked.calcomUid!
    await moved(first, 'uid_c', '2026-11-28 12:00')
    expect(await moved(first, 'uid_b', '2026-11-28 11:00')).toMatchObject({ first: false })
    expect(await salon.appointment(booked.id)).toMatchObject({ calcomUid: 'uid_c' })
  })

  test('a cancellation that turns out to be a move brings the appointment back', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    await cancelled(booked.calcomUid!)
    await moved(booked.calcomUid!, 'uid_b', '2026-11-28 11:00')
    expect(await salon.appointment(booked.id)).toMatchObject({ status: 'scheduled', calcomUid: 'uid_b' })
  })

  test('of a booking nobody knows is told to be unknown', async () => {
    expect(await moved('uid_x', 'uid_y', '2026-11-28 11:00')).toBeNull()
    expect(await cancelled('uid_x')).toBeNull()
  })

  test('a successor that is stored already goes on; the old row ends, and no appointment is there twice', async () => {
    const old = await salon.book({ at: '2026-11-27 10:00', localOnly: true })
    const stored = await salon.book({ at: '2026-11-28 11:00', localOnly: true })
    await moved(old.calcomUid!, stored.calcomUid!, '2026-11-28 11:00')
    expect(await salon.appointment(old.id)).toMatchObject({ status: 'cancelled' })
    expect(await salon.appointment(stored.id)).toMatchObject({ status: 'scheduled' })
  })
})

describe('the webhook of our own change', () => {
  test('that comes before our answer records it as the caller’s, and our answer changes nothing more', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    salon.simulator.control.addFault({
      operation: 'rescheduleBooking',
      effect: 'delay',
      phase: 'after',
      ms: 400,
    })
    const answer = salon.ask(rescheduleAppointment, {
      new_date: 'Samstag',
      new_time: '11:00',
      confirmed: true,
    })
    // Cal.com sends the webhook from inside the request; the look-alike has the booking before it answers.
    let live = salon.live()
    while (live[0]?.uid === booked.calcomUid) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      live = salon.live()
    }
    await moved(booked.calcomUid!, live[0]!.uid, '2026-11-28 11:00')
    expect(await answer).toMatchObject({ success: true, status: 'rescheduled' })
    expect(await salon.appointment(booked.id)).toMatchObject({ rescheduleCount: 1, icalSequence: 1 })
    expect(await salon.changes(booked.id)).toMatchObject([{ kind: 'rescheduled', actor: 'caller' }])
    expect(await salon.attemptRows()).toMatchObject([{ state: 'booked' }])
  })
})

describe('a cancellation told by a webhook', () => {
  test('is recorded once, and never for an appointment that took place', async () => {
    const booked = await salon.book({ at: '2026-11-27 10:00' })
    expect(await cancelled(booked.calcomUid!)).toMatchObject({ first: true })
    expect(await cancelled(booked.calcomUid!)).toMatchObject({ first: false })
    expect(await salon.changes(booked.id)).toMatchObject([{ kind: 'cancelled', actor: 'calcom' }])
    const done = await salon.book({ at: '2026-11-28 10:00', localOnly: true })
    await salon.sql(`UPDATE appointments SET status = 'completed' WHERE id = ${done.id}`)
    expect(await cancelled(done.calcomUid!)).toMatchObject({ first: false })
    expect(await salon.appointment(done.id)).toMatchObject({ status: 'completed' })
  })
})
