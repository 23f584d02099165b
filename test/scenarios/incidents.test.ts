/**
 * Incidents of production systems that no other test carries by its id, and the proof that every one of the collection is carried
 * by some test's title.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allFunctions } from '../../src/functions/all.ts'
import { scenario } from './play.ts'

const collection = join(import.meta.dirname, '../../docs/incidents.md')

/** Tool names of the flows and agents that are configured already. */
const toolsInTheField = [
  'initialize_call',
  'check_customer',
  'check_availability',
  'get_alternatives',
  'start_booking',
  'confirm_booking',
  'book_appointment',
  'collect_appointment',
  'collect_appointment_data',
  'list_services',
  'get_available_services',
  'query_appointment',
  'query_appointment_by_name',
  'get_customer_appointments',
  'cancel_appointment',
  'reschedule_appointment',
  'request_callback',
  'find_next_available',
  'reserve_slot',
  'release_slot_reservation',
  'get_opening_hours',
  'get_service_info',
  'get_current_context',
  'parse_date',
]

test('I-13: every function that a configured agent calls is routed', () => {
  const registry = allFunctions()
  expect(toolsInTheField.filter((name) => registry.get(name) === undefined)).toEqual([])
})

describe('what is offered is what can be booked', () => {
  scenario(
    'I-19: a service that cannot be booked by phone is a spoken answer, not an unknown function',
    async ({ ring, gateway }) => {
      await gateway.database.tenancy.asSystem((tx) =>
        tx.service.updateMany({ where: { companyId: 1 }, data: { calcomEventTypeId: null } }),
      )
      gateway.clock.advance(61_000)
      for (const name of [
        'get_alternatives',
        'check_availability',
        'find_next_available',
        'get_available_services',
      ]) {
        const answer = await ring().asks(name, {
          date: 'morgen',
          preferred_date: 'morgen',
          service: 'Herrenhaarschnitt',
        })
        expect([name, answer.error]).not.toEqual([name, 'unknown_function'])
      }
    },
  )

  scenario(
    'I-30: an appointment is compared as an instant: 10 Uhr 30 in Berlin is 9:30 UTC',
    async ({ ring, gateway }) => {
      gateway.simulator.control.addBusyTime({
        hostId: 501,
        start: '2026-11-26T09:00:00.000Z',
        end: '2026-11-26T10:00:00.000Z',
      })
      const at = (time: string) =>
        ring().asks('check_availability', {
          date: 'Donnerstag',
          time,
          service: 'Herrenhaarschnitt',
          staff: 'Anna',
        })
      expect((await at('10:30')).available).toBe(false)
      expect((await at('11:00')).available).toBe(true)
    },
  )

  scenario(
    'I-39: overlaps count, back to back is free, another person is no conflict',
    async ({ ring, gateway }) => {
      gateway.simulator.control.addBusyTime({
        hostId: 501,
        start: '2026-11-26T13:30:00.000Z',
        end: '2026-11-26T14:30:00.000Z',
      })
      const at = async (time: string, staff: string) =>
        (
          await ring().asks('check_availability', {
            date: 'Donnerstag',
            time,
            service: 'Damenhaarschnitt',
            staff,
          })
        ).available
      expect(await at('14:15', 'Anna')).toBe(false)
      expect(await at('13:30', 'Anna')).toBe(true)
      expect(await at('15:30', 'Anna')).toBe(true)
      expect(await at('14:15', 'Clara')).toBe(true)
    },
  )

  scenario(
    'I-40: a long service is offered only where its whole length fits, and what is offered can be booked',
    async ({ ring, gateway, bookings }) => {
      gateway.simulator.control.addBusyTime({
        hostId: 503,
        start: '2026-11-26T09:00:00.000Z',
        end: '2026-11-26T11:15:00.000Z',
      })
      const call = ring()
      const slots = (await call.asks('check_availability', { date: 'Donnerstag', service: 'Dauerwelle' }))
        .slots as string[]
      for (const blocked of ['09:00', '09:45', '10:00', '11:00', '12:00'])
        expect(slots).not.toContain(blocked)
      await call.books({ date: 'Donnerstag', time: slots[0], service: 'Dauerwelle' })
      expect(bookings()).toHaveLength(1)
    },
  )
})

scenario(
  'I-42: an event type that needs all of its hosts at once is pointed out by the import',
  async ({ gateway }) => {
    gateway.simulator.control.putEventType({
      id: 2563102,
      title: 'Damenhaarschnitt',
      lengthInMinutes: 60,
      schedulingType: 'collective',
    })
    await gateway.gateway.jobs.eventTypes.runCompany(1)
    const alarm = gateway.lines
      .map((line) => JSON.parse(line))
      .find((line) => line.alarm === 'collective_event_types')
    expect(alarm).toMatchObject({ companyId: 1, eventTypeIds: [2563102] })
  },
)

test('every incident of the collection is in the title of a test', () => {
  const wanted = [...readFileSync(collection, 'utf8').matchAll(/^\*\*(I-\d+)/gm)].map((match) => match[1]!)
  const folder = join(import.meta.dirname, '..')
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n')
  const titles = [
    ...texts.matchAll(/(?:\b(?:test|describe|scenario)(?:\.\w+)*\(|\]\)\()\s*(['"`])([^\n]*?)\1/g),
  ].map((match) => match[2]!)
  const covered = new Set<number>()
  for (const title of titles) {
    for (const [, from = '', to = from] of title.matchAll(/I-(\d+)(?:\s*(?:to|–)\s*I-(\d+))?/g)) {
      for (let id = Number(from); id <= Number(to); id++) covered.add(id)
    }
  }
  expect(wanted.length).toBeGreaterThan(60)
  expect(wanted.filter((id) => !covered.has(Number(id.slice(2))))).toEqual([])
})
