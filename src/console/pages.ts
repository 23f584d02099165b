/** Every page of the console and every form: a new one is added here, and to the navigation if it has an entry (layout.tsx). */

import { appointmentActs } from './appointments/act.ts'
import { appointmentPage, dayPage } from './appointments/pages.tsx'
import { callbackActs } from './callbacks/act.ts'
import { callbacksPage } from './callbacks/page.tsx'
import { callsPage } from './calls/list.tsx'
import { callPage } from './calls/one.tsx'
import { closureActs } from './closures/act.ts'
import { closuresPage } from './closures/pages.tsx'
import { customerPage, customersPage } from './customers/pages.tsx'
import { figuresFile, figuresPage } from './figures/pages.tsx'
import type { Act, Page } from './page.ts'
import { todayPage } from './today/page.tsx'

export const pages: readonly Page[] = [
  todayPage,
  callsPage,
  callPage,
  callbacksPage,
  dayPage,
  appointmentPage,
  customersPage,
  customerPage,
  figuresPage,
  figuresFile,
  closuresPage,
]

export const acts: readonly Act[] = [...callbackActs, ...appointmentActs, ...closureActs]
