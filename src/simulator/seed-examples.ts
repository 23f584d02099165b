/** The accounts of companies/dental-practice.yaml and companies/workshop.yaml: hosts, hours and event types that those files name. */
import { phoneFields } from './state.ts'
import type { EventTypeInput, HostInput, Seed } from './types.ts'

const mondayToFriday = [1, 2, 3, 4, 5]
const mondayToThursday = [1, 2, 3, 4]

const host = (
  id: number,
  name: string,
  workingHours: HostInput['workingHours'],
  breaks: HostInput['breaks'] = [],
): HostInput => ({ id, name, timeZone: 'Europe/Berlin', workingHours, breaks })

const typesOf =
  (teamId: number) =>
  (
    id: number,
    title: string,
    lengthInMinutes: number,
    hosts: number[],
    more: Partial<EventTypeInput> = {},
  ) => ({
    id,
    title,
    lengthInMinutes,
    hosts,
    teamId,
    schedulingType: 'roundRobin' as const,
    slotInterval: 15,
    bookingFields: phoneFields(),
    ...more,
  })

const dental = typesOf(99101)
const workshop = typesOf(99201)
const practiceHours = [
  { days: mondayToThursday, start: '08:00', end: '18:00' },
  { days: [5], start: '08:00', end: '13:00' },
]
const noon = [{ days: mondayToThursday, start: '12:30', end: '14:00' }]

/** Fresh copies each time. */
export function exampleAccounts(): Seed['accounts'] {
  return [
    {
      id: 'dental-practice',
      apiKeys: ['cal_test_dental_practice'],
      user: {
        id: 910,
        name: 'Zahnarztpraxis am Park',
        email: 'termine@zahnarzt-am-park.example',
        username: 'zahnarzt-am-park',
        timeZone: 'Europe/Berlin',
      },
      teams: [{ id: 99101, name: 'Zahnarztpraxis am Park', slug: 'zahnarzt-am-park' }],
      hosts: [
        host(911, 'Dr. Jana Hoffmann', practiceHours, noon),
        host(912, 'Dr. Emre Aydin', practiceHours, noon),
        host(913, 'Petra Lang', [{ days: mondayToFriday, start: '08:00', end: '13:00' }]),
      ],
      eventTypes: [
        dental(7710101, 'Kontrolle', 20, [911, 912]),
        dental(7710102, 'Zahnreinigung', 60, [913]),
        dental(7710103, 'Neupatient', 60, [911, 912], { minimumBookingNotice: 1_440 }),
        dental(7710104, 'Schmerzen', 20, [911, 912]),
        dental(7710105, 'Zahnersatz Beratung', 45, [911]),
      ],
    },
    {
      id: 'workshop',
      apiKeys: ['cal_test_workshop'],
      user: {
        id: 920,
        name: 'Kfz-Werkstatt Brandt',
        email: 'annahme@werkstatt-brandt.example',
        username: 'werkstatt-brandt',
        timeZone: 'Europe/Berlin',
      },
      teams: [{ id: 99201, name: 'Kfz-Werkstatt Brandt', slug: 'werkstatt-brandt' }],
      hosts: [
        // Cars are handed over in the morning; the work itself needs no appointment of its own.
        host(921, 'Karl Brandt', [{ days: mondayToFriday, start: '07:30', end: '09:30' }]),
        host(922, 'Nina Vogt', [{ days: mondayToFriday, start: '08:00', end: '17:00' }]),
      ],
      eventTypes: [
        workshop(7720101, 'Annahme kleine Inspektion', 15, [921]),
        workshop(7720102, 'Annahme große Inspektion', 15, [921]),
        workshop(7720103, 'Reifenwechsel', 30, [922]),
        workshop(7720104, 'Reifenwechsel mit Einlagerung', 45, [922]),
        workshop(7720105, 'Ölwechsel', 45, [922]),
        workshop(7720106, 'Hauptuntersuchung', 60, [922], { minimumBookingNotice: 240 }),
      ],
    },
  ]
}
