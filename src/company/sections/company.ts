/** The company itself: name, zone, notifications, privacy, how it books. */
import { readFacts } from '../../services/facts.ts'
import { type Fields, type Json, stated } from '../thing.ts'
import { columns, type Section } from './section.ts'

const map = {
  slug: 'slug',
  name: 'name',
  test: 'isTest',
  time_zone: 'timeZone',
  agent_name: 'agentName',
  mail: 'notifyEmail',
  customer_mails: 'customerMails',
  retention_days: 'retentionDays',
  transcripts_days: 'keepTranscriptsDays',
  arguments_days: 'keepArgumentsDays',
  messages_days: 'keepMessagesDays',
  call_facts_days: 'keepCallFactsDays',
  recordings_days: 'keepRecordingsDays',
  inactive_customers_months: 'keepInactiveMonths',
  store_transcripts: 'storeTranscripts',
  disclosure: 'disclosure',
  second_fact: 'secondFactRequired',
  window_days: 'bookingWindowDays',
  missing_email: 'missingEmail',
  mailbox: 'mailbox',
} as const

const periods = [
  'transcripts_days',
  'arguments_days',
  'messages_days',
  'call_facts_days',
  'recordings_days',
  'inactive_customers_months',
]

export const company: Section = {
  kind: 'company',

  wanted: (file) => [
    {
      kind: 'company',
      key: '',
      fields: stated({
        slug: file.company.slug,
        name: file.company.name,
        test: file.company.test,
        time_zone: file.company.time_zone,
        agent_name: file.agent?.name,
        mail: file.notifications?.mail,
        customer_mails: file.notifications?.customer_mails,
        retention_days: file.privacy?.retention_days,
        ...file.privacy?.retention,
        store_transcripts: file.privacy?.store_transcripts,
        disclosure: file.privacy?.disclosure,
        second_fact: file.privacy?.second_fact,
        window_days: file.booking?.window_days,
        missing_email: file.booking?.missing_email,
        mailbox: file.booking?.mailbox,
        connection: file.calcom?.connection,
        facts: file.company.facts,
      }),
    },
  ],

  present: ({ company: row }) => [
    {
      kind: 'company',
      key: '',
      fields: {
        ...Object.fromEntries(Object.entries(map).map(([field, column]) => [field, row[column] as Json])),
        connection: row.calcomConnectionId ?? 'default',
        facts: { ...readFacts(row.facts) },
      },
    },
  ],

  async write(target, _key, fields, isNew) {
    const { tx } = target
    const data = {
      ...columns(fields, { ...map, facts: 'facts' }),
      ...(fields.connection !== undefined && {
        calcomConnectionId: fields.connection === 'default' ? null : String(fields.connection),
      }),
    }
    if (isNew) {
      const { id } = await tx.company.create({
        data: { name: String(fields.name), ...data },
        select: { id: true },
      })
      target.companyId = id
    } else await tx.company.update({ where: { id: target.companyId }, data })
  },

  intoFile(draft, [thing]) {
    if (!thing) return
    const { fields } = thing
    draft.company = only(fields, ['slug', 'name', 'test', 'time_zone', 'facts'])
    draft.agent = { name: fields.agent_name as string | null }
    draft.notifications = only(fields, ['mail', 'customer_mails'])
    draft.privacy = {
      ...only(fields, ['retention_days', 'store_transcripts', 'disclosure', 'second_fact']),
      retention: only(fields, periods),
    }
    draft.booking = only(fields, ['window_days', 'missing_email', 'mailbox'])
    draft.calcom ??= { connection: String(fields.connection) }
  },
}

function only<T>(fields: Fields, names: readonly string[]): T {
  return Object.fromEntries(
    names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]),
  ) as T
}
