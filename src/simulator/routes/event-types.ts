/**
 * Event types (2024-06-14), teams and the own account: what an import of services reads. The shapes follow real
 * answers where the OpenAPI file is wrong: `hosts` and `users` are objects there, not strings.
 */
import { notFound, VendorError } from '../errors.ts'
import type { SimulatorState } from '../state.ts'
import type { EventType, Team } from '../types.ts'
import type { Vendor, VendorRoute } from '../vendor-route.ts'

const off = { disabled: true }

function teamOutput(team: Team) {
  return {
    id: team.id,
    slug: team.slug,
    name: team.name,
    bannerUrl: null,
    logoUrl: null,
    weekStart: 'Monday',
    brandColor: '#292929',
    darkBrandColor: '#fafafa',
    theme: null,
  }
}

/** TeamEventTypeOutput for team event types, EventTypeOutput for a single user's. */
function eventTypeOutput(state: SimulatorState, eventType: EventType) {
  const account = state.accounts.get(eventType.accountId)
  const team = account?.teams.find((candidate) => candidate.id === eventType.teamId)
  const common = {
    id: eventType.id,
    lengthInMinutes: eventType.lengthInMinutes,
    ...(eventType.lengthInMinutesOptions.length > 0
      ? { lengthInMinutesOptions: eventType.lengthInMinutesOptions }
      : {}),
    title: eventType.title,
    slug: eventType.slug,
    description: eventType.description,
    locations: eventType.locations,
    bookingFields: eventType.bookingFields.map((field) => ({
      disableOnPrefill: false,
      placeholder: '',
      ...field,
    })),
    recurrence: eventType.recurrence,
    disableGuests: false,
    slotInterval: eventType.slotInterval,
    minimumBookingNotice: eventType.minimumBookingNotice,
    beforeEventBuffer: eventType.beforeEventBuffer,
    afterEventBuffer: eventType.afterEventBuffer,
    metadata: {},
    price: eventType.price,
    currency: eventType.currency,
    lockTimeZoneToggleOnBookingPage: false,
    seatsPerTimeSlot: eventType.seatsPerTimeSlot,
    forwardParamsSuccessRedirect: true,
    successRedirectUrl: null,
    isInstantEvent: false,
    scheduleId: null,
    onlyShowFirstAvailableSlot: false,
    offsetStart: 0,
    bookingWindow: eventType.bookingWindow ?? off,
    confirmationPolicy: eventType.requiresConfirmation
      ? { type: 'always', blockUnconfirmedBookingsInBooker: eventType.blockUnconfirmedBookings }
      : off,
    requiresBookerEmailVerification: eventType.requiresBookerEmailVerification,
    hideCalendarNotes: false,
    seats:
      eventType.seatsPerTimeSlot === null
        ? off
        : {
            seatsPerTimeSlot: eventType.seatsPerTimeSlot,
            showAttendeeInfo: true,
            showAvailabilityCount: true,
          },
    bookingLimitsCount: eventType.bookingLimitsCount ?? off,
    bookingLimitsDuration: eventType.bookingLimitsDuration ?? off,
    ...(eventType.bookerActiveBookingsMax === null
      ? {}
      : { bookerActiveBookingsLimit: { maximumActiveBookings: eventType.bookerActiveBookingsMax } }),
    useDestinationCalendarEmail: false,
    hideCalendarEventDetails: false,
    hideOrganizerEmail: false,
    hidden: eventType.hidden,
    bookingRequiresAuthentication: eventType.bookingRequiresAuthentication,
    disableCancelling: { disabled: eventType.disableCancelling },
    disableRescheduling: { disabled: eventType.disableRescheduling },
  }
  const people = eventType.hosts.flatMap((host) => {
    const known = state.hosts.get(host.userId)
    return known ? [{ host, known }] : []
  })
  if (!team) {
    const users = people.map(({ known: { id, name, username } }) => ({
      id,
      name,
      username,
      avatarUrl: null,
      weekStart: 'Monday',
      brandColor: null,
      darkBrandColor: null,
      metadata: {},
    }))
    const bookingUrl = `https://cal.com/${account?.user.username}/${eventType.slug}`
    return { ...common, ownerId: eventType.ownerId ?? account?.user.id, users, bookingUrl }
  }
  return {
    ...common,
    teamId: team.id,
    ownerId: null,
    parentEventTypeId: eventType.parentEventTypeId,
    hosts: people.map(({ host, known }) => ({
      userId: host.userId,
      name: known.name,
      username: known.username,
      avatarUrl: null,
      mandatory: host.mandatory,
      priority: host.priority,
    })),
    assignAllTeamMembers: false,
    schedulingType: eventType.schedulingType,
    team: teamOutput(team),
    rescheduleWithSameRoundRobinHost: eventType.rescheduleWithSameRoundRobinHost,
    // In no published schema; an import can only learn it where it is told.
    ...(eventType.rrHostSubsetEnabled ? { rrHostSubsetEnabled: true } : {}),
  }
}

export function eventTypeRoutes(vendor: Vendor): VendorRoute[] {
  const { state } = vendor
  const list = (found: EventType[]) => ({
    status: 200,
    body: { status: 'success', data: found.map((eventType) => eventTypeOutput(state, eventType)) },
  })
  return [
    {
      method: 'GET',
      url: '/v2/event-types',
      operation: 'listEventTypes',
      versions: ['2024-06-14'],
      auth: 'optional',
      legacy: {
        versions: ['2024-04-15', '2024-06-11'],
        handle: () => ({
          status: 200,
          body: { status: 'success', data: { eventTypeGroups: [], profiles: [] } },
        }),
      },
      handle: ({ account, query }) => {
        const owner = [...state.accounts.values()].find(
          (candidate) => candidate.user.username === query.username,
        )
        const asked = query.username === undefined ? account : owner
        const isOwn = asked !== undefined && asked === account
        return list(
          [...state.eventTypes.values()].filter(
            (eventType) =>
              eventType.accountId === asked?.id &&
              eventType.teamId === null &&
              (isOwn || !eventType.hidden) &&
              (query.eventSlug === undefined || eventType.slug === query.eventSlug),
          ),
        )
      },
    },
    {
      method: 'GET',
      url: '/v2/event-types/:eventTypeId',
      operation: 'getEventType',
      versions: ['2024-06-14'],
      auth: 'required',
      handle: ({ account, params }) => {
        const found = state.eventTypes.get(Number(params.eventTypeId))
        if (!found) throw notFound(`Event type with id ${params.eventTypeId} not found`)
        if (found.accountId !== account?.id) {
          throw new VendorError(403, `User does not have permission to access event type with id ${found.id}`)
        }
        return { status: 200, body: { status: 'success', data: eventTypeOutput(state, found) } }
      },
    },
    {
      method: 'GET',
      url: '/v2/teams/:teamId/event-types',
      operation: 'listTeamEventTypes',
      auth: 'optional',
      handle: ({ account, params, query }) => {
        const teamId = Number(params.teamId)
        const owner = [...state.accounts.values()].find(({ teams }) =>
          teams.some((team) => team.id === teamId),
        )
        if (!owner) throw notFound(`Team with id ${teamId} not found`)
        return list(
          [...state.eventTypes.values()].filter(
            (eventType) =>
              eventType.teamId === teamId &&
              (owner === account || !eventType.hidden) &&
              (query.eventSlug === undefined || eventType.slug === query.eventSlug),
          ),
        )
      },
    },
    {
      method: 'GET',
      url: '/v2/teams',
      operation: 'listTeams',
      auth: 'required',
      handle: ({ account }) => ({
        status: 200,
        body: {
          status: 'success',
          data: account?.teams.map(({ id, name, slug }) => ({ id, name, slug, isOrganization: false })),
        },
      }),
    },
    {
      method: 'GET',
      url: '/v2/me',
      operation: 'getMe',
      auth: 'required',
      handle: ({ account }) => ({
        status: 200,
        body: {
          status: 'success',
          data: {
            ...account?.user,
            avatarUrl: null,
            bio: null,
            timeFormat: 24,
            defaultScheduleId: null,
            weekStart: 'Monday',
            organizationId: account?.organizationId ?? null,
          },
        },
      }),
    },
  ]
}
