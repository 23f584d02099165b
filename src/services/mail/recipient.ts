/**
 * Whom we may write to. Pure. An address is used only if it is exactly one mailbox: no list, no display name, no
 * line break can travel in it. Addresses that were made for Cal.com's sake belong to nobody and are never mailed to.
 */

const mailbox =
  /^[a-z0-9](?:[a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,62}[a-z0-9_-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i
const addressCharactersMax = 254
/** Cal.com's stand-in for attendees with a phone only, and names that are reserved for "nobody" (RFC 2606, RFC 6761). */
const nobodyDomains = /(?:^|\.)(?:sms\.cal\.com|invalid|localhost)$/i

/** The address as it may be written to, or null. */
export function oneMailbox(address: string | null | undefined): string | null {
  const text = address?.trim() ?? ''
  if (text.length > addressCharactersMax || text.includes('..') || !mailbox.test(text)) return null
  return nobodyDomains.test(text.slice(text.lastIndexOf('@') + 1)) ? null : text
}

/** A customer's own address: one mailbox, and not the business's mailbox or a sub-address of it. */
export function customerMailbox(
  address: string | null | undefined,
  ownMailbox: string | null,
): string | null {
  const own = oneMailbox(address)
  if (own === null || ownMailbox === null) return own
  return baseAddress(own) === baseAddress(ownMailbox) ? null : own
}

/** Lower case, without the "+tag". */
function baseAddress(address: string): string {
  return address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*@/, '@')
}
