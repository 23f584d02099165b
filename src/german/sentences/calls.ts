/** What is said when the gateway itself is in the way: no call, no function, too many requests, something broken. */

/** No company could be told from the request. */
export function callNotFound(): string {
  return 'Das kann ich gerade leider nicht nachsehen. Darf ich Sie zurückrufen?'
}

/** The agent called a function that does not exist. */
export function unknownFunction(): string {
  return 'Das kann ich leider nicht für Sie erledigen. Darf ich einen Rückruf für Sie notieren?'
}

/** Something on our side is broken. */
export function technicalTrouble(): string {
  return 'Es gibt gerade ein technisches Problem. Darf ich Sie zurückrufen?'
}

/** More requests than we answer. */
export function tooManyRequests(): string {
  return 'Einen kleinen Moment bitte, ich bin gleich wieder für Sie da.'
}

/** The answer took longer than a caller should wait. */
export function tookTooLong(): string {
  return 'Das dauert gerade leider länger als gewohnt. Darf ich Sie zurückrufen?'
}

/** The request itself could not be read. */
export function unreadableRequest(): string {
  return 'Das habe ich leider nicht verstanden. Können Sie das bitte wiederholen?'
}

/** The caller wants no recording. */
export const recordingRefused =
  'Ich habe notiert, dass Sie keine Aufnahme wünschen. Aufnahme und Mitschrift dieses Gesprächs bewahren wir nicht auf. Wie kann ich Ihnen weiterhelfen?'

/** More bookings or changes than one caller may make. */
export function noMoreChanges(): string {
  return 'Weitere Termine kann ich jetzt leider nicht vereinbaren oder ändern. Darf ich einen Rückruf für Sie notieren?'
}

/** More callback requests than one caller may leave: those that were noted stand. */
export function noMoreCallbacks(): string {
  return 'Weitere Rückrufe kann ich jetzt leider nicht notieren. Bitte melden Sie sich später noch einmal.'
}
