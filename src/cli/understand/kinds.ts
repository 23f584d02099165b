/** The kinds of words that `npm run -s understand` takes, each with what understands it. */
import { understandEmail, understandName, understandPhone } from './contacts.ts'
import { understandDate, understandTime } from './dates.ts'
import { understandService } from './services.ts'
import { understandStaff } from './staff.ts'
import type { Understanding } from './types.ts'

export const kinds = {
  date: understandDate,
  time: understandTime,
  service: understandService,
  staff: understandStaff,
  name: understandName,
  email: understandEmail,
  phone: understandPhone,
} satisfies Record<string, Understanding>
