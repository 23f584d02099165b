/** What is said about a caller's own data. */
import { type LocalDay, sayDay } from '../index.ts'

/** A request by right (Art. 15 to 21 GDPR) is noted; `due`: the last day for its answer. */
export function dataRequestNoted(due: LocalDay, today: LocalDay): string {
  return `Ich habe Ihr Anliegen zu Ihren Daten aufgenommen und weitergegeben. Sie erhalten eine Antwort bis spätestens ${sayDay(due, today)}. Vorher kann es sein, dass wir nachfragen, um sicher zu sein, dass Sie es sind.`
}
