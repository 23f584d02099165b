/**
 * Writes the demonstration companies. May run any number of times: what is there is brought back to what the seed says,
 * customers, calls and appointments stay. Refuses to touch a company 1 or 2 that is somebody else's.
 */
import { DatabaseSetupError } from '../db/errors.ts'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import { demoCompanies, practiceConnectionId } from './seed-data.ts'

type SeedCompany = (typeof demoCompanies)[number]

export type SeedOptions = {
  /** The practice's own Cal.com connection, its secrets encrypted already; used when it has none yet. */
  practiceConnection?: { baseUrl: string; apiKeyEncrypted: string; webhookSecretEncrypted: string }
}

/** Seeds both companies, each in one transaction. @throws DatabaseSetupError when their ids belong to others. */
export async function seedDemo(
  database: { tenancy: Pick<Tenancy, 'asSystem'> },
  options: SeedOptions = {},
): Promise<void> {
  for (const company of demoCompanies) {
    await database.tenancy.asSystem(
      async (tx) => {
        const own = company.isTest ? undefined : options.practiceConnection
        if (own) {
          await tx.calcomConnection.upsert({
            where: { id: practiceConnectionId },
            create: { id: practiceConnectionId, ...own },
            // Sealed anew each time: one that is there stays, its webhook secret is known elsewhere.
            update: {},
          })
        }
        await seedCompany(tx, company, own ? practiceConnectionId : null)
      },
      { transactionTimeoutMs: 60_000 },
    )
  }
}

async function seedCompany(tx: Tx, seed: SeedCompany, calcomConnectionId: string | null): Promise<void> {
  const existing = await tx.company.findUnique({ where: { id: seed.id }, select: { name: true } })
  if (existing && existing.name !== seed.name)
    throw new DatabaseSetupError(
      `Company ${seed.id} is not the demo's "${seed.name}": this database is in real use, nothing was seeded.`,
    )
  const company = {
    name: seed.name,
    isTest: seed.isTest,
    agentName: seed.agentName,
    notifyEmail: seed.notifyEmail,
    mailbox: seed.mailbox,
    facts: { ...seed.facts },
    // Absent, it keeps the connection it has.
    ...(calcomConnectionId === null ? {} : { calcomConnectionId }),
  }
  await tx.company.upsert({ where: { id: seed.id }, create: { id: seed.id, ...company }, update: company })
  // The id was given, not drawn: the next company must not draw it again.
  await tx.$executeRaw`SELECT setval(pg_get_serial_sequence('companies', 'id'), (SELECT max(id) FROM companies))`

  const branchIds = await seedBranches(tx, seed)
  const staffIds = await seedStaff(tx, seed, branchIds)
  const serviceIds = await seedServices(tx, seed, branchIds, staffIds)
  await seedPolicies(tx, seed, serviceIds)
  await tx.closure.deleteMany({ where: { companyId: seed.id } })
  await tx.closure.createMany({
    data: seed.closedYearly.map(({ firstDay, lastDay, reason }) => ({
      companyId: seed.id,
      firstDay: new Date(firstDay),
      lastDay: new Date(lastDay),
      yearly: true,
      reason,
      reasonSpoken: reason !== null,
    })),
  })
  for (const customer of seed.customers) {
    const known = await tx.customer.findFirst({
      where: { companyId: seed.id, phone: customer.phone, name: customer.name },
      select: { id: true },
    })
    if (!known) await tx.customer.create({ data: { companyId: seed.id, source: 'seed', ...customer } })
  }
}

async function seedBranches(tx: Tx, seed: SeedCompany): Promise<Map<string, string>> {
  const companyId = seed.id
  for (const branch of seed.branches) {
    const row = {
      name: branch.name,
      spokenNames: [...branch.spokenNames],
      address: branch.address,
      calcomTeamId: branch.calcomTeamId,
      federalState: branch.federalState,
      facts: { ...branch.facts },
    }
    await tx.branch.upsert({
      where: { id: branch.id },
      create: { id: branch.id, companyId, ...row },
      update: row,
    })
    await tx.openingHour.deleteMany({ where: { companyId, branchId: branch.id } })
    await tx.openingHour.createMany({
      data: Object.entries(branch.hours).map(([weekday, [opensAt, closesAt]]) => ({
        companyId,
        branchId: branch.id,
        weekday: Number(weekday),
        opensAt,
        closesAt,
      })),
    })
    const number = {
      companyId,
      branchId: branch.id,
      agentId: seed.agentId,
      label: `${seed.name} ${branch.name}`,
    }
    await tx.phoneNumber.upsert({
      where: { number: branch.phoneNumber },
      create: { number: branch.phoneNumber, ...number },
      update: number,
    })
  }
  return new Map(seed.branches.map(({ name, id }) => [name, id]))
}

async function seedStaff(
  tx: Tx,
  seed: SeedCompany,
  branchIds: Map<string, string>,
): Promise<Map<number, number>> {
  const companyId = seed.id
  const ids = new Map<number, number>()
  for (const { calcomUserId, firstName, lastName, branch } of seed.staff) {
    const row = { firstName, lastName, branchId: branchIds.get(branch)! }
    const known = await tx.staff.findFirst({ where: { companyId, calcomUserId }, select: { id: true } })
    const { id } = known
      ? await tx.staff.update({ where: { id: known.id }, data: row, select: { id: true } })
      : await tx.staff.create({ data: { companyId, calcomUserId, ...row }, select: { id: true } })
    ids.set(calcomUserId, id)
  }
  return ids
}

/** Returns the ids of each service's rows (one per branch) by its name. */
async function seedServices(
  tx: Tx,
  seed: SeedCompany,
  branchIds: Map<string, string>,
  staffIds: Map<number, number>,
): Promise<Map<string, number[]>> {
  const companyId = seed.id
  const ids = new Map<string, number[]>()
  for (const branch of seed.branches) {
    for (const service of seed.services) {
      const calcomEventTypeId = service.eventTypeIds[branch.name]
      if (calcomEventTypeId === undefined) continue
      const { name, category, description, durationMinutes, priceCents } = service
      const minimumNoticeMinutes = service.minimumNoticeMinutes ?? null
      const row = { name, category, description, durationMinutes, priceCents, minimumNoticeMinutes }
      const { id } = await tx.service.upsert({
        where: { companyId_calcomEventTypeId: { companyId, calcomEventTypeId } },
        create: { companyId, calcomEventTypeId, branchId: branchIds.get(branch.name)!, ...row },
        update: row,
        select: { id: true },
      })
      ids.set(name, [...(ids.get(name) ?? []), id])
      await tx.serviceSynonym.createMany({
        data: service.synonyms.map((synonym) => ({ companyId, serviceId: id, synonym })),
        skipDuplicates: true,
      })
      await tx.serviceStaff.deleteMany({ where: { companyId, serviceId: id } })
      await tx.serviceStaff.createMany({
        data: (service.hosts[branch.name] ?? []).map((calcomUserId) => ({
          companyId,
          serviceId: id,
          staffId: staffIds.get(calcomUserId)!,
          calcomEventTypeId:
            seed.staffEventTypes.find(
              (own) =>
                own.service === name && own.branch === branch.name && own.calcomUserId === calcomUserId,
            )?.eventTypeId ?? null,
        })),
      })
    }
  }
  return ids
}

async function seedPolicies(tx: Tx, seed: SeedCompany, serviceIds: Map<string, number[]>): Promise<void> {
  const companyId = seed.id
  await tx.policy.deleteMany({ where: { companyId } })
  await tx.policy.createMany({
    data: seed.policies.flatMap(({ service, ...rules }) =>
      (service === undefined ? [null] : (serviceIds.get(service) ?? [])).map((serviceId) => ({
        companyId,
        serviceId,
        ...rules,
      })),
    ),
  })
}
