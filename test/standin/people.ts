/** Who calls whom, and for what. */
import { demoCompanies } from '../../src/development/seed-data.ts'
import type { Chance } from './chance.ts'

const firstNames = [
  ...[
    'Karla',
    'Emil',
    'Greta',
    'Anton',
    'Frieda',
    'Oskar',
    'Ida',
    'Bruno',
    'Marta',
    'Konrad',
    'Lotte',
    'Rudolf',
  ],
  ...[
    'Selma',
    'Gustav',
    'Thea',
    'Walter',
    'Elsa',
    'Hugo',
    'Nora',
    'Albert',
    'Paula',
    'Erwin',
    'Rosa',
    'Viktor',
  ],
]
const lastNames = [
  ...[
    'Probst',
    'Reuter',
    'Stark',
    'Thiele',
    'Unger',
    'Vetter',
    'Wiese',
    'Zander',
    'Adler',
    'Busch',
    'Conrad',
  ],
  ...['Dietz', 'Ebert', 'Fuchs', 'Gerber', 'Hauser', 'Imhof', 'Jung', 'Kessler', 'Lorenz', 'Menzel', 'Nagel'],
  ...['Ott', 'Pohl', 'Quast', 'Rieger', 'Seidel', 'Tiedemann', 'Ulrich', 'Voigt', 'Wendt', 'Zorn', 'Arndt'],
]
/** Numbers kept free for films, so nobody owns them. */
const numberRanges = ['+496990009', '+494066969', '+492214710']

/** The n-th caller's name and number; all different up to 792 and 3000. */
export function makePerson(index: number): { name: string; phone: string } {
  const first = firstNames[index % firstNames.length]
  const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length]
  const round = Math.floor(index / (firstNames.length * lastNames.length))
  const double = round === 0 ? '' : `-${lastNames[(index + 7 * round) % lastNames.length]}`
  const range = numberRanges[index % numberRanges.length]
  return {
    name: `${first} ${last}${double}`,
    phone: `${range}${String(Math.floor(index / 3)).padStart(3, '0')}`,
  }
}

export type Line = {
  to: string
  agentId: string
  branch: string
  weekdays: readonly number[]
  services: readonly string[]
  /** People with an event type of their own, by service. */
  staff: Readonly<Record<string, readonly string[]>>
}

/** The dialled numbers, with what can be booked there. */
export const lines: readonly Line[] = demoCompanies.flatMap((company) =>
  company.branches.map(({ name, phoneNumber: to, hours }) => ({
    to,
    agentId: company.agentId,
    branch: name,
    weekdays: Object.keys(hours).map(Number),
    services: company.services
      .filter(({ eventTypeIds }) => name in eventTypeIds)
      .map((service) => service.name),
    staff: staffOf(company, name),
  })),
)

function staffOf(company: (typeof demoCompanies)[number], branch: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { service, branch: at, calcomUserId } of company.staffEventTypes) {
    const person = company.staff.find((each) => each.calcomUserId === calcomUserId)
    if (at !== branch || !person) continue
    found[service] ??= []
    found[service].push(`${person.firstName} ${person.lastName}`)
  }
  return found
}

/** A line: half of the callers ring the busiest branch. */
export function chooseLine(chance: Chance): Line {
  return chance.hits(0.5) ? (lines[0] as Line) : chance.pick(lines)
}
