/**
 * The example companies: a salon with two branches, and a practice under another key that must never show up in the
 * salon's answers. The database seed mirrors these ids. The salon's forms take callers without an email address, the
 * practice keeps Cal.com's default, which demands one.
 */
import { exampleAccounts } from './seed-examples.ts'
import { phoneFields } from './state.ts'
import type { EventTypeInput, HostInput, Seed } from './types.ts'

const tuesdayToFriday = [2, 3, 4, 5]
const mondayToFriday = [1, 2, 3, 4, 5]

const mitteHost = (id: number, name: string, lunch: string, lunchEnds: string): HostInput => ({
  id,
  name,
  timeZone: 'Europe/Berlin',
  workingHours: [
    { days: tuesdayToFriday, start: '09:00', end: '18:00' },
    { days: [6], start: '09:00', end: '14:00' },
  ],
  breaks: [{ days: tuesdayToFriday, start: lunch, end: lunchEnds }],
})

const salonType = (
  teamId: number,
  id: number,
  title: string,
  lengthInMinutes: number,
  hosts: number[],
  more: Partial<EventTypeInput> = {},
): EventTypeInput => ({
  id,
  title,
  lengthInMinutes,
  hosts,
  teamId,
  schedulingType: 'roundRobin',
  slotInterval: 15,
  bookingFields: phoneFields(),
  ...more,
})

const mitte = 34209
const nord = 34210
const everyoneInMitte = [501, 502, 503]

/** Both companies, and those of the example files, with hosts, hours and event types; a fresh copy each time. */
export function salonSeed(): Seed {
  return {
    accounts: [
      {
        id: 'demo-salon',
        apiKeys: ['cal_test_demo_salon'],
        user: {
          id: 500,
          name: 'Salon Sonnenschein',
          email: 'buchung@salon-sonnenschein.example',
          username: 'salon-sonnenschein',
          timeZone: 'Europe/Berlin',
        },
        teams: [
          { id: mitte, name: 'Salon Sonnenschein Mitte', slug: 'salon-sonnenschein-mitte' },
          { id: nord, name: 'Salon Sonnenschein Nord', slug: 'salon-sonnenschein-nord' },
        ],
        hosts: [
          mitteHost(501, 'Anna Becker', '12:00', '12:30'),
          mitteHost(502, 'Bernd Krause', '12:30', '13:00'),
          mitteHost(503, 'Clara Yilmaz', '13:00', '13:30'),
          {
            id: 504,
            name: 'David Novak',
            timeZone: 'Europe/Berlin',
            workingHours: [{ days: mondayToFriday, start: '10:00', end: '19:00' }],
            breaks: [{ days: mondayToFriday, start: '13:30', end: '14:00' }],
          },
        ],
        eventTypes: [
          salonType(mitte, 2563101, 'Herrenhaarschnitt', 30, everyoneInMitte),
          salonType(mitte, 2563102, 'Damenhaarschnitt', 60, everyoneInMitte),
          salonType(mitte, 2563103, 'Färben', 120, [501, 503], { minimumBookingNotice: 120 }),
          salonType(mitte, 2563104, 'Dauerwelle', 135, [503], { minimumBookingNotice: 120 }),
          salonType(mitte, 2563105, 'Bartpflege', 20, [502]),
          salonType(mitte, 2563106, 'Beratung', 15, everyoneInMitte),
          salonType(mitte, 2563121, 'Herrenhaarschnitt bei Anna', 30, [501]),
          salonType(mitte, 2563122, 'Herrenhaarschnitt bei Bernd', 30, [502]),
          salonType(mitte, 2563131, 'Damenhaarschnitt bei Anna', 60, [501]),
          salonType(mitte, 2563133, 'Damenhaarschnitt bei Clara', 60, [503]),
          salonType(nord, 2563201, 'Herrenhaarschnitt', 30, [504]),
          salonType(nord, 2563202, 'Damenhaarschnitt', 60, [504]),
          salonType(nord, 2563206, 'Beratung', 15, [504]),
        ],
      },
      {
        id: 'other-company',
        apiKeys: ['cal_test_other_company'],
        user: {
          id: 900,
          name: 'Zahnarztpraxis Dr. Weiß',
          email: 'termine@praxis-weiss.example',
          username: 'praxis-weiss',
          timeZone: 'Europe/Berlin',
        },
        teams: [{ id: 99001, name: 'Zahnarztpraxis Dr. Weiß', slug: 'zahnarztpraxis-dr-weiss' }],
        hosts: [
          {
            id: 901,
            name: 'Dr. Ute Weiß',
            timeZone: 'Europe/Berlin',
            workingHours: [{ days: mondayToFriday, start: '08:00', end: '17:00' }],
            breaks: [{ days: mondayToFriday, start: '12:00', end: '12:30' }],
          },
        ],
        eventTypes: [
          {
            id: 7700101,
            title: 'Kontrolle',
            lengthInMinutes: 30,
            teamId: 99001,
            schedulingType: 'roundRobin',
            hosts: [901],
          },
          {
            id: 7700102,
            title: 'Professionelle Zahnreinigung',
            lengthInMinutes: 60,
            teamId: 99001,
            schedulingType: 'roundRobin',
            hosts: [901],
          },
        ],
      },
      ...exampleAccounts(),
    ],
  }
}
