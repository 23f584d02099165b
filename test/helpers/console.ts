/** A person's browser at the console: a cookie jar over the gateway's HTTP interface, forms sent as a browser sends them. */
import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'
import { People } from '../../src/services/people/people.ts'
import type { Role } from '../../src/services/people/roles.ts'
import type { TestGateway } from './gateway.ts'

export interface Visitor {
  /** The session's cookie, as the browser sends it; '' before. */
  cookie: string
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** Sends a form with the token of the session, unless `csrf` says otherwise. */
  post(
    url: string,
    form?: Record<string, string>,
    options?: { csrf?: string; headers?: Record<string, string> },
  ): Promise<LightMyRequestResponse>
  /** The token as forms of this session carry it. */
  csrf(): Promise<string>
}

let visitors = 0

/** Somebody who is not signed in; each has an address of their own. */
export function visitor(gateway: TestGateway): Visitor {
  visitors += 1
  const remoteAddress = `10.1.${visitors >> 8}.${visitors & 255}`
  const self: Visitor = {
    cookie: '',
    get: (url, headers = {}) =>
      gateway.app.inject({
        method: 'GET',
        url,
        remoteAddress,
        headers: { accept: 'text/html', cookie: self.cookie, ...headers },
      }),
    async post(url, form = {}, { csrf, headers = {} } = {}) {
      const token = csrf ?? (self.cookie === '' ? '' : await self.csrf())
      return gateway.app.inject({
        method: 'POST',
        url,
        remoteAddress,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          cookie: self.cookie,
          ...headers,
        },
        payload: new URLSearchParams({ ...form, csrf: token }).toString(),
      })
    },
    async csrf() {
      const page = await self.get('/console/betriebe')
      return /name="csrf" value="([\w-]+)"/.exec(page.body)![1]!
    },
  }
  return self
}

export interface Invited {
  role: Role
  companyId?: number | null
  branchId?: string | null
  email?: string
}

let invited = 0

/** Somebody with a role, signed in by a link. */
export async function signedIn(
  gateway: TestGateway,
  { role, companyId = role === 'operator' ? null : 1, branchId = null, email }: Invited,
): Promise<Visitor> {
  invited += 1
  const address = email ?? `${role}-${invited}@example.com`
  const people = new People({ tenancy: gateway.database.tenancy, clock: gateway.clock })
  await people.invite({ email: address, name: `Person ${invited}`, role, companyId, branchId })
  const link = await people.linkFor(address)
  const browser = visitor(gateway)
  const answer = await browser.post(`/console/anmelden/${link!.token}`)
  expect(answer.statusCode).toBe(303)
  browser.cookie = String(answer.headers['set-cookie']).split(';')[0]!
  return browser
}
