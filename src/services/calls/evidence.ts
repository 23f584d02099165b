/**
 * Evidence per call, derived from what was said: whether the agent began with the company's sentence that a machine speaks (Art. 50 AI Act), on
 * whose behalf, whether recording was asked about and what the answer was (§ 201 StGB). Hashes, places and yes or no; no words.
 */
import { createHash } from 'node:crypto'
import type { Tx } from '../../db/tenancy.ts'
import {
  announcesMachine,
  answerAboutRecording,
  refusesRecording,
  speaksOfRecording,
} from '../../german/index.ts'
import type { EventDetails, Turn } from '../../retell/events.ts'
import { putMarks } from '../privacy/marks.ts'
import type { StoredCall } from './call-rows.ts'

/**
 * Writes the evidence of an ended or analysed call; a refused recording is forgotten and deleted at Retell, whether or not the agent called
 * its function. Out: true when the disclosure is found missing for the first time.
 */
export async function writeEvidence(
  tx: Tx,
  { companyId, callId, agentId }: StoredCall,
  { turns, storageSetting }: EventDetails,
  { agentVersion, now }: { agentVersion: string | null; now: Date },
): Promise<boolean> {
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId } })
  const known = await tx.callEvidence.findUnique({ where: { companyId_callId: { companyId, callId } } })
  const disclosed = disclosureOf(turns, company)
  const asked = recordingOf(turns)
  const found = {
    ...(agentId !== null && { agentId }),
    ...(agentVersion !== null && { agentVersion }),
    ...(storageSetting !== null && { storageSetting }),
    ...(disclosed !== null && disclosed),
    ...(asked !== null && {
      recordingAsked: asked.isAsked || known?.recordingAsked === true,
      // What the caller told the function counts more than what is read from words.
      recordingAnswer: known?.recordingAnswer === 'no' ? 'no' : asked.answer,
      recordingOffsetMs: asked.offsetMs,
    }),
    updatedAt: now,
  }
  await tx.callEvidence.upsert({
    where: { companyId_callId: { companyId, callId } },
    create: { companyId, callId, createdAt: now, ...found },
    update: found,
  })
  if (asked?.answer === 'no' && known?.recordingAnswer !== 'no')
    await forgetRecording(tx, companyId, callId, now)
  return disclosed?.disclosure === 'missing' && known?.disclosure !== 'missing'
}

/** The caller wants no recording: nothing of it stays here, Retell stores the facts only and is asked to delete the rest. */
export async function refuseRecording(tx: Tx, companyId: number, callId: string, now: Date): Promise<void> {
  await tx.callEvidence.upsert({
    where: { companyId_callId: { companyId, callId } },
    create: { companyId, callId, createdAt: now, recordingAnswer: 'no' },
    update: { recordingAnswer: 'no', updatedAt: now },
  })
  await forgetRecording(tx, companyId, callId, now)
}

async function forgetRecording(tx: Tx, companyId: number, callId: string, now: Date): Promise<void> {
  await putMarks(tx, companyId, [{ kind: 'call', key: callId, reason: 'refused', askVendorAt: now }], now)
  // The mark's trigger empties it.
  await tx.$executeRaw`UPDATE calls SET updated_at = ${now} WHERE company_id = ${companyId} AND retell_call_id = ${callId}`
}

/** Of the agent's words before the caller's first. Null: there is nothing to judge by. */
function disclosureOf(
  turns: readonly Turn[],
  { name, disclosure }: { name: string; disclosure: string | null },
) {
  const answeredAt = turns.findIndex(({ who }) => who === 'user')
  const first = turns
    .slice(0, answeredAt === -1 ? turns.length : answeredAt)
    .filter(({ who }) => who === 'agent')
  if (turns.length === 0) return null
  const said = first.map(({ text }) => text).join(' ')
  const onBehalfOf = plain(said).includes(plain(name)) ? name : null
  const told = (sentence: string) => ({
    disclosure: 'told',
    disclosureHash: createHash('sha256').update(sentence).digest('hex'),
    disclosureLanguage: 'de',
    disclosureOffsetMs: first[0]?.startMs ?? null,
    onBehalfOf,
  })
  if (disclosure === null) return announcesMachine(said) ? told(said) : { disclosure: 'unknown', onBehalfOf }
  return plain(said).includes(plain(disclosure)) ? told(disclosure) : { disclosure: 'missing', onBehalfOf }
}

/** Null: nobody spoke of it. A caller's own word against it is an answer too. */
function recordingOf(
  turns: readonly Turn[],
): { isAsked: boolean; answer: 'yes' | 'no' | 'unclear' | null; offsetMs: number | null } | null {
  const askedAt = turns.findIndex(({ who, text }) => who === 'agent' && speaksOfRecording(text))
  const refused = turns.find(({ who, text }) => who === 'user' && refusesRecording(text))
  if (askedAt === -1 && refused === undefined) return null
  const question = turns[askedAt]
  const isAsked = question?.text.includes('?') === true
  const reply = isAsked ? turns.slice(askedAt).find(({ who }) => who === 'user') : undefined
  // A notice is no question, and talking on after it no consent.
  const answered = reply === undefined ? null : answerAboutRecording(reply.text)
  return {
    isAsked,
    answer: refused === undefined ? answered : 'no',
    offsetMs: (question ?? refused)?.startMs ?? null,
  }
}

/** Letters and digits only: speech to text writes marks as it likes. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
