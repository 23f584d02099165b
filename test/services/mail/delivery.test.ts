/** From the fact to the mail that arrives: real PostgreSQL, a real SMTP server, the mails parsed as a mail program does. */
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import type { Tx } from '../../../src/db/tenancy.ts'
import { appointmentNotifications } from '../../../src/jobs/appointment-notifications.ts'
import { businessMail } from '../../../src/jobs/business-mail.ts'
import { sendMail } from '../../../src/jobs/send-mail.ts'
import { AppointmentMails } from '../../../src/services/mail/appointment-mails.ts'
import { BusinessMails } from '../../../src/services/mail/business-mails.ts'
import { readMailFrom } from '../../../src/services/mail/from.ts'
import { MailSender } from '../../../src/services/mail/sender.ts'
import { SmtpServer } from '../../../src/services/mail/smtp.ts'
import { testClock } from '../../helpers/clock.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../../helpers/database.ts'
import { testLog } from '../../helpers/log.ts'
import { startSmtp, type TestSmtp } from '../../helpers/smtp.ts'

const clock = testClock('2026-11-24T08:00:00Z')
const from = readMailFrom('Terminservice <termine@askpro.example>')
const { log, lines } = testLog()
const never = new AbortController().signal
const branchId = '5a10a000-0000-4000-8000-000000000001'

let server: TestDatabase
let database: Database
let owner: Client
let smtp: TestSmtp
let appointmentMails: AppointmentMails
let businessMails: BusinessMails
let mailSender: MailSender

const run = <T>(work: (tx: Tx) => Promise<T>) => database.tenancy.run(1, work)
const newSender = () =>
  new MailSender({ tenancy: database.tenancy, clock, log, smtp: new SmtpServer(smtp.url), from })

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url, 4)
  owner = new Client({ connectionString: server.url })
  await owner.connect()
  smtp = await startSmtp()
  appointmentMails = new AppointmentMails({ tenancy: database.tenancy, clock, from })
  businessMails = new BusinessMails({ tenancy: database.tenancy, clock, from })
})
afterAll(async () => {
  await smtp?.stop()
  await owner?.end()
  await database?.close()
  await server?.drop()
})
beforeEach(async () => {
  await owner.query(`TRUNCATE appointment_changes, mail_outbox, callback_requests, appointments, customers CASCADE;
    DELETE FROM graphile_worker._private_jobs; UPDATE companies SET customer_mails = true, mailbox = 'termine@salon.example'`)
  clock.set('2026-11-24T08:00:00Z')
  smtp.mood('ok')
  smtp.onMail(null)
  smtp.mails.length = 0
  lines.length = 0
  mailSender = newSender()
})

async function appointment(
  more: { status?: string; email?: string | null; name?: string; start?: string } = {},
) {
  const { status = 'scheduled', email = 'max@kunden.example', name = 'Max Mustermann' } = more
  const start = new Date(more.start ?? '2026-11-27T13:30:00Z')
  return run(async (tx) => {
    const customer = await tx.customer.create({ data: { companyId: 1, name, email: null } })
    const service = await tx.service.findFirstOrThrow({
      where: { companyId: 1, branchId, name: 'Herrenhaarschnitt' },
    })
    const staff = await tx.staff.findFirstOrThrow({ where: { companyId: 1, firstName: 'Anna' } })
    return tx.appointment.create({
      data: {
        companyId: 1,
        branchId,
        customerId: customer.id,
        serviceId: service.id,
        staffId: staff.id,
        appointmentDatetime: start,
        endsAt: new Date(start.getTime() + 1_800_000),
        durationMinutes: 30,
        status,
        calcomUid: `uid_${customer.id}`,
        icalUid: `uid_${customer.id}`,
        attendeeName: name,
        attendeeEmail: email,
      },
    })
  })
}

const tell = (id: bigint, kind: string) =>
  appointmentNotifications.run(
    { appointmentMails },
    { company_id: 1, appointmentId: Number(id), kind },
    never,
  )
const outbox = () =>
  run((tx) => tx.mailOutbox.findMany({ where: { companyId: 1 }, orderBy: { createdAt: 'asc' } }))
/** Runs the send_mail jobs that were enqueued, as the queue would. */
async function runSendJobs(): Promise<unknown[]> {
  const { rows } = await owner.query(`WITH gone AS (DELETE FROM graphile_worker._private_jobs j
      USING graphile_worker._private_tasks t WHERE t.id = j.task_id AND t.identifier = 'send_mail' RETURNING j.id, j.payload)
    SELECT payload FROM gone ORDER BY id`)
  const reports: unknown[] = []
  for (const { payload } of rows) reports.push(await sendMail.run({ mailSender }, payload, never))
  return reports
}
const sweep = () => sendMail.run({ mailSender }, {}, never)
const ics = (index: number) => {
  const part = smtp.mails[index]!.parsed.attachments.find(({ mimeType }) => mimeType === 'text/calendar')!
  const content = part.content
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content)
  return text.replace(/\r?\n /g, '').split(/\r?\n/)
}

describe('customers', () => {
  test('a booked appointment arrives as text, HTML and calendar entry, once however often it is told', async () => {
    const { id } = await appointment()
    expect(await tell(id, 'booked')).toBe('written')
    expect(await tell(id, 'booked')).toBe('known')
    expect(await runSendJobs()).toEqual(['sent'])
    expect(smtp.mails).toHaveLength(1)
    const { to, parsed } = smtp.mails[0]!
    expect(to).toEqual(['max@kunden.example'])
    expect(parsed.from).toMatchObject({ name: 'Salon Sonnenschein', address: 'termine@askpro.example' })
    expect(parsed.subject).toBe('Ihr Termin am 27.11.2026, 14:30 Uhr')
    expect(parsed.text).toContain('Freitag, 27. November 2026, 14:30 Uhr')
    expect(parsed.html).toContain('Herrenhaarschnitt')
    expect(ics(0)).toEqual(
      expect.arrayContaining(['METHOD:REQUEST', 'SEQUENCE:0', 'DTSTART;TZID=Europe/Berlin:20261127T143000']),
    )
    const [mail] = await outbox()
    expect(mail).toMatchObject({ state: 'sent', attempts: 1, messageId: parsed.messageId })
  })

  test('a move and a cancellation update the same calendar entry', async () => {
    const { id, calcomUid } = await appointment()
    await tell(id, 'booked')
    const moved = new Date('2026-11-28T10:00:00Z')
    await run(async (tx) => {
      await tx.appointment.update({
        where: { id },
        data: {
          appointmentDatetime: moved,
          endsAt: new Date(moved.getTime() + 1_800_000),
          calcomUid: 'uid_next',
          icalSequence: 1,
        },
      })
      await tx.appointmentChange.create({
        data: {
          companyId: 1,
          appointmentId: id,
          kind: 'rescheduled',
          fromDatetime: new Date('2026-11-27T13:30:00Z'),
          toDatetime: moved,
          fromUid: calcomUid,
          toUid: 'uid_next',
          actor: 'caller',
        },
      })
    })
    expect(await tell(id, 'rescheduled')).toBe('written')
    await run(async (tx) => {
      await tx.appointment.update({ where: { id }, data: { status: 'cancelled', icalSequence: 2 } })
      await tx.appointmentChange.create({
        data: { companyId: 1, appointmentId: id, kind: 'cancelled', actor: 'caller' },
      })
    })
    expect(await tell(id, 'cancelled')).toBe('written')
    await runSendJobs()
    const uids = smtp.mails.map((_, index) => ics(index).find((line) => line.startsWith('UID:')))
    expect(new Set(uids)).toEqual(new Set([`UID:${calcomUid}`]))
    expect(smtp.mails.map((_, index) => ics(index).find((line) => line.startsWith('SEQUENCE:')))).toEqual([
      'SEQUENCE:0',
      'SEQUENCE:1',
      'SEQUENCE:2',
    ])
    expect(smtp.mails[1]!.parsed.text).toContain(
      'vom Freitag, 27. November 2026, 14:30 Uhr, wurde verschoben',
    )
    expect(smtp.mails[2]!.parsed.text).toContain('Wie gewünscht')
    expect(ics(2)).toContain('METHOD:CANCEL')
  })

  test('news that is no longer true is not sent', async () => {
    const { id } = await appointment({ status: 'cancelled' })
    expect(await tell(id, 'booked')).toBe('overtaken')
    expect(await tell(id, 'rescheduled')).toBe('overtaken')
    const live = await appointment()
    expect(await tell(live.id, 'cancelled')).toBe('overtaken')
    const past = await appointment({ start: '2026-11-24T07:00:00Z' })
    expect(await tell(past.id, 'booked')).toBe('overtaken')
    expect(await outbox()).toEqual([])
  })

  test('a request is told as a request, its confirmation is a mail of its own', async () => {
    const { id } = await appointment({ status: 'pending' })
    expect(await tell(id, 'booked')).toBe('written')
    await run((tx) => tx.appointment.update({ where: { id }, data: { status: 'scheduled' } }))
    expect(await tell(id, 'confirmed')).toBe('written')
    expect((await outbox()).map(({ kind }) => kind)).toEqual(['booking_requested', 'booking_confirmation'])
  })

  test.each([
    ['no address', null],
    ["the business's mailbox", 'termine+temp_1_call_2@salon.example'],
    ["Cal.com's stand-in", '4915112345678@sms.cal.com'],
    ['two addresses', 'a@b.de,c@d.de'],
    ['a header', 'a@b.de\r\nBcc: c@d.de'],
  ])('%s: nobody is written to', async (_, email) => {
    const { id } = await appointment({ email })
    expect(await tell(id, 'booked')).toBe('no_address')
    expect(await outbox()).toEqual([])
  })

  test('a company that does not want mails sends none', async () => {
    await owner.query('UPDATE companies SET customer_mails = false')
    const { id } = await appointment()
    expect(await tell(id, 'booked')).toBe('unwanted')
  })

  test('a name with line breaks and markup adds no header and no markup', async () => {
    const { id } = await appointment({ name: 'Max\r\nBcc: dieb@kunden.example\r\n\r\n<b>Böse</b>' })
    await tell(id, 'booked')
    await runSendJobs()
    const { to, parsed } = smtp.mails[0]!
    expect(to).toEqual(['max@kunden.example'])
    expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc')
    expect(parsed.html).not.toContain('<b>')
    expect(ics(0).filter((line) => line.startsWith('ATTENDEE'))).toHaveLength(1)
  })
})

describe('the business', () => {
  const request = (data: { name?: string | null; phone?: string | null; kind?: string } = {}) =>
    run((tx) =>
      tx.callbackRequest.create({
        data: { companyId: 1, branchId, name: 'Eva Sommer', phone: null, reason: 'Farbe', ...data },
      }),
    )
  const tellBusiness = (id: bigint) =>
    businessMail.run({ businessMails }, { company_id: 1, callbackId: Number(id) }, never)

  test('a callback is mailed once, and once more when it was completed', async () => {
    const { id } = await request()
    expect(await tellBusiness(id)).toBe('written')
    expect(await tellBusiness(id)).toBe('known')
    await run((tx) => tx.callbackRequest.updateMany({ where: { id }, data: { phone: '+4915112345678' } }))
    expect(await tellBusiness(id)).toBe('written')
    await runSendJobs()
    expect(smtp.mails.map(({ parsed }) => parsed.subject)).toEqual([
      'Rückruf: Eva Sommer',
      'Ergänzt: Rückruf: Eva Sommer',
    ])
    expect(smtp.mails[0]!.to).toEqual(['team@salon-sonnenschein.example'])
    expect(smtp.mails[1]!.parsed.text).toContain('Telefon: +49 1511 2345678')
  })

  test('a name cannot write headers of the mail', async () => {
    const { id } = await request({ name: 'Eva\r\nBcc: dieb@kunden.example', kind: 'policy' })
    await tellBusiness(id)
    await runSendJobs()
    expect(smtp.mails[0]!.to).toHaveLength(1)
    expect(smtp.mails[0]!.parsed.subject).toBe('Rückruf (Frist oder Regel): Eva Bcc: dieb@kunden. example')
  })
})

describe('a mail server that fails', () => {
  test('a dead server delays the mail, the next due run sends it', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    await smtp.stop()
    expect(await runSendJobs()).toEqual(['unreachable'])
    await smtp.start()
    expect(await sweep()).toEqual({})
    clock.advance(31_000)
    expect(await sweep()).toEqual({ sent: 1 })
    expect(smtp.mails).toHaveLength(1)
    expect((await outbox())[0]).toMatchObject({ state: 'sent', attempts: 2 })
  })

  test('a dead server ends the run at the first mail: the others are not aged', async () => {
    for (let count = 0; count < 3; count += 1) await tell((await appointment()).id, 'booked')
    await smtp.stop()
    expect(await sweep()).toEqual({ unreachable: 1 })
    expect((await outbox()).map(({ attempts }) => attempts).sort()).toEqual([0, 0, 1])
    await smtp.start()
  })

  test('busy is later, no such recipient is the end, our own sender refused is later and an alarm in time', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    smtp.mood('busy')
    expect(await sweep()).toEqual({ delayed: 1 })
    smtp.mood('sender_refused')
    for (let tries = 0; tries < 4; tries += 1) {
      clock.advance(600_000)
      expect(await sweep()).toEqual({ delayed: 1 })
    }
    expect(lines.filter((line) => line.includes('mail_delayed'))).toHaveLength(1)
    smtp.mood('refuse')
    clock.advance(600_000)
    expect(await sweep()).toEqual({ refused: 1 })
    expect((await outbox())[0]).toMatchObject({ state: 'failed', attempts: 6, lastError: 'EENVELOPE 550' })
    clock.advance(3_600_000)
    expect(await sweep()).toEqual({})
  })

  test('a lost acknowledgement repeats the mail under the same Message-ID', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    smtp.mood('lost')
    expect(await sweep()).toEqual({ unreachable: 1 })
    smtp.mood('ok')
    clock.advance(31_000)
    expect(await sweep()).toEqual({ sent: 1 })
    expect(smtp.mails).toHaveLength(2)
    expect(new Set(smtp.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1)
  })

  test('a sender that dies with a mail in hand holds it for two minutes, not for ever', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    const dead = new MailSender({
      tenancy: database.tenancy,
      clock,
      log,
      from,
      smtp: { deliver: () => new Promise(() => {}) },
    })
    const [mail] = await outbox()
    void dead.send(1, mail!.id)
    await expect.poll(async () => (await outbox())[0]!.attempts).toBe(1)
    expect(await mailSender.send(1, mail!.id)).toBe('waits')
    clock.advance(121_000)
    expect(await sweep()).toEqual({ sent: 1 })
  })

  test('two senders at once send one mail', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    const [mail] = await outbox()
    const reports = await Promise.all([mailSender.send(1, mail!.id), newSender().send(1, mail!.id)])
    expect(reports.sort()).toEqual(['sent', 'waits'])
    expect(smtp.mails).toHaveLength(1)
  })

  test('a database that is away while the server accepts: noted later, not sent again', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    smtp.onMail(async () => {
      await owner.query('ALTER TABLE mail_outbox RENAME TO mail_outbox_away')
      setTimeout(() => void owner.query('ALTER TABLE mail_outbox_away RENAME TO mail_outbox'), 300)
    })
    expect(await sweep()).toEqual({ sent: 1 })
    expect((await outbox())[0]).toMatchObject({ state: 'sent' })
    clock.advance(600_000)
    expect(await sweep()).toEqual({})
    expect(smtp.mails).toHaveLength(1)
  })

  test('the newer mail about an appointment waits for the older one', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    await smtp.stop()
    await sweep()
    await run((tx) =>
      tx.appointment.update({ where: { id }, data: { status: 'cancelled', icalSequence: 1 } }),
    )
    await tell(id, 'cancelled')
    await smtp.start()
    const second = (await outbox())[1]!
    expect(await mailSender.send(1, second.id)).toBe('waits')
    clock.advance(31_000)
    expect(await mailSender.send(1, second.id)).toBe('sent')
    expect(smtp.mails.map((_, index) => ics(index).find((line) => line.startsWith('METHOD:')))).toEqual([
      'METHOD:REQUEST',
      'METHOD:CANCEL',
    ])
  })

  test('no mail server configured: mails wait', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    const silent = new MailSender({ tenancy: database.tenancy, clock, log, smtp: null, from })
    expect(await silent.sendDue(never)).toEqual({})
    expect(await silent.send(1, (await outbox())[0]!.id)).toBe('waits')
    expect((await outbox())[0]).toMatchObject({ state: 'pending', attempts: 0 })
  })

  test('the log names mails by id alone', async () => {
    const { id } = await appointment()
    await tell(id, 'booked')
    smtp.mood('refuse')
    await sweep()
    smtp.mood('ok')
    await tell((await appointment()).id, 'booked')
    await sweep()
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.join('\n')).not.toMatch(/@|Max|Mustermann|kunden/)
  })
})
