/** What people of the console may do: a role per company, or per branch of it. */

/** operator: the installation; agency: sets up several companies; reader: looks, without what callers said. */
export const roles = ['operator', 'agency', 'owner', 'receptionist', 'reader'] as const
export type Role = (typeof roles)[number]

/**
 * see: calls, callbacks, appointments in short; transcripts: what was said and asked word by word; callbacks, appointments, customers:
 * to work on them; figures, settings: to read and to change them; system: the installation.
 */
export type Right =
  | 'see'
  | 'transcripts'
  | 'callbacks'
  | 'appointments'
  | 'customers'
  | 'figures'
  | 'settings'
  | 'system'

/** Everything within a company. */
const whole = [
  'see',
  'transcripts',
  'callbacks',
  'appointments',
  'customers',
  'figures',
  'settings',
] as const satisfies readonly Right[]

const rights: Record<Role, ReadonlySet<Right>> = {
  operator: new Set<Right>([...whole, 'system']),
  agency: new Set<Right>(whole),
  owner: new Set<Right>(whole),
  receptionist: new Set<Right>(['see', 'transcripts', 'callbacks', 'appointments', 'customers']),
  reader: new Set<Right>(['see', 'figures']),
}

/** Whether a role has a right. */
export function mayDo(role: Role, right: Right): boolean {
  return rights[role].has(right)
}

/** What somebody may see of one company. */
export interface CompanyAccess {
  companyId: number
  role: Role
  /** Null: all. */
  branchIds: readonly string[] | null
}

/** What somebody may see at all. */
export interface Access {
  /** Every company, with every right. */
  isOperator: boolean
  companies: readonly CompanyAccess[]
}

/** From the rows of memberships. Where a company's rows say different roles, the one with the fewest rights counts. */
export function accessOf(
  memberships: ReadonlyArray<{ companyId: number | null; branchId: string | null; role: string }>,
): Access {
  const companies = new Map<number, CompanyAccess>()
  for (const { companyId, branchId, role } of memberships) {
    if (companyId === null || !isRole(role)) continue
    const before = companies.get(companyId)
    const branchIds = branchId === null ? null : [branchId]
    companies.set(companyId, {
      companyId,
      role: before && rights[before.role].size < rights[role].size ? before.role : role,
      branchIds:
        before === undefined
          ? branchIds
          : before.branchIds === null || branchIds === null
            ? null
            : [...before.branchIds, ...branchIds],
    })
  }
  return {
    isOperator: memberships.some(({ companyId, role }) => companyId === null && role === 'operator'),
    companies: [...companies.values()].sort((a, b) => a.companyId - b.companyId),
  }
}

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text)
}
