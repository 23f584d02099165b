/** When two requests mean the same booking. Pure, but for the random part of what belongs to no call. */
import { createHash, randomBytes } from 'node:crypto'

/**
 * The identity of a wish to book: call, person, service and start (design section 7), and whether it is meant besides what the
 * person has, and how long where that is a choice. Hashed, because database errors quote keys. Without a call id nothing is ever the same wish.
 */
export function wishKey(wish: {
  callId: string | null
  person: string
  serviceId: number
  startAt: Date
  additional?: boolean
  /** Where there was a choice of lengths. */
  minutes?: number
  /** The services of the visit that it is a part of: alone it would be another wish. */
  visit?: readonly number[]
}): string {
  const call = wish.callId ?? randomBytes(12).toString('hex')
  const person = wish.person.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  const besides = [
    ...(wish.additional ? ['additional'] : []),
    ...(wish.minutes ? [wish.minutes] : []),
    ...(wish.visit ? [wish.visit] : []),
  ]
  return createHash('sha256')
    .update(JSON.stringify([call, person, wish.serviceId, wish.startAt.toISOString(), ...besides]))
    .digest('hex')
    .slice(0, 40)
}
