/**
 * The public holidays of the sixteen Bundesländer, as their holiday acts have them in 2026. Heiligabend and Silvester are none anywhere. Limit: what holds in some municipalities only is
 * taken for the whole state if most have it (Mariä Himmelfahrt in Bavaria), else left out (Fronleichnam in Saxony and Thuringia, the
 * Friedensfest of Augsburg); so are days that are free once (8 May 2025 in Berlin). A business states the difference as a closure.
 */
import { dayOffAmong } from './holidays.ts'
import type { LocalDay } from './types.ts'

/** ISO 3166-2:DE without the country, with the name as it is written. */
export const federalStates = {
  BW: 'Baden-Württemberg',
  BY: 'Bayern',
  BE: 'Berlin',
  BB: 'Brandenburg',
  HB: 'Bremen',
  HH: 'Hamburg',
  HE: 'Hessen',
  MV: 'Mecklenburg-Vorpommern',
  NI: 'Niedersachsen',
  NW: 'Nordrhein-Westfalen',
  RP: 'Rheinland-Pfalz',
  SL: 'Saarland',
  SN: 'Sachsen',
  ST: 'Sachsen-Anhalt',
  SH: 'Schleswig-Holstein',
  TH: 'Thüringen',
} as const

export type FederalState = keyof typeof federalStates

const everywhere =
  'newYear goodFriday easterMonday labourDay ascension whitMonday unity christmas boxingDay'.split(' ')

const ofState: Record<FederalState, string> = {
  BW: 'epiphany corpusChristi allSaints',
  BY: 'epiphany corpusChristi assumption allSaints',
  BE: 'womensDay',
  BB: 'easter whitsun reformation',
  HB: 'reformation',
  HH: 'reformation',
  // The Hessian act makes holidays of all Sundays; these two are asked about by name.
  HE: 'easter whitsun corpusChristi',
  MV: 'womensDay reformation',
  NI: 'reformation',
  NW: 'corpusChristi allSaints',
  RP: 'corpusChristi allSaints',
  SL: 'corpusChristi assumption allSaints',
  SN: 'reformation repentance',
  ST: 'epiphany reformation',
  SH: 'reformation',
  TH: 'childrensDay reformation',
}

/** The public holiday that a day is in a Bundesland, as spoken after "ist" ("Karfreitag", "der Tag der Arbeit"); else null. */
export function publicHolidayOn(day: LocalDay, state: FederalState): string | null {
  return dayOffAmong(day, [...everywhere, ...ofState[state].split(' ')])
}
