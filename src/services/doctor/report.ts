/** What the doctor says: one finding, and how findings are ordered and told. */

/** error: callers are not served rightly; warning: something will go wrong or already goes worse than it need; hint: worth knowing. */
export type Severity = 'error' | 'warning' | 'hint'

export interface DoctorFinding {
  /** Stable, for whoever reads the JSON. */
  code: string
  severity: Severity
  /** null: the whole installation. */
  company_id: number | null
  /** One sentence: what is wrong and what follows. Names services, branches and event types; never a customer or a secret. */
  message: string
  /** One sentence: what to do. */
  remedy: string
}

/** Notes a finding of whatever is being looked at. */
export type Add = (severity: Severity, code: string, message: string, remedy: string) => void

const order: readonly Severity[] = ['error', 'warning', 'hint']

/** The installation's first, then by company, each with what is worst first. */
export function inOrder(findings: readonly DoctorFinding[]): DoctorFinding[] {
  return findings.toSorted(
    (a, b) =>
      (a.company_id ?? 0) - (b.company_id ?? 0) || order.indexOf(a.severity) - order.indexOf(b.severity),
  )
}
