/**
 * Who may open the console: people by their e-mail address, memberships, links to sign in with, and sessions. Of every token only the
 * SHA-256 is stored. Works across companies, in the system role: nothing here is decided by a company.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Access, accessOf, type Role } from './roles.ts'

export interface Person {
  id: number
  name: string
  email: string
}

/** Somebody who is signed in. */
export interface SignedIn {
  sessionId: number
  person: Person
  access: Access
}

export interface Invitation {
  email: string
  name?: string
  role: Role
  /** Null for operators alone. */
  companyId: number | null
  /** Null: every branch. */
  branchId: string | null
}

/** A link is good for this long, once. */
export const linkMinutes = 15
/** A session that nobody uses ends. */
const idleHours = 12
/** And it ends in any case. */
const sessionDays = 14
/** So often at most a session is noted to be in use. */
const seenEveryMs = 5 * 60_000
const hourMs = 3_600_000
/** Links of one person within a quarter of an hour; more are not sent. */
const linksMax = 5

type Deps = { tenancy: Pick<Tenancy, 'asSystem'>; clock: Clock }

export class People {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Gives somebody a role, which replaces what they had in that company (or as operator). Out: the person, new or known. */
  async invite({ email, name, role, companyId, branchId }: Invitation): Promise<Person> {
    const address = normalisedEmail(email)
    return this.#deps.tenancy.asSystem(async (tx) => {
      const person = await tx.consoleUser.upsert({
        where: { email: address },
        create: { email: address, name: name ?? address.split('@')[0]!, createdAt: this.#deps.clock.now() },
        update: { disabledAt: null, ...(name === undefined ? {} : { name }) },
      })
      const scope = { userId: person.id, companyId }
      // A branch joins other branches of the same role; the whole company stands for all of them.
      await tx.consoleMembership.deleteMany({
        where:
          branchId === null
            ? scope
            : { ...scope, OR: [{ branchId }, { branchId: null }, { role: { not: role } }] },
      })
      await tx.consoleMembership.create({ data: { ...scope, branchId, role } })
      return { id: person.id, name: person.name, email: person.email }
    })
  }

  /** Takes somebody's access to a company away (null: as operator); their sessions end if nothing is left. Out: whether there was any. */
  async remove(email: string, companyId: number | null): Promise<boolean> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const person = await tx.consoleUser.findUnique({ where: { email: normalisedEmail(email) } })
      if (person === null) return false
      const { count } = await tx.consoleMembership.deleteMany({ where: { userId: person.id, companyId } })
      if ((await tx.consoleMembership.count({ where: { userId: person.id } })) === 0)
        await this.#revoke(tx, person.id)
      return count > 0
    })
  }

  /** A new link's token for somebody who may open the console; null: nobody of that address, or too many links already. */
  async linkFor(
    email: string,
    validMinutes = linkMinutes,
  ): Promise<{ person: Person; token: string } | null> {
    const now = this.#deps.clock.now()
    const address = normalisedEmail(email)
    return this.#deps.tenancy.asSystem(async (tx) => {
      const person = await tx.consoleUser.findUnique({ where: { email: address } })
      if (person === null || person.disabledAt !== null) return null
      const where = { userId: person.id }
      if ((await tx.consoleMembership.count({ where })) === 0) return null
      // Two requests at once are counted one after the other.
      await tx.$executeRaw`SELECT id FROM console_users WHERE id = ${person.id} FOR UPDATE`
      const lately = { gt: new Date(now.getTime() - linkMinutes * 60_000) }
      if ((await tx.consoleLink.count({ where: { ...where, createdAt: lately } })) >= linksMax) return null
      await tx.consoleLink.deleteMany({
        where: { ...where, expiresAt: { lt: new Date(now.getTime() - hourMs) } },
      })
      const token = newToken()
      const expiresAt = new Date(now.getTime() + validMinutes * 60_000)
      await tx.consoleLink.create({
        data: { tokenHash: hashed(token), userId: person.id, expiresAt, createdAt: now },
      })
      return { person: { id: person.id, name: person.name, email: person.email }, token }
    })
  }

  /** Uses a link up and opens a session. Out: the session's token; null: no such link, used, or too old. Of two at once one gets in. */
  async signIn(linkToken: string): Promise<{ token: string; expiresAt: Date } | null> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.asSystem(async (tx) => {
      const [link] = await tx.consoleLink.updateManyAndReturn({
        where: { tokenHash: hashed(linkToken), usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      })
      if (link === undefined) return null
      const person = await tx.consoleUser.findUnique({ where: { id: link.userId } })
      if (person === null || person.disabledAt !== null) return null
      const token = newToken()
      const expiresAt = new Date(now.getTime() + sessionDays * 24 * hourMs)
      await tx.consoleSession.deleteMany({ where: { userId: person.id, expiresAt: { lt: now } } })
      await tx.consoleSession.create({
        data: { tokenHash: hashed(token), userId: person.id, createdAt: now, lastSeenAt: now, expiresAt },
      })
      return { token, expiresAt }
    })
  }

  /** Whose session a cookie is: null when it is nobody's, revoked, unused for too long or simply old. */
  async find(token: string): Promise<SignedIn | null> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.asSystem(async (tx) => {
      const session = await tx.consoleSession.findUnique({ where: { tokenHash: hashed(token) } })
      const idleSince = new Date(now.getTime() - idleHours * hourMs)
      if (session === null || session.revokedAt !== null) return null
      if (session.expiresAt <= now || session.lastSeenAt <= idleSince) return null
      const person = await tx.consoleUser.findUnique({ where: { id: session.userId } })
      if (person === null || person.disabledAt !== null) return null
      const memberships = await tx.consoleMembership.findMany({ where: { userId: person.id } })
      if (memberships.length === 0) return null
      if (now.getTime() - session.lastSeenAt.getTime() > seenEveryMs)
        await tx.consoleSession.updateMany({ where: { id: session.id }, data: { lastSeenAt: now } })
      return {
        sessionId: session.id,
        person: { id: person.id, name: person.name, email: person.email },
        access: accessOf(memberships),
      }
    })
  }

  /** Ends one session. */
  async signOut(sessionId: number): Promise<void> {
    const revokedAt = this.#deps.clock.now()
    await this.#deps.tenancy.asSystem((tx) =>
      tx.consoleSession.updateMany({ where: { id: sessionId, revokedAt: null }, data: { revokedAt } }),
    )
  }

  /** Ends all sessions of a person and makes their links useless. */
  async signOutEverywhere(userId: number): Promise<void> {
    await this.#deps.tenancy.asSystem((tx) => this.#revoke(tx, userId))
  }

  async #revoke(tx: Tx, userId: number): Promise<void> {
    const now = this.#deps.clock.now()
    await tx.consoleSession.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: now } })
    await tx.consoleLink.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } })
  }
}

/** Addresses are compared without case and blanks around them. */
function normalisedEmail(email: string): string {
  return email.trim().toLowerCase()
}

/** 256 random bits. */
function newToken(): string {
  return randomBytes(32).toString('base64url')
}

function hashed(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
