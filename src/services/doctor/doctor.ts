/**
 * Compares what is set up with the world outside: the one place that knows how a set-up can be wrong. Looks only, unless told to fix;
 * every finding says what follows and what to do.
 */
import type { Database } from '../../db/database.ts'
import type { Cache } from '../../lib/cache/cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Catalogue, readCatalogue } from '../catalogue.ts'
import { type AgentDeps, openAgentChecks } from './agent.ts'
import { type CalendarDeps, checkCalendar } from './calendar.ts'
import { askCanary, type CanaryDeps, seenDrift } from './canary.ts'
import { daysAhead } from './days-ahead.ts'
import { type DoctorFinding, inOrder } from './report.ts'
import { checkSetUp } from './set-up.ts'

export interface DoctorReport {
  findings: DoctorFinding[]
  /** What was put right, a sentence each. */
  fixed: string[]
}

type Deps = CalendarDeps &
  CanaryDeps & {
    agents: Omit<AgentDeps, 'publicUrl' | 'clock'>
    database: Pick<Database, 'ping' | 'tenancy'>
    cache: Pick<Cache, 'ping'>
    /** Tries the mail server: null, or why it would not take mails; undefined where none is configured. */
    mailServer: (() => Promise<string | null>) | undefined
    redisConfigured: boolean
    production: boolean
    clock: Clock
  }

/** A company, as far as it says what Cal.com is asked about. */
interface Calendared {
  company: { calcomConnectionId: string | null; timeZone: string }
  branches: ReadonlyArray<{ calcomTeamId: number | null }>
}

const clockOffMaxMs = 5_000

export class Doctor {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** In: one company or all; whether to fix what can be fixed. @throws RangeError when there is no such company. */
  async run({
    companyId = null,
    fix = false,
  }: {
    companyId?: number | null
    fix?: boolean
  } = {}): Promise<DoctorReport> {
    const findings = await this.#checkInstallation()
    const fixed: string[] = []
    const companies = await this.#loadSetUps(companyId)
    if (companies.length === 0) {
      if (companyId !== null) throw new RangeError(`There is no company ${companyId}.`)
      findings.push({
        ...{ code: 'no_company', severity: 'error', company_id: null },
        message: 'There is no company, so that no call can be answered.',
        remedy: 'Set one up, see the README.',
      })
    }
    const { agents, publicUrl, clock } = this.#deps
    const atRetell = await openAgentChecks({ ...agents, publicUrl, clock })
    findings.push(...atRetell.findings)
    const mailServer = this.#deps.mailServer !== undefined || !this.#deps.production
    for (const setUp of companies) {
      findings.push(...checkSetUp(setUp, { mailServer }))
      findings.push(...daysAhead(setUp.catalogue, this.#deps.clock.now()))
      const calendar = await checkCalendar(this.#deps, setUp, { fix })
      findings.push(...calendar.findings, ...(await atRetell.check(setUp)))
      fixed.push(...calendar.fixed)
    }
    findings.push(...(await this.#askCanary(companies)), ...(await seenDrift(this.#deps)))
    return { findings: inOrder(findings), fixed: [...new Set(fixed)] }
  }

  /** Whether Cal.com answers every connection as this version knows it. */
  async askCanary(): Promise<DoctorFinding[]> {
    return this.#askCanary(await this.#loadSetUps(null))
  }

  /** Each connection once, about the first of these companies that uses it. */
  async #askCanary(companies: readonly Calendared[]): Promise<DoctorFinding[]> {
    const asked = new Set<string>()
    const found: DoctorFinding[] = []
    for (const { company, branches } of companies) {
      const connectionId = company.calcomConnectionId ?? 'default'
      if (asked.has(connectionId)) continue
      asked.add(connectionId)
      const team = branches.find(({ calcomTeamId }) => calcomTeamId !== null)?.calcomTeamId ?? null
      const teamId = team ?? (connectionId === 'default' ? this.#deps.teamId : null)
      found.push(...(await askCanary(this.#deps, { connectionId, teamId, timeZone: company.timeZone })))
    }
    return found
  }

  #loadSetUps(companyId: number | null) {
    return this.#deps.database.tenancy.asReport(async (tx) => {
      const companies = await tx.company.findMany({
        where: companyId === null ? {} : { id: companyId },
        select: {
          ...{
            id: true,
            timeZone: true,
            notifyEmail: true,
            missingEmail: true,
            mailbox: true,
            calcomConnectionId: true,
          },
          branches: { include: { openingHours: true, phoneNumbers: true } },
        },
        orderBy: { id: 'asc' },
      })
      const of = { where: { companyId: { in: companies.map(({ id }) => id) } } }
      const services = await tx.service.findMany({
        ...of,
        include: { serviceStaff: true },
        orderBy: { id: 'asc' },
      })
      const staff = await tx.staff.findMany({ ...of, orderBy: { id: 'asc' } })
      const now = this.#deps.clock.now()
      const catalogues = new Map<number, Catalogue>()
      for (const { id } of companies) catalogues.set(id, await readCatalogue(tx, id, now))
      return companies.map(({ branches, ...company }) => ({
        company,
        catalogue: catalogues.get(company.id)!,
        branches,
        services: services.filter((one) => one.companyId === company.id),
        staff: staff.filter((one) => one.companyId === company.id),
      }))
    })
  }

  async #checkInstallation(): Promise<DoctorFinding[]> {
    const { database, cache, mailServer, redisConfigured, production, publicUrl, clock } = this.#deps
    const found: DoctorFinding[] = []
    const add = (severity: DoctorFinding['severity'], code: string, message: string, remedy: string) =>
      found.push({ severity, code, company_id: null, message, remedy })
    const asked = clock.now().getTime()
    const [told] = await database.tenancy.asReport(
      (tx) => tx.$queryRaw<Array<{ now: Date }>>`SELECT clock_timestamp() AS now`,
    )
    const answered = clock.now().getTime()
    const off = Math.max(asked - told!.now.getTime(), told!.now.getTime() - answered)
    if (off > clockOffMaxMs)
      add(
        'error',
        'clock_differs',
        `The clocks of this machine and of PostgreSQL are ${Math.round(off / 1000)} s apart: signatures are refused and holds end at the wrong time.`,
        'Let both take their time from NTP.',
      )
    if (redisConfigured && (await cache.ping()) === undefined)
      add(
        'error',
        'redis_gone',
        'Redis does not answer: limits and free times are each process’s own.',
        'Start it, or correct REDIS_URL.',
      )
    else if (!redisConfigured && production)
      add(
        'hint',
        'redis_missing',
        'There is no Redis: one process is right, several would not share limits and free times.',
        'Set REDIS_URL before a second process is started.',
      )
    if (mailServer === undefined) {
      if (production)
        add(
          'error',
          'mail_server_missing',
          'Callback requests reach nobody but npm run callbacks, and no mail goes out: SMTP_URL is not set.',
          'Set SMTP_URL.',
        )
    } else {
      const why = await mailServer()
      if (why !== null)
        add(
          'error',
          'mail_server_refuses',
          `The mail server does not take mails (${why}): they wait.`,
          'Correct SMTP_URL, or start the server.',
        )
    }
    if (publicUrl === null)
      add(
        'hint',
        'public_url_missing',
        'PUBLIC_URL is not set: links in mails and addresses of webhooks cannot be told.',
        'Set it to the https address of this gateway.',
      )
    return found
  }
}
