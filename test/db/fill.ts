/** Rows of one company in every table that a call, a booking or a job fills; the seed has filled the rest. */
import type { Tx } from '../../src/db/tenancy.ts'

export async function fillCompany(tx: Tx, companyId: number): Promise<void> {
  const mark = `company-${companyId}`
  const customer = await tx.customer.findFirstOrThrow({ where: { companyId } })
  const service = await tx.service.findFirstOrThrow({ where: { companyId } })
  const branchId = service.branchId
  const startAt = new Date('2030-03-04T09:00:00Z')
  await tx.call.create({
    data: { companyId, branchId, customerId: customer.id, retellCallId: `call-${mark}` },
  })
  await tx.callSession.create({ data: { companyId, branchId, callId: `call-${mark}` } })
  await tx.functionCall.create({
    data: {
      companyId,
      callId: `call-${mark}`,
      number: 1,
      functionName: 'parse_date',
      arguments: {},
      answer: { success: true },
      durationMs: 1,
      status: 'success',
      calledAt: startAt,
    },
  })
  await tx.callFigures.create({
    data: {
      ...{ companyId, branchId, day: startAt, calls: 1, booked: 0, seconds: 60, callsWithSeconds: 1 },
      ...{ costCents: 1.5, costEurCents: 1.4, callsWithCost: 1, productCosts: {} },
    },
  })
  await tx.functionFigures.create({
    data: {
      ...{ companyId, branchId, day: startAt, functionName: 'parse_date', calls: 1, errors: 0 },
      ...{ alternatives: 0, durationMs: 1, withinMs: [1] },
    },
  })
  const appointment = await tx.appointment.create({
    data: {
      companyId,
      branchId,
      customerId: customer.id,
      serviceId: service.id,
      appointmentDatetime: startAt,
      endsAt: new Date('2030-03-04T09:30:00Z'),
      calcomUid: `uid-${mark}`,
    },
  })
  await tx.appointmentChange.create({
    data: { companyId, appointmentId: appointment.id, kind: 'created', actor: 'caller' },
  })
  const visit = await tx.visit.create({
    data: { companyId, branchId, kind: 'combined', state: 'open', parts: 1 },
  })
  await tx.bookingAttempt.create({
    data: {
      id: `temp_1_${mark}`,
      companyId,
      visitId: visit.id,
      visitPart: 0,
      kind: 'book',
      state: 'draft',
      wishKey: mark,
      serviceId: service.id,
      startAt,
    },
  })
  await tx.callbackRequest.create({ data: { companyId, branchId, reason: 'Rückruf' } })
  await tx.mailOutbox.create({
    data: {
      companyId,
      kind: 'callback',
      toAddress: 'a@example.com',
      subject: 's',
      textBody: 't',
      htmlBody: 'h',
      messageId: mark,
      dedupeKey: mark,
    },
  })
  await tx.callEvidence.create({ data: { companyId, callId: `call-${mark}` } })
  await tx.erasureMark.create({
    data: { companyId, kind: 'call', key: `forgotten-${mark}`, reason: 'erased' },
  })
  await tx.auditLog.create({
    data: { companyId, actor: 'system', action: 'test', entity: 'company', entityId: String(companyId) },
  })
  await tx.webhookEvent.create({
    data: { companyId, source: 'calcom', eventType: 'PING', dedupeKey: mark, payload: {} },
  })
  await tx.identityMiss.create({ data: { companyId, who: mark, since: new Date('2030-03-04T05:06:07Z') } })
  await tx.answeredBody.create({
    data: { companyId, digest: mark.padEnd(64, '0').slice(0, 64), firstAt: new Date('2030-03-04T05:06:07Z') },
  })
  const days = { firstDay: new Date('2030-03-04'), lastDay: new Date('2030-03-05') }
  const person = await tx.staff.findFirstOrThrow({ where: { companyId } })
  await tx.closure.create({ data: { companyId, branchId, ...days } })
  await tx.absence.create({ data: { companyId, staffId: person.id, ...days } })
  await tx.syncMark.create({ data: { companyId, name: mark, value: '2030-03-04' } })
  await tx.companyFile.create({ data: { companyId, content: [], appliedBy: 'test' } })
  const user = await tx.consoleUser.create({ data: { email: `${mark}@example.com`, name: mark } })
  await tx.consoleMembership.create({ data: { userId: user.id, companyId, role: 'owner' } })
  const release = { template: 'salon', settings: {}, state: 'draft', definition: {}, hash: mark }
  await tx.agentRelease.create({ data: { companyId, ...release, appliedBy: 'test' } })
}
