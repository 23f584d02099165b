/** What a data protection officer asks about one company, in figures: settings, periods, evidence, deletions, requests. No personal data. */
import type { Tenancy } from '../../db/tenancy.ts'
import { type Periods, periodsOf, wantedPeriods } from './periods.ts'

export interface PrivacyReport {
  company: string
  running: Periods
  wanted: Periods
  storesTranscripts: boolean
  hasDisclosure: boolean
  customers: { known: number; erased: number }
  calls: { all: number; withTranscript: number; withRecording: number }
  /** Calls by what their evidence says, such as 'disclosure told'. */
  evidence: Record<string, number>
  /** Marks by kind, reason and vendor's state. */
  deletions: Record<string, number>
  requests: { open: number; overdue: number; done: number }
  sensitiveNotes: number
  /** Audit entries about persons, by action. */
  audit: Record<string, number>
}

/** Reads it as one company. Null: there is none of that number. */
export function loadPrivacyReport(
  tenancy: Pick<Tenancy, 'run'>,
  companyId: number,
  now: Date,
): Promise<PrivacyReport | null> {
  return tenancy.run(companyId, async (tx) => {
    const company = await tx.company.findUnique({ where: { id: companyId } })
    if (company === null) return null
    const where = { companyId }
    const told = await tx.callEvidence.groupBy({ by: ['disclosure'], where, _count: true })
    const answered = await tx.callEvidence.groupBy({ by: ['recordingAnswer'], where, _count: true })
    const marks = await tx.erasureMark.groupBy({ by: ['kind', 'reason', 'vendorState'], where, _count: true })
    const audit = await tx.auditLog.groupBy({
      by: ['action'],
      where: { companyId, entity: 'customer' },
      _count: true,
    })
    const requests = { companyId, kind: 'privacy' }
    return {
      company: company.name,
      running: periodsOf(company),
      wanted: wantedPeriods(company),
      storesTranscripts: company.storeTranscripts,
      hasDisclosure: company.disclosure !== null,
      customers: {
        known: await tx.customer.count({ where: { companyId, erasedAt: null } }),
        erased: await tx.customer.count({ where: { companyId, erasedAt: { not: null } } }),
      },
      calls: {
        all: await tx.call.count({ where }),
        withTranscript: await tx.call.count({ where: { companyId, transcript: { not: null } } }),
        withRecording: await tx.call.count({ where: { companyId, recordingUrl: { not: null } } }),
      },
      evidence: Object.fromEntries([
        ...told.map(({ disclosure, _count }) => [`disclosure ${disclosure}`, _count]),
        ...answered.map(({ recordingAnswer, _count }) => [
          `recording ${recordingAnswer ?? 'not spoken of'}`,
          _count,
        ]),
      ]),
      deletions: Object.fromEntries(
        marks.map(({ kind, reason, vendorState, _count }) => [`${kind} ${reason}: ${vendorState}`, _count]),
      ),
      requests: {
        open: await tx.callbackRequest.count({ where: { ...requests, status: 'open' } }),
        overdue: await tx.callbackRequest.count({
          where: { ...requests, status: 'open', dueAt: { lt: now } },
        }),
        done: await tx.callbackRequest.count({ where: { ...requests, status: 'done' } }),
      },
      sensitiveNotes: await tx.appointment.count({ where: { companyId, notesSensitive: true } }),
      audit: Object.fromEntries(audit.map(({ action, _count }) => [action, _count])),
    }
  })
}
