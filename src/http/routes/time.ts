/** The time in Berlin for prompts of older agents. Public: it tells nothing about anybody. */
import type { FastifyInstance } from 'fastify'
import { clockTimeOf, germanDate, isoWeekOf, localDayOf, sayWeekday } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'

const zone = 'Europe/Berlin'

/** `GET /api/zeitinfo`: date (d.m.Y), time, weekday, iso_date, week_number. */
export async function timeRoutes(scope: FastifyInstance, { clock }: { clock: Clock }): Promise<void> {
  scope.get('/api/zeitinfo', async () => {
    const now = clock.now()
    const today = localDayOf(now, zone)
    return {
      date: germanDate(today),
      time: clockTimeOf(now, zone),
      weekday: sayWeekday(today),
      iso_date: today,
      week_number: isoWeekOf(today),
    }
  })
}
