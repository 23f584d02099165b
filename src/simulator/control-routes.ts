/**
 * The control API, `/__control/…`, JSON both ways, no key: it exists only on a simulator.
 *
 *   POST   clock            {"now":"2026-12-01T08:00:00Z"} | {"offsetMs":3600000} | {} ; "frozen":true stops time
 *   POST   latency          {"ms":250} | {"ms":[50,400],"operation":"createBooking"}
 *   POST   faults           a rule: {"operation":"createBooking","effect":"hang","phase":"after","times":2}
 *                           effects: error (status, shape, message, code, headers), hang, reset, garbage (body, status),
 *                           truncate, delay (ms), old_booking, short (id, uid, status only), repeated (sent twice on the way),
 *                           other_start (shiftMinutes, short); "times":null until cleared; "skip":n leaves n alone first;
 *                           "followedBy":[rules] come into force once this one has struck
 *   DELETE faults           ends rules, latencies, the lag of lists and the random plan
 *   POST   list-lag         {"ms":4000}: new bookings are in lists only that much later
 *   POST   chaos            {"seed":7,"rates":{"answerLost":0.05,"error":0.05,"webhookDuplicated":0.1}} | {"seed":null}
 *   POST   webhook-mode     {"delivery":"inline"|"off"|"held"|"delayed","delayMs":500,"copies":2,"without":["uid"]}
 *   POST   webhook-flush    {"order":"fifo"|"lifo"}
 *   POST   webhooks         {"subscriberUrl":"…","secret":"…","account":"demo-salon","triggers":["BOOKING_CREATED"]}
 *   POST   ping             {"account":"demo-salon"}
 *   POST   rate-limit       {"limit":120,"blockSeconds":60} | {"limit":null}
 *   POST   event-types      an event type, or changes of one (id, title, lengthInMinutes, hosts, …)
 *   DELETE event-types/:id
 *   POST   hosts            a host, or changes of one (id, name, workingHours, breaks, daysOff, timeZone)
 *   POST   busy             {"hostId":501,"start":"…","end":"…"}
 *   POST   keys/expire      {"key":"cal_…"}
 *   POST   bookings         a stranger books on the web; body as of POST /v2/bookings
 *   POST   bookings/:uid/move-in-place  {"start":"…","withRescheduleUid":false}: keeps its uid
 *   POST   bookings/:uid/change         {"minutes":45,"hostId":502,"attendee":{"name":"…"},"told":true}: keeps its time
 *   POST   bookings/:uid/add-attendee   {"name":"…","email":"…"}; cancel-seat {"seatUid":"…"} | {"email":"…"}
 *   POST   bookings/:uid/spoil          {"odd":{"hosts":[{"id":"unknown"}]}} | {"odd":null}
 *   POST   bookings/spoil-next          {"odd":{"hosts":[{"id":"unknown"}]}}
 *   POST   bookings/:uid/cancel | reschedule | confirm | reject | no-show | meeting-ended     as the host
 *   GET    bookings, reservations, deliveries, requests?operation=createBooking
 *   DELETE requests         empties the request log
 *   POST   reset            back to the start
 */
import type { FastifyInstance } from 'fastify'
import type { SimulatorControl } from './control.ts'
import type { ChaosPlan, FaultRule, Span } from './faults.ts'
import type { EventTypeInput, HostInput, Operation } from './types.ts'
import type { WebhookMode } from './webhooks.ts'

type Act = (control: SimulatorControl, uid: string, body: object) => Promise<object>

/** The host's acts on one booking, by the last part of the address. */
const hostActs: Record<string, Act> = {
  cancel: (control, uid, body) => control.cancelAsHost(uid, body),
  reschedule: (control, uid, body) =>
    control.rescheduleAsHost(uid, body as { start: string; reason?: string }),
  'move-in-place': (control, uid, body) =>
    control.moveInPlace(uid, body as { start: string; withRescheduleUid?: boolean }),
  change: (control, uid, body) => control.changeByHand(uid, body),
  'add-attendee': async (control, uid, body) =>
    control.addAttendee(uid, body as { name: string; email: string; phoneNumber?: string }),
  'cancel-seat': (control, uid, body: { seatUid?: string; email?: string }) => control.cancelSeat(uid, body),
  spoil: async (control, uid, body) =>
    control.spoilBooking(uid, (body as { odd: Record<string, unknown> | null }).odd),
  confirm: (control, uid) => control.confirmAsHost(uid),
  reject: (control, uid, body: { reason?: string }) => control.rejectAsHost(uid, body.reason),
  'no-show': (control, uid) => control.markNoShow(uid),
  'meeting-ended': (control, uid) => control.endMeeting(uid),
}

/** Bodies are trusted: whoever reaches this address writes tests. */
type Body<T> = { Body: T }

export function serveControl(app: FastifyInstance, control: SimulatorControl): void {
  const done = { ok: true }
  const at = (path: string) => `/__control/${path}`

  app.post<Body<{ now?: string; offsetMs?: number; frozen?: boolean }>>(at('clock'), async ({ body }) => ({
    now: control.setClock(body),
  }))
  app.post<Body<{ ms: Span; operation?: Operation }>>(at('latency'), async ({ body }) => {
    control.setLatency(body.ms, body.operation)
    return done
  })
  app.post<Body<FaultRule>>(at('faults'), async ({ body }) => {
    control.addFault(body)
    return done
  })
  app.post<Body<{ ms: number }>>(at('list-lag'), async ({ body }) => {
    control.setListLag(body.ms)
    return done
  })
  app.delete(at('faults'), async () => {
    control.clearFaults()
    return done
  })
  app.post<Body<ChaosPlan | { seed: null }>>(at('chaos'), async ({ body }) => {
    control.setChaos(body.seed === null ? null : body)
    return done
  })
  app.post<Body<WebhookMode>>(at('webhook-mode'), async ({ body }) => {
    control.setWebhookMode(body)
    return done
  })
  app.post<Body<{ order?: 'fifo' | 'lifo' }>>(at('webhook-flush'), async ({ body }) => ({
    sent: await control.flushWebhooks(body.order),
  }))
  app.post<Body<Parameters<SimulatorControl['subscribe']>[0]>>(at('webhooks'), async ({ body }) => ({
    id: control.subscribe(body),
  }))
  app.post<Body<{ account?: string }>>(at('ping'), async ({ body }) => {
    await control.ping(body.account)
    return done
  })
  app.post<Body<{ limit: number | null; blockSeconds?: number }>>(at('rate-limit'), async ({ body }) => {
    control.setRateLimit(body.limit, body.blockSeconds)
    return done
  })
  app.post<Body<EventTypeInput>>(at('event-types'), async ({ body }) => {
    control.putEventType(body)
    return done
  })
  app.delete<{ Params: { id: string } }>(at('event-types/:id'), async ({ params }) => ({
    ok: control.removeEventType(Number(params.id)),
  }))
  app.post<Body<HostInput>>(at('hosts'), async ({ body }) => {
    control.putHost(body)
    return done
  })
  app.post<Body<{ hostId: number; start: string; end: string }>>(at('busy'), async ({ body }) => {
    control.addBusyTime(body)
    return done
  })
  app.post<Body<{ key: string }>>(at('keys/expire'), async ({ body }) => {
    control.expireKey(body.key)
    return done
  })
  app.post<Body<Record<string, unknown>>>(at('bookings'), async ({ body }) => control.bookAsStranger(body))
  app.post<Body<{ odd: Record<string, unknown> }>>(at('bookings/spoil-next'), async ({ body }) => {
    control.spoilNextBooking(body.odd)
    return done
  })
  for (const [name, act] of Object.entries(hostActs)) {
    app.post<{ Params: { uid: string }; Body: Record<string, unknown> }>(
      at(`bookings/:uid/${name}`),
      async ({ params, body }) => act(control, params.uid, body),
    )
  }
  app.get(at('bookings'), async () => control.bookings())
  app.get(at('reservations'), async () => control.reservations())
  app.get(at('deliveries'), async () => control.deliveries())
  app.get<{ Querystring: { operation?: Operation } }>(at('requests'), async ({ query }) =>
    control.requests(query.operation),
  )
  app.delete(at('requests'), async () => {
    control.clearRequests()
    return done
  })
  app.post(at('reset'), async () => {
    control.reset()
    return done
  })
}
