/** The sender of our mails, from MAIL_FROM ("Terminservice <termine@salon.de>" or a bare address). */
export interface MailFrom {
  name: string
  address: string
  /** Right side of our Message-IDs. */
  domain: string
}

/** @throws when the text holds no address: the configuration is wrong */
export function readMailFrom(text: string): MailFrom {
  const match = /^\s*(?:"?([^"<]*?)"?\s*<([^<>\s@]+@[^<>\s@]+)>|([^<>\s@]+@[^<>\s@]+))\s*$/.exec(text)
  const address = match?.[2] ?? match?.[3]
  if (address === undefined) throw new Error('MAIL_FROM holds no address')
  return { name: match?.[1] ?? '', address, domain: address.slice(address.lastIndexOf('@') + 1) }
}
