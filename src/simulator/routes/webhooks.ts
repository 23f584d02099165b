/** Webhook subscriptions of the key's user: `/v2/webhooks`, any API version. One subscription per address. */
import { isObject } from '../booking-input.ts'
import { invalidInput, notFound, VendorError } from '../errors.ts'
import type { WebhookSubscription } from '../types.ts'
import type { Vendor, VendorRequest, VendorRoute } from '../vendor-route.ts'

/** The OpenAPI file's list, PING aside, which nobody subscribes to. */
export const triggerNames = [
  'BOOKING_CREATED',
  'BOOKING_PAYMENT_INITIATED',
  'BOOKING_PAID',
  'BOOKING_RESCHEDULED',
  'BOOKING_REQUESTED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
  'BOOKING_NO_SHOW_UPDATED',
  'FORM_SUBMITTED',
  'MEETING_ENDED',
  'MEETING_STARTED',
  'RECORDING_READY',
  'INSTANT_MEETING',
  'RECORDING_TRANSCRIPTION_GENERATED',
  'OOO_CREATED',
  'AFTER_HOSTS_CAL_VIDEO_NO_SHOW',
  'AFTER_GUESTS_CAL_VIDEO_NO_SHOW',
  'FORM_SUBMITTED_NO_EVENT',
  'ROUTING_FORM_FALLBACK_HIT',
  'DELEGATION_CREDENTIAL_ERROR',
  'WRONG_ASSIGNMENT_REPORT',
]

export function webhookRoutes(vendor: Vendor): VendorRoute[] {
  const { state } = vendor
  const output = (webhook: WebhookSubscription) => ({
    id: webhook.id,
    userId: state.accounts.get(webhook.accountId)?.user.id,
    subscriberUrl: webhook.subscriberUrl,
    active: webhook.active,
    triggers: webhook.triggers,
    secret: webhook.secret ?? undefined,
    payloadTemplate: '',
    version: '2021-10-20',
  })
  const answer = (status: number, webhook: WebhookSubscription) => ({
    status,
    body: { status: 'success', data: output(webhook) },
  })
  const ownOf = (request: VendorRequest) =>
    [...state.webhooks.values()].filter((webhook) => webhook.accountId === request.account?.id)
  const find = (request: VendorRequest) => {
    const found = ownOf(request).find((webhook) => webhook.id === Number(request.params.webhookId))
    if (!found) throw notFound(`Webhook (${request.params.webhookId}) not found`)
    return found
  }
  return [
    {
      method: 'POST',
      url: '/v2/webhooks',
      operation: 'createWebhook',
      auth: 'required',
      handle: (request) => {
        const input = checkInput(request.body)
        if (typeof input.active !== 'boolean') throw invalidInput('active', 'active must be a boolean value')
        if (!input.subscriberUrl) throw invalidInput('subscriberUrl', 'subscriberUrl must be a string')
        if (!input.triggers) throw invalidInput('triggers', 'triggers must be an array')
        if (ownOf(request).some((webhook) => webhook.subscriberUrl === input.subscriberUrl)) {
          throw new VendorError(409, 'Webhook with this subscriber url already exists for this user')
        }
        const { active, subscriberUrl, triggers, secret = null } = input
        const id = state.nextId()
        const webhook = { id, accountId: request.account?.id ?? '', subscriberUrl, active, triggers, secret }
        state.webhooks.set(id, webhook)
        return answer(201, webhook)
      },
    },
    {
      method: 'GET',
      url: '/v2/webhooks',
      operation: 'listWebhooks',
      auth: 'required',
      handle: (request) => {
        const skip = Number(request.query.skip ?? 0)
        const page = ownOf(request).slice(skip, skip + Number(request.query.take ?? 250))
        return { status: 200, body: { status: 'success', data: page.map(output) } }
      },
    },
    {
      method: 'GET',
      url: '/v2/webhooks/:webhookId',
      operation: 'getWebhook',
      auth: 'required',
      handle: (request) => answer(200, find(request)),
    },
    {
      method: 'PATCH',
      url: '/v2/webhooks/:webhookId',
      operation: 'updateWebhook',
      auth: 'required',
      handle: (request) => answer(200, Object.assign(find(request), checkInput(request.body))),
    },
    {
      method: 'DELETE',
      url: '/v2/webhooks/:webhookId',
      operation: 'deleteWebhook',
      auth: 'required',
      handle: (request) => {
        const webhook = find(request)
        state.webhooks.delete(webhook.id)
        return answer(200, webhook)
      },
    },
  ]
}

/** The given properties, each valid; unknown ones are dropped as the vendor's global pipe does. */
function checkInput(body: unknown): Partial<Omit<WebhookSubscription, 'id' | 'accountId'>> {
  const { active, subscriberUrl, triggers, secret } = isObject(body) ? body : {}
  if (active !== undefined && typeof active !== 'boolean')
    throw invalidInput('active', 'active must be a boolean value')
  if (subscriberUrl !== undefined && typeof subscriberUrl !== 'string') {
    throw invalidInput('subscriberUrl', 'subscriberUrl must be a string')
  }
  if (secret !== undefined && typeof secret !== 'string')
    throw invalidInput('secret', 'secret must be a string')
  const areKnown = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((trigger) => triggerNames.includes(trigger))
  if (triggers !== undefined && !areKnown(triggers)) {
    throw invalidInput(
      'triggers',
      `each value in triggers must be one of the following values: ${triggerNames.join(', ')}`,
    )
  }
  const given = { active, subscriberUrl, triggers, secret }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
