/** What the business changes in its calendar by hand: it counts in our row, in the mail and in what callers are told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../../helpers/gateway.ts'
import { asOwner, look, receiveWebhooks, startOver } from '../../helpers/webhooks.ts'

let gateway: TestGateway
let rows: ReturnType<typeof look>
beforeAll(async () => {
  gateway = await startGateway()
  rows = look(gateway)
  await asOwner(gateway, 'UPDATE companies SET customer_mails = true WHERE id = 1')
})
afterAll(() => gateway.close())
beforeEach(() => startOver(gateway))

const control = () => gateway.simulator.control
const reconcile = async () => {
  gateway.clock.advance(60_000)
  const done = await gateway.gateway.jobs.reconciler.runCompany(1)
  await gateway.settle()
  return done
}
const caller = { from: '+4915112345001' }
const tasks = () =>
  gateway.database.tenancy.run(1, (tx) => tx.callbackRequest.findMany({ orderBy: { id: 'asc' } }))
const mails = () =>
  gateway.database.tenancy.run(1, (tx) => tx.mailOutbox.findMany({ orderBy: { createdAt: 'asc' } }))

async function bookByPhone() {
  const wish = {
    ...{ name: 'Max Mustermann', email: 'max.mustermann@gmx.de', date: '27.11.2026', time: '14:00' },
    ...{ service: 'Damenhaarschnitt', staff: 'Anna' },
  }
  const booked = await gateway.call('book_appointment', wish, { ...caller, callId: newCallId() })
  expect(booked).toMatchObject({ success: true })
  await gateway.settle()
  gateway.clock.advance(60_000)
  return rows.live()[0]!.uid
}
/** Row and calendar entry of the nth mail. */
const mail = async (index: number) =>
  JSON.stringify((await mails())[index], (_, value) => (typeof value === 'bigint' ? String(value) : value))
const told = async () => {
  const answer = await gateway.call('get_customer_appointments', {}, { ...caller, callId: newCallId() })
  return JSON.stringify(answer)
}

describe('told by one webhook, or found by one reconcile', () => {
  for (const isTold of [true, false]) {
    const how = isTold ? 'webhook' : 'reconcile'

    test(`another host (${how})`, async () => {
      const uid = await bookByPhone()
      if (isTold) await receiveWebhooks(gateway)
      await control().changeByHand(uid, { hostId: 503, told: isTold })
      if (isTold) await gateway.settle()
      else expect(await reconcile()).toMatchObject({ changed: 1 })
      const [row] = await rows.appointments()
      expect(row).toMatchObject({ status: 'scheduled', icalSequence: 1 })
      expect(await told()).toContain('Clara Yilmaz')
      expect(await told()).not.toContain('Anna Becker')
      expect((await rows.changes()).at(-1)).toMatchObject({
        kind: 'updated',
        actor: 'calcom',
        reason: 'staff',
      })
      const sent = await mails()
      expect(sent).toHaveLength(2)
      expect(await mail(1)).toMatch(/SEQUENCE:1/)
      expect(await mail(1)).toContain('Clara Yilmaz')
      // Heard twice it is no news.
      expect(await reconcile()).toMatchObject({ changed: 0 })
      expect(await rows.appointments()).toMatchObject([{ icalSequence: 1 }])
      expect(await mails()).toHaveLength(2)
    })

    test(`another length (${how})`, async () => {
      const uid = await bookByPhone()
      if (isTold) await receiveWebhooks(gateway)
      await control().changeByHand(uid, { minutes: 90, told: isTold })
      if (isTold) await gateway.settle()
      else await reconcile()
      expect(await rows.appointments()).toMatchObject([
        { durationMinutes: 90, endsAt: new Date('2026-11-27T14:30:00Z'), icalSequence: 1 },
      ])
      expect(await mail(1)).toMatch(/DTEND[^\\]*T153000/)
    })

    test(`a name put right (${how})`, async () => {
      const uid = await bookByPhone()
      if (isTold) await receiveWebhooks(gateway)
      await control().changeByHand(uid, { attendee: { name: 'Max Mustermann-Vogel' }, told: isTold })
      if (isTold) await gateway.settle()
      else await reconcile()
      expect(await rows.appointments()).toMatchObject([
        { attendeeName: 'Max Mustermann-Vogel', icalSequence: 1 },
      ])
      expect(await tasks()).toEqual([])
    })

    test(`moved in place with another length (${how})`, async () => {
      const uid = await bookByPhone()
      if (isTold) await receiveWebhooks(gateway)
      await control().moveInPlace(uid, { start: '2026-11-28T09:00:00Z', withRescheduleUid: isTold })
      if (isTold) await gateway.settle()
      else await reconcile()
      expect(await rows.appointments()).toMatchObject([
        { appointmentDatetime: new Date('2026-11-28T09:00:00Z'), status: 'scheduled', icalSequence: 1 },
      ])
      expect(rows.live().map((booking) => booking.uid)).toEqual([uid])
    })
  }
})

test('somebody else in the booking is not told to whoever called: a person decides, once', async () => {
  const uid = await bookByPhone()
  await control().changeByHand(uid, {
    attendee: { name: 'Sabine Fischer', email: 'sabine@kunden.example', phoneNumber: '+4915112345777' },
  })
  await reconcile()
  await reconcile()
  expect(await rows.appointments()).toMatchObject([{ attendeeName: 'Max Mustermann', icalSequence: 0 }])
  expect(await tasks()).toMatchObject([
    {
      name: 'Max Mustermann',
      phone: caller.from,
      reason: expect.stringMatching(/jemand anderes.*Damenhaarschnitt/),
    },
  ])
  expect(await told()).not.toContain('Sabine')
})

test('a name that was changed by phone is not changed back by what the calendar has not been told', async () => {
  const uid = await bookByPhone()
  const changed = await gateway.call(
    'change_appointment',
    { date: '27.11.2026', name: 'Max Vogel' },
    { ...caller, callId: newCallId() },
  )
  expect(changed).toMatchObject({ success: true })
  await gateway.settle()
  gateway.clock.advance(60_000)
  await control().changeByHand(uid, { minutes: 75 })
  await reconcile()
  expect(await rows.appointments()).toMatchObject([{ attendeeName: 'Max Vogel', durationMinutes: 75 }])
})
