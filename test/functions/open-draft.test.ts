/** A wish that says less than the open draft completes it, in words; another person's or another service's wish leaves it alone (cases: meaning, c05, c40). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { asOwner } from '../helpers/webhooks.ts'

let gateway: TestGateway
let callId: string

beforeEach(async () => {
  gateway = await startGateway()
  callId = newCallId()
})
afterEach(() => gateway?.close())

const ask = (name: string, args: Record<string, unknown>) => gateway.call(name, args, { callId })
const meier = { name: 'Eva Meier', service: 'Damenhaarschnitt', date: 'Freitag', time: '14 Uhr' }
const drafts = () =>
  asOwner<{ customer_name: string; start_at: Date }>(
    gateway,
    "SELECT customer_name, start_at FROM booking_attempts WHERE state = 'draft' ORDER BY created_at",
  )

describe('the open draft is completed', () => {
  test.each([{ name: 'Eva Maier' }, { name: 'Maier' }, { name: 'Schulz' }])(
    'by a corrected name alone: $name',
    async (correction) => {
      await ask('start_booking', meier)
      const corrected = await ask('start_booking', correction)
      expect(corrected).toMatchObject({
        success: true,
        service: 'Damenhaarschnitt',
        date: '2026-11-27',
        time: '14:00',
        understood: {
          date: { value: '2026-11-27', from: 'draft' },
          time: { value: '14:00', from: 'draft' },
          service: { value: 'Damenhaarschnitt', from: 'draft' },
        },
      })
      expect(corrected.summary).toMatch(
        /^Termin für \S*(?: ?\S+)? am Freitag, den 27\. November um 14 Uhr: Damenhaarschnitt$/,
      )
      expect(await drafts()).toHaveLength(1)
      const done = await ask('confirm_booking', { confirmed: true })
      expect(done).toMatchObject({ success: true, status: 'confirmed' })
      expect(gateway.simulator.control.bookings()).toMatchObject([
        { attendees: [{ name: expect.stringContaining(correction.name.split(' ').at(-1)!) }] },
      ])
    },
  )

  test('by another time of the same day, with the chosen person and the note', async () => {
    await ask('start_booking', { ...meier, staff: 'Anna Becker', notes: 'kommt mit Hund' })
    const later = await ask('start_booking', { time: '15 Uhr' })
    expect(later).toMatchObject({ success: true, date: '2026-11-27', time: '15:00', staff: 'Anna Becker' })
    expect(later.understood).toMatchObject({
      date: { from: 'draft' },
      staff: { from: 'draft' },
      name: { value: 'Eva Meier', from: 'draft' },
    })
    expect(await drafts()).toHaveLength(1)
    const notes = await asOwner(gateway, "SELECT notes FROM booking_attempts WHERE state = 'draft'")
    expect(notes).toEqual([{ notes: 'kommt mit Hund' }])
  })

  test('a day alone is not completed with the old time: it is asked for', async () => {
    await ask('start_booking', meier)
    expect(await ask('start_booking', { name: 'Eva Meier', date: 'Samstag' })).toMatchObject({
      success: false,
      error: 'missing_time',
    })
  })
})

describe('the open draft stays', () => {
  test('when another person wants something: what is missing is asked', async () => {
    await ask('start_booking', meier)
    expect(await ask('start_booking', { name: 'Lena Meier', service: 'Herrenhaarschnitt' })).toMatchObject({
      success: false,
      error: 'missing_date',
    })
    expect(await drafts()).toMatchObject([{ customer_name: 'Eva Meier' }])
  })

  test('when the same person wants another service at another time: both are booked', async () => {
    const first = await ask('start_booking', { ...meier, service: 'Färben', time: '10 Uhr' })
    const second = await ask('start_booking', { ...meier, time: '16 Uhr' })
    expect(await drafts()).toHaveLength(2)
    for (const { booking_id } of [first, second])
      expect(await ask('confirm_booking', { booking_id, confirmed: true })).toMatchObject({ success: true })
    expect(gateway.simulator.control.bookings()).toHaveLength(2)
  })

  test('a change of mind about the time of one service leaves one draft', async () => {
    await ask('start_booking', meier)
    await ask('start_booking', { ...meier, time: '16 Uhr' })
    expect(await drafts()).toHaveLength(1)
  })
})

describe('another length than the service has', () => {
  test('is told before the yes, not silently dropped', async () => {
    const started = await ask('start_booking', { ...meier, duration_minutes: '90' })
    expect(started).toMatchObject({ success: true })
    expect(started.message).toMatch(/ Das dauert bei uns eine Stunde\. Soll ich das so eintragen\?$/)
    const others = await ask('get_alternatives', {
      service: 'Herrenhaarschnitt',
      preferred_date: 'Freitag',
      duration_minutes: 60,
    })
    expect(others.message).toMatch(/^Das dauert bei uns 30 Minuten\. Ich kann Ihnen /)
    const same = await ask('start_booking', { ...meier, time: '16 Uhr', duration_minutes: 60 })
    expect(same.message).not.toMatch(/dauert/)
  })
})
