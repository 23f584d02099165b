/**
 * The variables a prompt may use from the first second of a call: date words, company, branch and, if the number is known,
 * the customer. Retell wants strings only; what is unknown is left out, never sent empty.
 */
import {
  addDays,
  clockTimeOf,
  germanDate,
  type LocalDay,
  localDayOf,
  sayMonth,
  sayWeekday,
  weekdayOf,
} from '../../german/index.ts'

import { forAgent } from '../../lib/outside-text.ts'

export interface CallerCard {
  companyName: string
  branchName: string
  /** IANA zone of the branch. */
  timeZone: string
  /** Today's hours as they are spoken ("von 9 Uhr bis 18 Uhr", "geschlossen"); null: nobody is sure. */
  hoursToday: string | null
  /** The next day on which it is open, when it is closed today. */
  opensNext: LocalDay | null
  customerName: string | null
  /** E.164; null when withheld. */
  customerPhone: string | null
}

/** The `dynamic_variables` of the call_inbound answer. */
export function dynamicVariables(card: CallerCard, now: Date): Record<string, string> {
  const today = localDayOf(now, card.timeZone)
  const time = clockTimeOf(now, card.timeZone)
  const variables: Record<string, string | null> = {
    heute_datum: germanDate(today),
    current_date: germanDate(today),
    current_weekday: sayWeekday(today),
    day_name: sayWeekday(today),
    day_of_week: sayWeekday(today),
    current_time: time,
    current_year: today.slice(0, 4),
    current_month: sayMonth(today),
    morgen: spelled(addDays(today, 1)),
    uebermorgen: spelled(addDays(today, 2)),
    naechster_montag: spelled(addDays(today, 8 - weekdayOf(today))),
    company_name: card.companyName,
    branch_name: card.branchName,
    oeffnungszeiten_heute: card.hoursToday,
    naechster_offener_tag: card.opensNext === null ? null : spelled(card.opensNext),
    customer_name: card.customerName,
    customer_phone: card.customerPhone,
  }
  // They become a part of the prompt: nothing in them may act upon it.
  return Object.fromEntries(
    Object.entries(variables)
      .map(([name, value]): [string, string] => [name, value === null ? '' : forAgent(value)])
      .filter(([, value]) => value !== ''),
  )
}

function spelled(day: LocalDay): string {
  return `${sayWeekday(day)}, ${germanDate(day)}`
}
