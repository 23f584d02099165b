/** Evidence per call: AI disclosure, recording, storage; refusing a recording, asking for erasure by phone (c23), a note about health (c24). */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RetellSimulator, startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { apiKey, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
let retell: RetellSimulator
beforeEach(async () => {
  retell = await startRetellSimulator({ keys: [apiKey] })
  gateway = await startGateway({ environment: { RETELL_API_BASE_URL: retell.url } })
})
afterEach(async () => {
  await gateway.close()
  await retell.close()
})

const system = <T>(work: Parameters<typeof gateway.database.tenancy.asSystem<T>>[0]) =>
  gateway.database.tenancy.asSystem(work)
const sentence = 'Hier spricht der digitale Assistent vom Salon Sonnenschein.'
const company = (data: object) => system((tx) => tx.company.update({ where: { id: 1 }, data }))
const evidence = (callId: string) => system((tx) => tx.callEvidence.findFirst({ where: { callId } }))
const alarms = (name: string) => gateway.lines.filter((line) => line.includes(`"${name}"`))

type Said = [who: 'agent' | 'user', text: string, seconds?: number]
async function ended(turns: Said[], more: object = {}): Promise<string> {
  const callId = newCallId()
  await gateway.event('call_ended', {
    callId,
    agent_version: 7,
    transcript: turns.map(([who, text]) => `${who === 'agent' ? 'Agent' : 'User'}: ${text}`).join('\n'),
    transcript_object: turns.map(([role, content, start]) => ({
      role,
      content,
      words: [{ word: content.split(' ')[0], start, end: (start ?? 0) + 1 }],
    })),
    ...more,
  })
  return callId
}

test('the company’s sentence at the beginning is evidence: its hash, where, by which agent, on whose behalf; without it there is one alarm', async () => {
  await company({ disclosure: sentence })
  const told = await ended(
    [
      [
        'agent',
        'Guten Tag! Hier spricht der digitale Assistent vom Salon Sonnenschein – was kann ich tun?',
        0.4,
      ],
      ['user', 'Hallo.', 6],
    ],
    { data_storage_setting: 'everything' },
  )
  expect(await evidence(told)).toMatchObject({
    disclosure: 'told',
    disclosureHash: createHash('sha256').update(sentence).digest('hex'),
    disclosureLanguage: 'de',
    disclosureOffsetMs: 400,
    onBehalfOf: 'Salon Sonnenschein',
    agentId: 'agent_demo_salon',
    agentVersion: '7',
    storageSetting: 'everything',
    recordingAsked: false,
    recordingAnswer: null,
  })
  expect(alarms('disclosure_missing')).toEqual([])
  // Saying it only when asked is not at the beginning.
  const late: Said[] = [
    ['agent', 'Guten Tag, Salon Sonnenschein.', 0.2],
    ['user', 'Sind Sie ein Mensch?', 3],
    ['agent', sentence, 5],
  ]
  const missing = await ended(late)
  await gateway.event('call_analyzed', {
    callId: missing,
    transcript: 'Agent: Guten Tag, Salon Sonnenschein.\nUser: Hallo',
  })
  expect(await evidence(missing)).toMatchObject({ disclosure: 'missing', disclosureHash: null })
  expect(alarms('disclosure_missing')).toHaveLength(1)
})

test('without a sentence of the company words for a machine count, and nothing raises an alarm; the words themselves are not kept', async () => {
  const told = await ended([
    ['agent', 'Guten Tag, hier ist die KI vom Salon Sonnenschein.', 1],
    ['user', 'Ja'],
  ])
  expect(await evidence(told)).toMatchObject({ disclosure: 'told', disclosureOffsetMs: 1_000 })
  const unknown = await ended([
    ['agent', 'Guten Tag.', 1],
    ['user', 'Ja'],
  ])
  expect(await evidence(unknown)).toMatchObject({ disclosure: 'unknown', onBehalfOf: null })
  expect(alarms('disclosure_missing')).toEqual([])
  expect(
    JSON.stringify(await evidence(told), (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
  ).not.toContain('Guten Tag')
})

test.each<[string, Said[], object]>([
  [
    'yes',
    [
      ['agent', 'Darf ich das Gespräch aufzeichnen?', 2],
      ['user', 'Ja, gerne.', 4],
    ],
    { recordingAsked: true, recordingAnswer: 'yes', recordingOffsetMs: 2_000 },
  ],
  [
    'no',
    [
      ['agent', 'Darf ich das Gespräch aufzeichnen?', 2],
      ['user', 'Nein, lieber nicht.', 4],
    ],
    { recordingAsked: true, recordingAnswer: 'no' },
  ],
  [
    'unclear',
    [
      ['agent', 'Darf ich das Gespräch aufzeichnen?', 2],
      ['user', 'Ich brauche einen Termin.', 4],
    ],
    { recordingAsked: true, recordingAnswer: 'unclear' },
  ],
  [
    'a notice, and talking on',
    [
      ['agent', 'Das Gespräch wird aufgezeichnet.', 2],
      ['user', 'Ja, ich brauche einen Termin.', 4],
    ],
    { recordingAsked: false, recordingAnswer: null, recordingOffsetMs: 2_000 },
  ],
  [
    'refused unasked',
    [
      ['agent', 'Guten Tag.', 0],
      ['user', 'Bitte nicht aufzeichnen!', 3],
    ],
    { recordingAsked: false, recordingAnswer: 'no', recordingOffsetMs: 3_000 },
  ],
])('recording: %s', async (_what, turns, expected) => {
  await company({ keepRecordingsDays: 30 })
  const callId = await ended(turns, { recording_url: 'https://recordings.example/1.wav' })
  expect(await evidence(callId)).toMatchObject(expected)
  const { transcript, recordingUrl } = await system((tx) =>
    tx.call.findFirstOrThrow({ where: { retellCallId: callId } }),
  )
  const isRefused = (expected as { recordingAnswer: string }).recordingAnswer === 'no'
  expect([transcript === null, recordingUrl === null]).toEqual([isRefused, isRefused])
})

test('"bitte nicht aufzeichnen": Retell stores facts only from then on, the call is deleted there when it is over, and no word stays here', async () => {
  await company({ keepRecordingsDays: 30 })
  const call = { callId: newCallId() }
  const stored = retell.control.addCall({
    call_id: call.callId,
    call_status: 'ongoing',
    transcript: 'Agent: …',
  })
  await gateway.event('call_started', call)
  const answer = await gateway.call('refuse_recording', {}, call)
  expect(answer).toMatchObject({ success: true, recording_refused: true })
  await gateway.settle()
  expect(stored.data_storage_setting).toBe('basic_attributes_only')
  expect(retell.control.requests()).toEqual([`PATCH /v2/update-call/${call.callId}`])
  await gateway.event('call_ended', {
    ...call,
    transcript: 'User: Hallo',
    recording_url: 'https://recordings.example/1.wav',
  })
  await gateway.event('call_analyzed', { ...call, call_analysis: { call_summary: 'Hallo' } })
  expect(
    await system((tx) => tx.call.findFirstOrThrow({ where: { retellCallId: call.callId } })),
  ).toMatchObject({
    ...{ transcript: null, recordingUrl: null, summary: null, status: 'analyzed' },
    fromNumber: '+4915112345678',
  })
  gateway.clock.advance(20 * 60_000)
  await system(
    (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('delete_at_vendors', '{}'::json, NULL, NULL, NULL)`,
  )
  await gateway.settle()
  expect(retell.control.requests().at(-1)).toBe(`DELETE /v2/delete-call/${call.callId}`)
  expect(await system((tx) => tx.erasureMark.findFirst({ where: { key: call.callId } }))).toMatchObject({
    reason: 'refused',
    vendorState: 'done',
    vendorAnswer: 'deleted',
  })
  expect(await evidence(call.callId)).toMatchObject({ recordingAnswer: 'no' })
})

test('c23: who wants their data deleted is noted with the time the law gives, the business is told, the caller hears what happens', async () => {
  const call = { callId: newCallId() }
  await gateway.event('call_started', call)
  const answer = await gateway.call(
    'request_callback',
    { reason: 'Ich möchte, dass Sie alle meine Daten löschen' },
    call,
  )
  expect(answer).toMatchObject({
    success: true,
    status: 'data_request_noted',
    data_request: 'erasure',
    due_date: '2026-12-24',
    message:
      'Ich habe Ihr Anliegen zu Ihren Daten aufgenommen und weitergegeben. Sie erhalten eine Antwort bis spätestens Donnerstag, den 24. Dezember. Vorher kann es sein, dass wir nachfragen, um sicher zu sein, dass Sie es sind.',
  })
  expect(await system((tx) => tx.callbackRequest.findMany())).toMatchObject([
    { kind: 'privacy', status: 'open', dueAt: new Date('2026-12-24T08:00:00Z') },
  ])
  await gateway.settle()
  const [mail] = await system((tx) => tx.mailOutbox.findMany())
  expect(mail).toMatchObject({ subject: expect.stringContaining('Anliegen zum Datenschutz') })
  expect(mail?.textBody).toMatch(/Gesetzliche Frist.*24\. Dezember/)
  // An appointment that is to be "deleted" is none of it.
  const other = await gateway.call(
    'request_callback',
    { reason: 'Bitte meinen Termin löschen' },
    { callId: newCallId() },
  )
  expect(other.status).toBe('callback_queued')
})

test('c24: an allergy is on the booking in the calendar and marked as sensitive, and no answer says it', async () => {
  const call = { callId: newCallId() }
  await gateway.event('call_started', call)
  const wish = {
    name: 'Max Mustermann',
    date: '3. Dezember',
    time: '14 Uhr',
    service: 'Herrenhaarschnitt',
    notes: 'Allergie gegen PPD',
  }
  const draft = await gateway.call('start_booking', wish, call)
  const done = await gateway.call('confirm_booking', { booking_id: draft.booking_id, confirmed: true }, call)
  expect(done.success).toBe(true)
  const [appointment] = await system((tx) => tx.appointment.findMany())
  expect(appointment).toMatchObject({ notes: 'Allergie gegen PPD', notesSensitive: true })
  expect(JSON.stringify(gateway.simulator.control.bookings())).toContain('Allergie gegen PPD')
  const answers = [draft, done]
  for (const name of ['get_customer_appointments', 'query_appointment', 'initialize_call', 'check_customer'])
    answers.push(await gateway.call(name, {}, call))
  answers.push(await gateway.call('change_appointment', { notes: 'auch gegen Henna allergisch' }, call))
  expect(JSON.stringify(answers)).not.toMatch(/ppd|allerg|henna/i)
})
