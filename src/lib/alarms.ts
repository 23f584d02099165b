/**
 * Every alarm there is: a log line that somebody must look at. `log.error({ alarm: '…' }, …)` takes these names and no others
 * (the types say so), each is a series of `gateway_alarms_total` from the start on, and docs/alerts.yml pages for it.
 *
 * A new one is one line here. The rule GatewayAlarm catches it; with a rule of its own (better: a sentence that says what a
 * caller notices) it is named there and in the exceptions of GatewayAlarm. test/observability holds all three together.
 */

/** Name → what has happened. */
export const alarms = {
  abuse_limit:
    'A call, a number or a company has reached what one may bring about in a day: somebody tries something, or the limit is low.',
  announced_without_booking: 'The agent spoke of a booked appointment, and the call made none.',
  body_repeated:
    'A signed request that asked for a change came again after minutes: somebody has recorded it.',
  booking_not_ours: 'Cal.com answered with another booking than the one that was asked for.',
  booking_not_recorded: 'Booked at Cal.com but not written down, or not as asked for; a repair follows.',
  booking_protected:
    'A booking was left alone: others are in it, we did not make it, or it has changed since.',
  booking_refused: 'Cal.com refuses a booking that should be possible: look at the event type.',
  booking_unclear: 'Nobody knows whether a booking was made; a job finds out, the business calls back.',
  booking_withdrawn:
    'A caller was told "gebucht" and Cal.com has it otherwise; it is taken back, the business calls.',
  calcom_knows_nothing: 'Cal.com knows so few of our appointments that its key is in doubt.',
  calcom_drift: 'Cal.com says something otherwise than we know it: see npm run doctor.',
  calcom_key_refused:
    'Cal.com refuses a key, or what it may do: nothing of that connection is booked until it is put right.',
  calcom_webhook_refused: 'A webhook of Cal.com with a missing or wrong signature.',
  call_context_not_found: 'A call that belongs to no company.',
  call_number_mismatch: 'A call came with another number than the one it was announced with.',
  callback_unnotified: 'A callback request is stored, and nobody can be told of it: no usable notify_email.',
  cancel_failed: 'A cancellation was handed to a person: Cal.com does not take it.',
  cancel_not_recorded: 'Cancelled at Cal.com but not written down; a repair follows.',
  cancel_refused: 'Cal.com refuses a cancellation.',
  collective_event_types: 'Event types that need all of their hosts at once: hardly any free times.',
  crash: 'The process ended with an error.',
  difference: 'Cal.com and the database disagree, and only a person can say who is right.',
  disclosure_missing:
    'An agent did not say at the beginning that a machine speaks: look at its first sentence.',
  duplicate_booking: 'A second booking of one wish was found at Cal.com and is cancelled.',
  envelope_incomplete:
    'An agent sends arguments without the call they belong to: each of its callers is offered a callback only.',
  event_refused: 'A call event of Retell with a missing or wrong signature.',
  function_call_refused:
    'A function call with a wrong signature or from a foreign address: the agent falls silent.',
  function_failed: 'A function failed by a mistake of ours; the caller was offered a callback.',
  identity_guessed:
    'Somebody has named facts of one person three times in vain: for a day only a callback is left for that name.',
  import_failed: 'Event types of a company could not be read; its services stay as they are.',
  job_failed: 'A background job used up its attempts.',
  listed_time_refused: 'Cal.com refuses times that it lists as free: look at the hosts of the event type.',
  mail_delayed: 'A mail has failed several times and is tried on.',
  mail_refused: 'A mail was refused for good: somebody does not learn of something.',
  move_failed: 'A move was handed to a person: Cal.com does not take it.',
  move_unclear: 'A move was handed to a person: nobody knows whether it was made.',
  personal_data_in_log: 'Debug mode: the log holds personal data.',
  refused_booking_found:
    'A booking was found after its caller had been told that there is none; it is cancelled, or a person decides.',
  request_failed: 'A request ended with a 500: a mistake of ours.',
  reschedule_not_recorded: 'Moved at Cal.com but not written down; a repair follows.',
  reschedule_refused: 'Cal.com refuses a move.',
  stray_booking: 'A booking of ours at a time nobody asked for is cancelled.',
  unknown_address: 'A request to an address that does not exist.',
  unknown_number: 'A call to a number that belongs to no company: nobody is served.',
  unreadable_bookings: 'Cal.com lists bookings that cannot be read; they were left out, the rest went on.',
  vendor_deletion_failed:
    'Retell or Cal.com does not delete what was to be forgotten: it has to be deleted there by hand.',
  webhook_dead: 'A webhook of Cal.com could not be processed and waits for somebody.',
} as const satisfies Record<string, string>

/** The name of an alarm. */
export type AlarmName = keyof typeof alarms

/** All of them. */
export const alarmNames = Object.keys(alarms) as AlarmName[]

/** Whether a value that comes from a log line is the name of an alarm. */
export function isAlarmName(value: unknown): value is AlarmName {
  return typeof value === 'string' && Object.hasOwn(alarms, value)
}

// Every logger of pino's, wherever it is used: an alarm without a listed name does not compile.
declare module 'pino' {
  namespace pino {
    interface LogFnFields {
      alarm?: AlarmName | undefined
    }
  }
}
