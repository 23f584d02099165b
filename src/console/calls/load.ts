/** Calls: a page of the list, and all there is to one. */
import type { Prisma } from '../../db/generated/client.ts'
import { dayBounds } from '../../german/index.ts'
import type { PageContext } from '../page.ts'

const listedMax = 50
const functionsMax = 200
const isDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

export interface Filters {
  /** Local day. */
  day: string
  /** termin, rueckruf, ohne; '' for all. */
  outcome: string
  /** Part of a number or a name. */
  text: string
  /** Only calls that began before this instant: the next page. */
  before: string
}

/** From what the address says; what makes no sense filters nothing. */
export function readFilters(query: Readonly<Record<string, string | undefined>>): Filters {
  const { tag = '', ergebnis = '', suche = '', vor = '' } = query
  return {
    day: isDay.test(tag) && !Number.isNaN(Date.parse(tag)) ? tag : '',
    outcome: ['termin', 'rueckruf', 'ohne'].includes(ergebnis) ? ergebnis : '',
    text: suche.trim().slice(0, 60),
    before: /^\d{4}-[\d-]+T[\d:.]+Z$/.test(vor) && !Number.isNaN(Date.parse(vor)) ? vor : '',
  }
}

/** Newest first; `more` is where the next page begins. */
export async function loadCalls({ see, company, timeZone }: PageContext, filters: Filters) {
  const companyId = company.id
  return see(async (tx) => {
    const bounds = filters.day === '' ? null : dayBounds(filters.day, timeZone)
    const found = await tx.call.findMany({
      where: {
        companyId,
        startTimestamp: {
          not: null,
          ...(bounds && { gte: bounds.start, lt: bounds.end }),
          ...(filters.before !== '' && { lt: earlier(bounds?.end, filters.before) }),
        },
        ...outcomeOf(filters.outcome),
        ...(filters.text === '' ? {} : await matching(filters.text)),
      },
      orderBy: { startTimestamp: 'desc' },
      take: listedMax + 1,
      select: {
        id: true,
        fromNumber: true,
        customerId: true,
        startTimestamp: true,
        durationSec: true,
        status: true,
        appointmentMade: true,
        followUpNeeded: true,
        summary: true,
      },
    })
    const calls = found.slice(0, listedMax)
    const customers = await tx.customer.findMany({
      where: { companyId, id: { in: calls.flatMap(({ customerId }) => customerId ?? []) } },
      select: { id: true, name: true },
    })
    return {
      calls: calls.map((call) => ({
        ...call,
        name: customers.find(({ id }) => id === call.customerId)?.name ?? null,
      })),
      more: found.length > listedMax ? calls.at(-1)!.startTimestamp!.toISOString() : null,
    }

    async function matching(text: string): Promise<Prisma.CallWhereInput> {
      const named = await tx.customer.findMany({
        where: { companyId, name: { contains: text, mode: 'insensitive' } },
        select: { id: true },
        take: 200,
      })
      const digits = text.replace(/\D/g, '').replace(/^0+/, '')
      return {
        OR: [
          { customerId: { in: named.map(({ id }) => id) } },
          ...(digits.length >= 3 ? [{ fromNumber: { contains: digits } }] : []),
        ],
      }
    }
  })
}

function earlier(end: Date | undefined, before: string): Date {
  const at = new Date(before)
  return end !== undefined && end < at ? end : at
}

function outcomeOf(outcome: string): Prisma.CallWhereInput {
  if (outcome === 'termin') return { appointmentMade: true }
  if (outcome === 'rueckruf') return { followUpNeeded: true }
  return outcome === 'ohne' ? { appointmentMade: false, followUpNeeded: false } : {}
}

export type LoadedCall = NonNullable<Awaited<ReturnType<typeof loadCall>>>

/** One call with what was said (for whoever may read it), what the system did, and what came of it. Null: none that is seen. */
export async function loadCall({ see, company, may }: PageContext, id: bigint) {
  const companyId = company.id
  return see(async (tx) => {
    const call = await tx.call.findFirst({
      where: { companyId, id },
      omit: { transcript: true, analysis: true, recordingUrl: true, summary: true },
    })
    if (call === null) return null
    const said = may('transcripts')
      ? await tx.call.findFirst({
          where: { companyId, id },
          select: { transcript: true, summary: true, recordingUrl: true },
        })
      : null
    const ofCall = { companyId, callId: call.retellCallId }
    const appointments = await tx.appointment.findMany({
      where: ofCall,
      orderBy: { appointmentDatetime: 'asc' },
      take: 20,
    })
    return {
      call,
      said,
      functions: await tx.functionCall.findMany({
        where: ofCall,
        orderBy: [{ calledAt: 'asc' }, { number: 'asc' }],
        take: functionsMax,
        // What was asked and answered says what the caller said.
        ...(said === null ? { omit: { arguments: true, answer: true, understood: true, error: true } } : {}),
      }),
      customer:
        call.customerId === null
          ? null
          : await tx.customer.findFirst({
              where: { companyId, id: call.customerId },
              select: { id: true, name: true },
            }),
      appointments,
      services: await tx.service.findMany({
        where: { companyId, id: { in: appointments.map(({ serviceId }) => serviceId) } },
        select: { id: true, name: true },
      }),
      callbacks: await tx.callbackRequest.findMany({ where: ofCall, orderBy: { id: 'asc' }, take: 20 }),
    }
  })
}
