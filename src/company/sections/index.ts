/** All sections of a company, in the order in which they are written. */
import { absences } from './absences.ts'
import { branches } from './branches.ts'
import { closures } from './closures.ts'
import { company } from './company.ts'
import { connection } from './connection.ts'
import { numbers } from './numbers.ts'
import { policies } from './policies.ts'
import type { Section } from './section.ts'
import { services } from './services.ts'
import { staff } from './staff.ts'

export const sections: readonly Section[] = [
  connection,
  company,
  branches,
  numbers,
  staff,
  services,
  policies,
  closures,
  absences,
]

export function sectionOf(kind: Section['kind']): Section {
  return sections.find((section) => section.kind === kind)!
}
