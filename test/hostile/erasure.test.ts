/** Whoever asks sees what is held about them; whoever is erased is nowhere any more, and nothing brings them back. */
import { afterEach, expect, test } from 'vitest'
import { type RetellSimulator, startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { apiKey, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { redisAvailable, startRedis, type TestRedis } from '../helpers/redis.ts'
import { startSmtp, type TestSmtp } from '../helpers/smtp.ts'
import { sendWebhook } from '../helpers/webhooks.ts'
import { child, keysOfRedis, live, person, rowsOfDatabase, said, words } from './one-life.ts'

let gateway: TestGateway | undefined
let smtp: TestSmtp | undefined
let retell: RetellSimulator | undefined
let redis: TestRedis | undefined
afterEach(async () => {
  await gateway?.close()
  await smtp?.stop()
  await retell?.close()
  await redis?.stop()
  gateway = smtp = retell = redis = undefined
})

const officer = { by: 'cli:beauftragte', why: 'Antrag nach Art. 17 vom 24. November' }
const key = { companyId: 1, phone: person.phone }
/** The key of Cal.com and others are no data of the person. */
const hers = words.filter((word) => !/^(key_|cal_test|secret|smtp)/.test(word))

async function world(environment: Record<string, string> = {}) {
  smtp = await startSmtp()
  retell = await startRetellSimulator({ keys: [apiKey] })
  gateway = await startGateway({
    environment: { SMTP_URL: smtp.url, RETELL_API_BASE_URL: retell.url, ...environment },
  })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  return { gateway, retell, data: gateway.gateway.personalData }
}

test('after an erasure not one value of the person is in any table, any key of Redis or any log line, and late events bring nothing back', {
  timeout: 180_000,
}, async () => {
  redis = redisAvailable ? await startRedis() : undefined
  const { gateway, retell, data } = await world(redis === undefined ? {} : { REDIS_URL: redis.url })
  const { callId } = await live(gateway)
  // A withheld number whose draft and callback are this person's: found by them, with what was said in the call.
  const withheld = newCallId()
  await gateway.event('call_started', { callId: withheld, from: 'anonymous' })
  await gateway.call(
    'request_callback',
    { name: `${person.first} ${person.last}`, phone: person.phone, reason: said },
    { callId: withheld, from: 'anonymous' },
  )
  // A friend's call in which the number is named.
  const friend = newCallId()
  const friends = { callId: friend, from: '+4915228817386' }
  await gateway.event('call_started', friends)
  for (const [id, call] of [
    [withheld, { callId: withheld, from: 'anonymous' }],
    [friend, friends],
  ] as const) {
    await gateway.event('call_ended', {
      ...call,
      transcript: `User: ${said}, die Nummer ist 0151 1234 7731`,
      recording_url: `https://recordings.example/${id}`,
    })
  }
  for (const id of [callId, withheld]) retell.control.addCall({ call_id: id, transcript: said })
  gateway.clock.advance(30 * 86_400_000)
  await gateway.settle()
  const shown = JSON.stringify(await data.export(key, officer), (_, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  for (const word of [person.last, child.first, person.email, said, withheld, friend])
    expect(shown).toContain(word)
  expect((await rowsOfDatabase(gateway, hers)).length).toBeGreaterThan(10)
  const logged = gateway.lines.length

  const erased = await data.erase(key, officer)
  if (erased.kind !== 'erased') throw new Error(erased.kind)
  expect(erased.cacheForgotten).toBe(true)
  const outcome = (wanted: string) => erased.vendors.find((one) => one.key === wanted)
  expect(outcome(callId)).toEqual({ kind: 'call', key: callId, state: 'done', answer: 'deleted' })
  expect(outcome(withheld)).toMatchObject({ state: 'done', answer: 'deleted' })
  expect(outcome(friend)).toMatchObject({ state: 'done', answer: 'unknown' })
  expect(retell.control.requests()).toContain(`DELETE /v2/delete-call/${callId}`)
  // Every uid of every booking: those that were moved away from too, and the one that only a webhook names.
  const bookings = erased.vendors.filter(({ kind }) => kind === 'booking')
  for (const { uid } of gateway.simulator.control.bookings())
    expect(bookings).toContainEqual({
      kind: 'booking',
      key: uid,
      state: 'not_possible',
      answer: 'delete_by_hand',
    })
  expect(bookings).toContainEqual({ kind: 'booking', key: 'fremd', state: 'done', answer: 'not_there' })

  const nothing = async () => {
    expect(await rowsOfDatabase(gateway, [...hers, said])).toEqual([])
    if (redis !== undefined)
      // What counts requests goes by itself within minutes, and names the call alone.
      expect(
        (await keysOfRedis(redis.url, [...hers, callId, withheld])).filter(
          (one) => !one.startsWith('limit:'),
        ),
      ).toEqual([])
    expect(gateway.lines.slice(logged).filter((line) => hers.some((word) => line.includes(word)))).toEqual([])
  }
  await nothing()
  const audit = await gateway.database.tenancy.asSystem((tx) =>
    tx.auditLog.findMany({ where: { entity: 'customer' }, orderBy: { id: 'asc' } }),
  )
  expect(audit).toMatchObject([
    {
      action: 'customer_exported',
      actor: officer.by,
      detail: { why: officer.why, read: { calls: expect.any(Number) } },
    },
    {
      action: 'customer_erased',
      actor: officer.by,
      detail: { why: officer.why, erased: { customers: expect.any(Number) } },
    },
  ])

  // What comes late: the analysis, the end again, a function of the call, webhooks of bookings old and new, Cal.com's list.
  const details = {
    transcript: `User: ${person.first} ${person.last}, ${said}, 0151 1234 7731`,
    recording_url: `https://recordings.example/${person.last}.wav`,
    call_analysis: {
      call_summary: `${person.last} hat ${said}`,
      custom_analysis_data: { customer_name: person.last },
    },
  }
  for (const name of ['call_started', 'call_ended', 'call_analyzed'])
    expect((await gateway.event(name, { callId, from: person.phone, ...details })).statusCode).toBe(200)
  await gateway.call('get_business_info', { topic: said }, { callId, from: person.phone })
  const uids = gateway.simulator.control.bookings().map(({ uid }) => uid)
  for (const uid of [...uids, 'fremd'])
    for (const triggerEvent of ['BOOKING_CREATED', 'BOOKING_CANCELLED', 'MEETING_ENDED'])
      await sendWebhook(gateway, {
        triggerEvent,
        createdAt: gateway.clock.now().toISOString(),
        payload: {
          uid,
          bookingId: 4711,
          eventTypeId: 2563101,
          startTime: '2026-12-09T10:00:00Z',
          endTime: '2026-12-09T10:30:00Z',
          status: 'ACCEPTED',
          cancellationReason: said,
          additionalNotes: said,
          attendees: [
            {
              name: `${person.first} ${person.last}`,
              email: person.email,
              phoneNumber: person.phone,
              timeZone: 'Europe/Berlin',
            },
          ],
        },
      })
  await gateway.settle()
  await gateway.gateway.jobs.reconciler.run()
  await gateway.settle()
  await nothing()

  // A call after that meets a stranger, and others are untouched.
  const later = { callId: newCallId(), from: person.phone }
  expect(await gateway.call('check_customer', {}, later)).toMatchObject({ customer_exists: false })
  expect(
    await gateway.call('check_customer', {}, { callId: newCallId(), from: '+4915228817386' }),
  ).toMatchObject({ customer_name: 'Sabine Müller' })
  const friendly = await gateway.database.tenancy.asSystem((tx) =>
    tx.call.findFirstOrThrow({ where: { retellCallId: friend } }),
  )
  expect(friendly).toMatchObject({ fromNumber: '+4915228817386', transcript: null, recordingUrl: null })
})

test('erasing refuses before an appointment, for another company, and with a reason that would name the person', {
  timeout: 120_000,
}, async () => {
  const { gateway, data } = await world()
  await live(gateway)
  expect(await data.export({ companyId: 2, phone: person.phone }, officer)).toBeNull()
  expect(await data.erase({ companyId: 2, phone: person.phone }, officer)).toEqual({ kind: 'nobody' })
  expect(await data.erase(key, officer)).toMatchObject({ kind: 'upcoming' })
  gateway.clock.advance(30 * 86_400_000)
  for (const why of [`Frau ${person.last} bittet`, 'Anruf von 0151/1234 7731', `an ${person.email}`])
    expect(await data.erase(key, { by: 'cli', why })).toEqual({ kind: 'telling_reason' })
  expect(await data.export(key, { by: person.last, why: 'Auskunft' })).toBe('telling_reason')
  expect((await data.erase(key, officer)).kind).toBe('erased')
  expect(await data.erase(key, officer)).toEqual({ kind: 'nobody' })
})

test('a person known only from a stored webhook is found by number and by address, and gone afterwards', {
  timeout: 60_000,
}, async () => {
  const { gateway, data } = await world()
  await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_CREATED',
    createdAt: gateway.clock.now().toISOString(),
    payload: {
      uid: 'nur-im-netz',
      eventTypeId: 999_999,
      startTime: '2026-12-09T10:00:00Z',
      endTime: '2026-12-09T10:30:00Z',
      attendees: [
        { name: person.first, email: person.email, phoneNumber: person.phone, timeZone: 'Europe/Berlin' },
      ],
    },
  })
  await gateway.settle()
  expect(await data.export({ companyId: 1, email: person.email }, officer)).toMatchObject({
    bookingUids: ['nur-im-netz'],
  })
  expect(await data.erase(key, officer)).toMatchObject({
    kind: 'erased',
    vendors: [{ key: 'nur-im-netz', state: 'done' }],
  })
  expect(await rowsOfDatabase(gateway, hers)).toEqual([])
})

test('Retell that does not answer is asked again, with an alarm in the end; its answers are kept with the call', {
  timeout: 120_000,
}, async () => {
  const { gateway, retell, data } = await world()
  const call = { callId: newCallId(), from: person.phone }
  await gateway.event('call_started', call)
  await gateway.event('call_ended', { ...call, transcript: said })
  retell.control.addCall({ call_id: call.callId })
  retell.control.fail(500)
  expect(await data.erase(key, officer)).toMatchObject({
    vendors: [{ key: call.callId, state: 'pending', answer: 'unavailable' }],
  })
  const mark = () =>
    gateway.database.tenancy.asSystem((tx) =>
      tx.erasureMark.findFirstOrThrow({ where: { key: call.callId } }),
    )
  gateway.clock.advance(5 * 60_000)
  const run = async () => {
    await gateway.database.tenancy.asSystem(
      (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('delete_at_vendors', '{}'::json, NULL, NULL, NULL)`,
    )
    await gateway.settle()
  }
  await run()
  expect(await mark()).toMatchObject({ vendorState: 'done', vendorAnswer: 'deleted', vendorAttempts: 2 })

  const other = { callId: newCallId(), from: '+4915112349999' }
  await gateway.event('call_ended', { ...other, transcript: said })
  retell.control.fail(...Array<number>(12).fill(503))
  await data.erase({ companyId: 1, phone: other.from }, officer)
  for (let times = 0; times < 12; times += 1) {
    gateway.clock.advance(25 * 3_600_000)
    await run()
  }
  const given = await gateway.database.tenancy.asSystem((tx) =>
    tx.erasureMark.findFirstOrThrow({ where: { key: other.callId } }),
  )
  expect(given).toMatchObject({ vendorState: 'refused', vendorAnswer: 'unavailable', vendorAttempts: 12 })
  expect(gateway.lines.filter((line) => line.includes('vendor_deletion_failed'))).toHaveLength(1)
})
