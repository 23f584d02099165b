/** Whether a business can be told of a callback request, and if not, why. Pure. */
import { oneMailbox } from './recipient.ts'

/** Why nobody can be told. */
export type Unreachable = 'mail_server_missing' | 'notify_address_missing' | 'notify_address_malformed'

/**
 * In: the company's `notify_email`, and whether a mail server is configured. Out: null when a mail can go out. An address that
 * no mail may be sent to (several, with a display name, of a domain that is reserved for nobody) counts as malformed.
 */
export function whyUnreachable(notifyEmail: string | null, mailServer: boolean): Unreachable | null {
  if (!mailServer) return 'mail_server_missing'
  if ((notifyEmail ?? '').trim() === '') return 'notify_address_missing'
  return oneMailbox(notifyEmail) === null ? 'notify_address_malformed' : null
}
