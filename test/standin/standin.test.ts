/** The judge is judged: the stand-in keeps its own rules, and what must be counted is counted. */
import { expect, onTestFinished, test } from 'vitest'
import { StandIn } from './calcom.ts'
import { type Booking, Calendar } from './calendar.ts'
import { eventTypes } from './catalog.ts'
import type { Driver } from './driver.ts'
import { type CountName, judge, type Row } from './judge.ts'
import { Ledger, note } from './ledger.ts'

const day = 24 * 3_600_000
const herrenschnitt = eventTypes.get(2563101)!
/** A Wednesday at 9 in Berlin, ahead of any clock that this runs by. */
const start = nextWednesday()

function nextWednesday(): number {
  const at = new Date(Math.ceil(Date.now() / day) * day + 7 * day)
  while (at.getUTCDay() !== 3) at.setTime(at.getTime() + day)
  return at.getTime() + 11 * 3_600_000
}

function attendee(name: string) {
  return { name, timeZone: 'Europe/Berlin', phoneNumber: '+496990009001' }
}

async function startStandIn() {
  const standIn = new StandIn({ seed: 1, apiKey: 'cal_test', slowMs: 10, requestsPerMinute: 1000 })
  standIn.faults.active = false
  const url = await standIn.start()
  onTestFinished(() => standIn.stop())
  const ask = async (method: string, path: string, version: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...{ 'cal-api-version': version, authorization: 'Bearer cal_test' },
        ...{ 'content-type': 'application/json' },
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as { data?: Record<string, unknown> } }
  }
  return { standIn, ask }
}

test('a host is never booked twice, whatever the length', () => {
  const calendar = new Calendar(1)
  const types = [herrenschnitt, eventTypes.get(2563102)!, eventTypes.get(2563121)!]
  for (let step = 0; step < 400; step += 1) {
    const type = types[step % types.length]!
    try {
      calendar.book({
        type,
        start: start + (step % 12) * 900_000,
        attendee: attendee(`N ${step}`),
        origin: 'api',
      })
    } catch {
      // Taken, as it must be after a while.
    }
  }
  const live = calendar.live()
  const clashes = live.filter((one, index) =>
    live.slice(index + 1).some((o) => o.host.id === one.host.id && o.start < one.end && one.start < o.end),
  )
  expect(live.length).toBeGreaterThan(5)
  expect(clashes).toEqual([])
})

test('its own answers fit the OpenAPI document, and a request that does not is counted', async () => {
  const { standIn, ask } = await startStandIn()
  const input = {
    start: new Date(start).toISOString(),
    eventTypeId: herrenschnitt.id,
    attendee: attendee('Karla Probst'),
  }
  const created = await ask('POST', '/bookings', '2024-08-13', input)
  expect(created.status).toBe(201)
  const uid = created.body.data?.uid
  const later = new Date(start + 3_600_000).toISOString()
  const moved = await ask('POST', `/bookings/${uid}/reschedule`, '2024-08-13', { start: later })
  expect(moved.status).toBe(201)
  expect(moved.body.data?.rescheduledFromUid).toBe(uid)
  const cancelled = await ask('POST', `/bookings/${moved.body.data?.uid}/cancel`, '2024-08-13', {
    cancellationReason: 'x',
  })
  expect(cancelled.body.data?.status).toBe('cancelled')
  const range = `start=${new Date(start).toISOString()}&end=${later}&timeZone=Europe/Berlin`
  for (const [path, version] of [
    [`/slots?eventTypeId=${herrenschnitt.id}&${range}`, '2024-09-04'],
    ['/bookings?take=10&status=upcoming,cancelled', '2024-08-13'],
    [`/bookings/${uid}`, '2024-08-13'],
    ['/event-types', '2024-06-14'],
    ['/teams/34209/event-types', ''],
    ['/teams', ''],
    ['/me', ''],
  ] as const)
    expect([path, (await ask('GET', path, version)).status]).toEqual([path, 200])
  expect([...standIn.checks.violations]).toEqual([])

  const wrong = await ask('POST', '/bookings', '2024-08-13', { ...input, teamId: 1 })
  expect(wrong.status).toBe(400)
  expect((await ask('GET', '/bookings', '2024-06-14')).status).toBe(404)
  expect(standIn.checks.violations.size).toBeGreaterThan(1)
})

type Scene = { standIn: StandIn; ledger: Ledger; rows: Row[] }

/** The counts of a scene, by name. */
function countsOf({ standIn, ledger, rows }: Scene): CountName[] {
  const driver = { ledger, downs: [] } as unknown as Driver
  const found = judge(standIn, driver, {
    appointments: rows,
    callbacks: [],
    openAttempts: [],
    openWebhooks: [],
  })
  return found.map(({ count }) => count)
}

function scene(): Scene & { book: (minutesLater?: number) => Booking; person: ReturnType<Ledger['enter']> } {
  const standIn = new StandIn({ seed: 1, apiKey: 'cal_test', slowMs: 10, requestsPerMinute: 1000 })
  const ledger = new Ledger()
  const person = ledger.enter('Karla Probst', '+496990009001')
  const rows: Row[] = []
  const book = (minutesLater = 0) => {
    const at = start + minutesLater * 60_000
    const booking = standIn.calendar.book({
      ...{ type: herrenschnitt, start: at, attendee: attendee('Karla Probst'), origin: 'api' },
    })
    rows.push({
      ...{ id: String(rows.length + 1), company_id: 1, status: 'scheduled', calcom_uid: booking.uid },
      ...{
        start: new Date(at),
        attendee_name: 'Karla Probst',
        source: 'retell_webhook',
        sync_state: 'in_sync',
      },
      call_id: null,
    })
    return booking
  }
  return { standIn, ledger, rows, book, person }
}

test('what was said and what is there: nothing is counted where they agree', () => {
  const all = scene()
  all.book()
  note(all.person, start, 'live', 'confirm_booking')
  expect(countsOf(all)).toEqual([])
})

test.each<[CountName, (all: ReturnType<typeof scene>) => void]>([
  ['said booked, nothing there, nobody told', ({ person }) => note(person, start, 'live', 'said')],
  [
    'second live booking of one person and time',
    ({ person, book }) => {
      book()
      book(15)
      note(person, start, 'live', 'said')
      note(person, start + 900_000, 'live', 'said')
    },
  ],
  [
    'refused as taken, but ours lives',
    ({ person, book }) => {
      book()
      note(person, start, 'refused', 'said')
    },
  ],
  ['lives, but nobody asked for it', ({ book }) => void book()],
  [
    'said cancelled, but lives',
    ({ person, book }) => {
      book()
      note(person, start, 'gone', 'said')
    },
  ],
  [
    'live booking of ours without its row',
    ({ person, book, rows }) => {
      book()
      rows.pop()
      note(person, start, 'live', 'said')
    },
  ],
  [
    'live booking of ours without its row',
    ({ person, book, standIn }) => {
      standIn.calendar.moveInPlace(book(), start + 7_200_000)
      note(person, start, 'live', 'said')
    },
  ],
  [
    'row without its live booking',
    ({ person, book, standIn }) => {
      standIn.calendar.cancel(book(), 'api', 'x')
      note(person, start, 'gone', 'said')
    },
  ],
])('counted: %s', (name, arrange) => {
  const all = scene()
  arrange(all)
  expect(countsOf(all)).toEqual([name])
})
