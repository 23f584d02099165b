/** Retell's call events, twice, late and in any order. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Tx } from '../../src/db/tenancy.ts'
import { caller, newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { USD_EUR_RATE: '0.9' } })
})
afterAll(() => gateway.close())

const analyzed = {
  call_status: 'ended',
  start_timestamp: Date.parse('2026-11-24T08:00:00Z'),
  end_timestamp: Date.parse('2026-11-24T08:03:00Z'),
  duration_ms: 180_000,
  disconnection_reason: 'user_hangup',
  transcript: 'Agent: Guten Tag.\nUser: Ich hätte gern einen Termin.\u0000',
  recording_url: 'https://recordings.invalid/1.wav',
  call_cost: { combined_cost: 245.4 },
  call_analysis: {
    call_summary: 'Anruferin fragt nach einem Termin.',
    user_sentiment: 'Positive',
    call_successful: true,
    custom_analysis_data: { customer_name: 'Erika Sommer', appointment_made: false },
  },
}

const loadCall = (callId: string) =>
  gateway.database.tenancy.asSystem((tx) => tx.call.findFirst({ where: { retellCallId: callId } }))

describe('call_inbound', () => {
  test('answers the variables of the prompt, strings only, unknown ones left out', async () => {
    const response = await gateway.event('call_inbound', { callId: null, from: 'anonymous' })
    expect(response.json()).toEqual({
      call_inbound: {
        metadata: { company_id: '1', branch_id: expect.any(String) },
        dynamic_variables: {
          heute_datum: '24.11.2026',
          current_date: '24.11.2026',
          current_weekday: 'Dienstag',
          day_name: 'Dienstag',
          day_of_week: 'Dienstag',
          current_time: '09:00',
          current_year: '2026',
          current_month: 'November',
          morgen: 'Mittwoch, 25.11.2026',
          uebermorgen: 'Donnerstag, 26.11.2026',
          naechster_montag: 'Montag, 30.11.2026',
          company_name: 'Salon Sonnenschein',
          branch_name: 'Mitte',
          oeffnungszeiten_heute: 'von 9 Uhr bis 18 Uhr',
        },
      },
    })
  })

  test('a closed day is told as that, with the next one that is not', async () => {
    const close = (tx: Tx) =>
      tx.closure.create({
        data: { companyId: 1, firstDay: new Date('2026-11-24'), lastDay: new Date('2026-11-26') },
      })
    const { id } = await gateway.database.tenancy.asSystem(close)
    await vi.waitFor(
      async () => {
        const response = await gateway.event('call_inbound', { callId: null, from: 'anonymous' })
        expect(response.json().call_inbound.dynamic_variables).toMatchObject({
          oeffnungszeiten_heute: 'geschlossen',
          naechster_offener_tag: 'Freitag, 27.11.2026',
        })
      },
      { timeout: 10_000 },
    )
    await gateway.database.tenancy.asSystem((tx) => tx.closure.delete({ where: { id } }))
  })

  test('a known number brings the name', async () => {
    const known = await gateway.database.tenancy.asSystem((tx) =>
      tx.customer.findFirstOrThrow({ where: { companyId: 1, phone: { not: null } } }),
    )
    const response = await gateway.event('call_inbound', { callId: newCallId(), from: known.phone })
    expect(response.json().call_inbound.dynamic_variables).toMatchObject({
      customer_name: known.name,
      customer_phone: known.phone,
    })
  })

  test('I-06: without a call id nothing is stored; two callers become two rows with their own numbers', async () => {
    const count = () => gateway.database.tenancy.asSystem((tx) => tx.call.count())
    const before = await count()
    await gateway.event('call_inbound', { callId: null, from: '+4915112340001' })
    await gateway.event('call_inbound', { callId: null, from: '+4915112340002' })
    expect(await count()).toBe(before)
    const [a, b] = [newCallId(), newCallId()]
    await gateway.event('call_started', { callId: a, from: '+4915112340001' })
    await gateway.event('call_started', { callId: b, from: '+4915112340002' })
    expect(await count()).toBe(before + 2)
    expect((await loadCall(a))?.fromNumber).toBe('+4915112340001')
  })

  test('an unknown number is acknowledged, and nothing is told or stored', async () => {
    const response = await gateway.event('call_inbound', { callId: newCallId(), to: '+4930999999' })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({ call_inbound: {} })
    const lines = gateway.lines
      .map((line) => JSON.parse(line))
      .filter(({ alarm }) => alarm === 'unknown_number')
    expect(lines.at(-1)).toMatchObject({ businessNumber: expect.stringMatching(/^\+49\d+$/) })
  })

  test('I-71: our number in any spelling is the same branch', async () => {
    for (const to of ['+49 30 23125002', '00493023125002', '4930 23125002', '030 23125002']) {
      const response = await gateway.event('call_inbound', { callId: null, to })
      expect([to, response.json().call_inbound.dynamic_variables?.branch_name]).toEqual([to, 'Nord'])
    }
  })
})

describe('the life of a call', () => {
  test('started, ended, analyzed: one row, each fact in its column, cost also in euros', async () => {
    const callId = newCallId()
    await gateway.event('call_started', { callId })
    const { call_analysis: _, ...ended } = analyzed
    await gateway.event('call_ended', { callId, ...ended })
    expect(await loadCall(callId)).toMatchObject({
      status: 'completed',
      durationSec: 180,
      costCents: 245,
      callSuccessful: null,
    })
    await gateway.event('call_analyzed', { callId, ...analyzed })
    expect(await loadCall(callId)).toMatchObject({
      status: 'analyzed',
      callStatus: 'ended',
      durationSec: 180,
      costCents: 245,
      costEurCents: 221,
      disconnectionReason: 'user_hangup',
      transcript: 'Agent: Guten Tag.\nUser: Ich hätte gern einen Termin.',
      summary: 'Anruferin fragt nach einem Termin.',
      sentiment: 'Positive',
      callSuccessful: true,
      analysis: { customer_name: 'Erika Sommer', appointment_made: false },
      fromNumber: caller,
      toNumber: salon.mitte,
    })
  })

  test('any order and any repetition end in the same row', async () => {
    const [forwards, backwards] = [newCallId(), newCallId()]
    const events = ['call_started', 'call_ended', 'call_analyzed'] as const
    for (const name of events) await gateway.event(name, { callId: forwards, ...analyzed })
    for (const name of [...events].reverse()) await gateway.event(name, { callId: backwards, ...analyzed })
    for (const name of events) await gateway.event(name, { callId: backwards, ...analyzed })
    const withoutIds = ({
      id: _id,
      retellCallId: _callId,
      createdAt: _c,
      updatedAt: _u,
      ...rest
    }: Record<string, unknown>) => rest
    expect(withoutIds({ ...(await loadCall(backwards)) })).toEqual(
      withoutIds({ ...(await loadCall(forwards)) }),
    )
  })

  test("I-11: the guide's form and the legacy address work too", async () => {
    const callId = newCallId()
    const { call_analysis, ...rest } = analyzed
    const response = await gateway.send('/api/webhook', {
      event: 'call_analyzed',
      call: {
        call_id: callId,
        from_number: caller,
        to_number: salon.mitte,
        ...rest,
        analysis: call_analysis,
      },
    })
    expect(response.statusCode).toBe(200)
    expect((await loadCall(callId))?.analysis).toMatchObject({ customer_name: 'Erika Sommer' })
  })

  test('the caller is linked by number, and by name where a family shares one', async () => {
    const phone = '+4915112340055'
    const [, child] = await gateway.database.tenancy.run(1, (tx) =>
      tx.customer.createManyAndReturn({
        data: [
          { companyId: 1, name: 'Petra Lang', phone },
          { companyId: 1, name: 'Tom Lang', phone },
        ],
      }),
    )
    const callId = newCallId()
    const custom = { customer_name: 'Tom Lang' }
    await gateway.event('call_analyzed', {
      callId,
      from: phone,
      ...analyzed,
      call_analysis: { custom_analysis_data: custom },
    })
    expect((await loadCall(callId))?.customerId).toBe(child?.id)
  })

  test('I-82: "gebucht" was said and nothing is: somebody has to call back', async () => {
    const callId = newCallId()
    await gateway.event('call_analyzed', {
      callId,
      ...analyzed,
      transcript: 'Agent: Ihr Termin ist gebucht für morgen um 9 Uhr.\n',
    })
    expect((await loadCall(callId))?.followUpNeeded).toBe(true)
    expect(gateway.lines.some((line) => line.includes('announced_without_booking'))).toBe(true)
  })

  test('events nobody knows, and calls of nobody, are acknowledged and ignored', async () => {
    expect((await gateway.event('transcript_updated', { callId: newCallId() })).statusCode).toBe(200)
    const stranger = newCallId()
    expect((await gateway.event('call_ended', { callId: stranger, to: '+4930999999' })).statusCode).toBe(200)
    expect(await loadCall(stranger)).toBeNull()
  })

  test('an event that contradicts the stored company changes nothing', async () => {
    const practice = await gateway.database.tenancy.asSystem((tx) =>
      tx.phoneNumber.findFirstOrThrow({ where: { companyId: 2 } }),
    )
    const callId = newCallId()
    await gateway.event('call_started', { callId })
    await gateway.event('call_ended', { callId, to: practice.number, ...analyzed })
    expect(await loadCall(callId)).toMatchObject({ companyId: 1, status: 'ongoing', transcript: null })
  })

  test.each(['[]', '{}', '{"event":7}', 'x'])('%s is no event', async (body) => {
    expect((await gateway.send('/api/webhooks/retell', body)).statusCode).toBe(400)
  })
})
