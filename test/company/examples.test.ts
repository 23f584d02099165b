/** The example files as they stand: applied by the command against the simulated Cal.com, then a whole call to each over HTTP. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companyJsonSchema } from '../../src/company/schema.ts'
import { runCommand } from '../helpers/command.ts'
import { encryptionKey } from '../helpers/companies.ts'
import { newCallId, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { ENCRYPTION_KEY: encryptionKey } })
})
afterAll(() => gateway.close())

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

async function company(...args: string[]): Promise<{ code: number; output: string }> {
  const { code, out, err } = await runCommand('company', args, {
    NODE_ENV: 'test',
    DATABASE_URL: gateway.databaseUrl,
    CALCOM_API_KEY: 'cal_test_demo_salon',
    CALCOM_BASE_URL: `${gateway.simulator.url}/v2`,
    ENCRYPTION_KEY: encryptionKey,
    DENTAL_CALCOM_API_KEY: 'cal_test_dental_practice',
    DENTAL_CALCOM_WEBHOOK_SECRET: 'whsec_dental',
    WORKSHOP_CALCOM_API_KEY: 'cal_test_workshop',
    WORKSHOP_CALCOM_WEBHOOK_SECRET: 'whsec_workshop',
  })
  return { code, output: out + err }
}

interface Example {
  file: string
  args: string[]
  to: string
  agentId: string
  wish: { service: string; date: string; time: string }
  /** A time at which this service is not to be had. */
  never: string
  eventTypeId: number
}

const examples: Example[] = [
  {
    file: 'salon',
    args: ['--company', '1'],
    to: salon.mitte,
    agentId: salon.agent,
    wish: { service: 'Herrenschnitt', date: '27.11.2026', time: '10:00' },
    never: '07:00',
    eventTypeId: 2563101,
  },
  {
    file: 'dental-practice',
    args: [],
    to: '+498999998010',
    agentId: 'agent_zahnarzt_am_park',
    wish: { service: 'Durchsicht', date: '27.11.2026', time: '09:00' },
    never: '14:00',
    eventTypeId: 7710101,
  },
  {
    file: 'workshop',
    args: [],
    to: '+494066969010',
    agentId: 'agent_werkstatt_brandt',
    wish: { service: 'Kleine Inspektion', date: '30.11.2026', time: '08:00' },
    // The car is brought in the morning.
    never: '11:00',
    eventTypeId: 7720101,
  },
]

test.each(examples)(
  '$file: applied, again is nothing, and a caller books',
  async (example) => {
    const path = pathOf(`companies/${example.file}.yaml`)
    const applied = await company('apply', path, ...example.args)
    expect(applied, applied.output).toMatchObject({ code: 0 })
    expect(await company('plan', path)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/nothing would change\.\n$/),
    })

    const { to, agentId, wish, never } = example
    const call = { callId: newCallId(), from: '+4915112340077', to, agentId }
    expect((await gateway.event('call_started', call)).statusCode).toBe(200)
    expect(await gateway.call('initialize_call', {}, call)).toMatchObject({ success: true })
    expect(await gateway.call('check_availability', { ...wish, time: never }, call)).toMatchObject({
      available: false,
    })
    expect(await gateway.call('check_availability', wish, call)).toMatchObject({
      success: true,
      available: true,
    })
    const started = await gateway.call('start_booking', { ...wish, name: 'Erika Muster' }, call)
    expect(started).toMatchObject({ success: true, requires_confirmation: true })
    const args = { booking_id: started.booking_id, confirmed: true }
    expect(await gateway.call('confirm_booking', args, call)).toMatchObject({ success: true })
    expect(gateway.simulator.control.bookings().map(({ eventTypeId }) => eventTypeId)).toContain(
      example.eventTypeId,
    )
  },
  120_000,
)

test('rules of one service hold: a new patient comes no sooner than in a day, a pain does', async () => {
  const call = {
    callId: newCallId(),
    from: '+4915112340078',
    to: '+498999998010',
    agentId: 'agent_zahnarzt_am_park',
  }
  const tomorrowEarly = { date: '25.11.2026', time: '08:15' }
  expect(
    await gateway.call('start_booking', { ...tomorrowEarly, service: 'Neupatient', name: 'Erika Neu' }, call),
  ).toMatchObject({ success: false })
  expect(
    await gateway.call(
      'start_booking',
      { ...tomorrowEarly, service: 'Zahnschmerzen', name: 'Erika Neu' },
      call,
    ),
  ).toMatchObject({ success: true })
})

test('callers hear what the file says of closures, holidays and facts', async () => {
  const call = { callId: newCallId(), to: '+498999998010', agentId: 'agent_zahnarzt_am_park' }
  const hours = async (date: string) => (await gateway.call('get_opening_hours', { date }, call)).message
  expect(await hours('28.12.2026')).toContain('haben wir geschlossen: Praxisferien')
  expect(await hours('15.8.2027')).toContain('Mariä Himmelfahrt')
  expect(await gateway.call('get_business_info', { question: 'Behandeln Sie Kinder?' }, call)).toMatchObject({
    message: expect.stringContaining('Kinder behandeln wir ab drei Jahren.'),
  })
})

test('companies/schema.json is the schema that files are read with', async () => {
  expect(JSON.parse(await readFile(pathOf('companies/schema.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(companyJsonSchema())),
  )
})

test('every example names the schema for editors and is right', async () => {
  const paths = examples.map(({ file }) => pathOf(`companies/${file}.yaml`))
  for (const path of paths)
    expect(await readFile(path, 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/)
  expect(await company('check', ...paths)).toMatchObject({ code: 0 })
}, 60_000)
