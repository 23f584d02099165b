/**
 * What an ended or analysed call leaves in its row. Of what was said only what may be kept: by the company's switch and periods, and by the
 * storage setting that Retell tells with the call. "Everything except personal data" leaves no words here either: what Retell sends
 * us is not what it has cleaned.
 */
import type { Tx } from '../../db/tenancy.ts'
import { outsideJson, outsideText } from '../../lib/outside-text.ts'
import { storableJson, storableText } from '../../lib/storable.ts'
import type { EventDetails } from '../../retell/events.ts'
import { putMarks } from '../privacy/marks.ts'
import { periodsOf } from '../privacy/periods.ts'
import type { StoredCall } from './call-rows.ts'

/** Characters of a transcript that are read and kept. */
export const transcriptMax = 500_000

/** Merges what the event tells into the row: later events fill what earlier ones left open. */
export async function writeDetails(
  tx: Tx,
  stored: StoredCall,
  details: EventDetails,
  { startedAt, usdEurRate, now }: { startedAt: Date | null; usdEurRate: number; now: Date },
): Promise<void> {
  const measuredMs =
    details.durationMs ??
    (startedAt && details.endedAt ? details.endedAt.getTime() - startedAt.getTime() : null)
  const cost = details.costCents
  const text = (value: string | null, max: number) => (value === null ? undefined : storableText(value, max))
  const line = (value: string | null, max: number) =>
    value === null ? undefined : storableText(outsideText(value, max), max)
  const json = (value: object | null) => (value === null ? undefined : (storableJson(value) as object))
  const keeps = await kept(tx, stored, details)
  if (keeps.isForbidden) {
    const mark = { kind: 'call', key: stored.callId, reason: 'not_stored' } as const
    await putMarks(tx, stored.companyId, [mark], now)
  }
  await tx.call.updateMany({
    where: { companyId: stored.companyId, retellCallId: stored.callId },
    data: {
      durationSec:
        measuredMs === null || measuredMs < 0 ? undefined : Math.min(Math.round(measuredMs / 1000), 86_400),
      endTimestamp: details.endedAt ?? undefined,
      disconnectionReason: line(details.disconnectionReason, 100),
      transcript: keeps.words ? text(details.transcript, transcriptMax) : undefined,
      recordingUrl: keeps.recording ? text(details.recordingUrl, 2_000) : undefined,
      summary: keeps.words ? line(details.summary, 20_000) : undefined,
      sentiment: line(details.sentiment, 20),
      callSuccessful: details.successful ?? undefined,
      analysis: keeps.words ? json(details.custom && outsideJson(details.custom)) : undefined,
      callCost: json(details.callCost),
      llmTokenUsage: json(details.tokenUsage),
      latency: json(details.latency),
      ...(cost === null || cost > 1_000_000
        ? {}
        : { costCents: Math.round(cost), costEurCents: Math.round(cost * usdEurRate), usdEurRate }),
    },
  })
}

/** `isForbidden`: the call's setting says so, also of what an earlier event has brought. */
async function kept(
  tx: Tx,
  { companyId }: StoredCall,
  { storageSetting }: EventDetails,
): Promise<{ words: boolean; recording: boolean; isForbidden: boolean }> {
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId } })
  const isForbidden = storageSetting !== null && storageSetting !== 'everything'
  return {
    words: company.storeTranscripts && !isForbidden,
    recording: periodsOf(company).recordings > 0 && !isForbidden,
    isForbidden,
  }
}
