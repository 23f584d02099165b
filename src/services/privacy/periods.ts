/**
 * How long which kind of data is kept, and why the defaults are what they are:
 *  transcripts 30 days    a complaint about a call ("so war das nicht") comes within days; what was said is the most personal there is
 *  arguments 30 days      function arguments and answers, drafts: as above, and enough to find a mistake of ours
 *  messages 90 days       callbacks, mails, Cal.com's webhooks, notes and reasons: until a quarter's appointments are over and settled
 *  call facts 365 days    who called when: a year, for invoices and comparison with the year before; then only the figures stay
 *  recordings none        nothing here needs them; § 201 StGB makes each one a risk
 *  inactive customers 24 months  a regular who comes once a year is still known; after two years nobody expects it
 * A company of before these kinds keeps its one number of days for all of them until its own are released.
 */
import type { Company } from '../../db/generated/client.ts'

/** Days; null: for ever. Recordings of 0 days are not stored at all. */
export interface Periods {
  transcripts: number
  arguments: number
  messages: number
  callFacts: number | null
  recordings: number
  /** Months without an appointment and a call. */
  inactiveMonths: number | null
}

type Kept = Pick<
  Company,
  | 'retentionDays'
  | 'keepTranscriptsDays'
  | 'keepArgumentsDays'
  | 'keepMessagesDays'
  | 'keepCallFactsDays'
  | 'keepRecordingsDays'
  | 'keepInactiveMonths'
>

/** What a company wants, whether released or not. */
export function wantedPeriods(company: Kept): Periods {
  const { retentionDays } = company
  return {
    transcripts: company.keepTranscriptsDays ?? retentionDays,
    arguments: company.keepArgumentsDays ?? retentionDays,
    messages: company.keepMessagesDays ?? retentionDays,
    callFacts: company.keepCallFactsDays,
    recordings: company.keepRecordingsDays ?? retentionDays,
    inactiveMonths: company.keepInactiveMonths,
  }
}

/** What holds now. */
export function periodsOf(company: Kept & Pick<Company, 'retentionReleasedAt'>): Periods {
  if (company.retentionReleasedAt !== null) return wantedPeriods(company)
  const { retentionDays } = company
  return {
    transcripts: retentionDays,
    arguments: retentionDays,
    messages: retentionDays,
    callFacts: null,
    recordings: retentionDays,
    inactiveMonths: null,
  }
}
