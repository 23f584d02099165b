/**
 * The demonstration data: a hair salon with two branches and a dental practice that must never show up in it. Ids of
 * Cal.com (teams, hosts, event types) are those of the simulator; phone numbers come from the ranges that the
 * Bundesnetzagentur keeps free for films, so nobody owns them.
 */

type SeedService = {
  name: string
  category: string
  description: string
  durationMinutes: number
  priceCents: number | null
  minimumNoticeMinutes?: number
  synonyms: readonly string[]
  /** Event type per branch name; a branch that is missing here does not offer the service. */
  eventTypeIds: Readonly<Record<string, number>>
  /** Cal.com users who perform it, per branch name. */
  hosts: Readonly<Record<string, readonly number[]>>
}

type SeedPolicy = {
  /** Name of the service it is for (at every branch); absent: the whole company. */
  service?: string
  cancellationDeadlineHours?: number
  rescheduleDeadlineHours?: number
  minimumNoticeMinutes?: number
  reschedulesMax?: number
}

type SeedCompany = {
  id: number
  name: string
  isTest: boolean
  agentId: string
  agentName: string
  notifyEmail: string
  mailbox: string
  /** What holds at every branch. */
  facts: Readonly<Record<string, string>>
  /** Closed on these days of every year, at every branch. */
  closedYearly: readonly { firstDay: string; lastDay: string; reason: string | null }[]
  branches: readonly {
    id: string
    name: string
    spokenNames: readonly string[]
    address: string
    calcomTeamId: number
    phoneNumber: string
    federalState: string
    /** Sentences by topic (services/facts.ts). */
    facts: Readonly<Record<string, string>>
    /** Per ISO weekday: opening and closing time. */
    hours: Readonly<Record<number, readonly [string, string]>>
  }[]
  staff: readonly { calcomUserId: number; firstName: string; lastName: string; branch: string }[]
  services: readonly SeedService[]
  /** Event types of one person for one service. */
  staffEventTypes: readonly { service: string; branch: string; calcomUserId: number; eventTypeId: number }[]
  policies: readonly SeedPolicy[]
  customers: readonly { name: string; phone: string; email: string | null }[]
}

const salon: SeedCompany = {
  id: 1,
  name: 'Salon Sonnenschein',
  isTest: true,
  agentId: 'agent_demo_salon',
  agentName: 'Lisa',
  notifyEmail: 'team@salon-sonnenschein.example',
  mailbox: 'termine@salon-sonnenschein.example',
  facts: {
    payment: 'Sie können bar, mit der Girocard und mit allen gängigen Kreditkarten bezahlen.',
    vouchers: 'Gutscheine können Sie bei uns im Salon kaufen und für alle Leistungen einlösen.',
  },
  closedYearly: [
    { firstDay: '2025-12-24', lastDay: '2025-12-24', reason: null },
    { firstDay: '2025-12-31', lastDay: '2025-12-31', reason: null },
  ],
  branches: [
    {
      id: '5a10a000-0000-4000-8000-000000000001',
      name: 'Mitte',
      spokenNames: ['Berlin Mitte', 'Filiale Mitte', 'Rosenthaler Straße', 'Innenstadt'],
      address: 'Rosenthaler Straße 12, 10119 Berlin',
      federalState: 'BE',
      facts: {
        way: 'Am besten kommen Sie mit der U8 bis Rosenthaler Platz, von dort sind es drei Minuten zu Fuß.',
        parking:
          'Direkt vor dem Salon gibt es keine Parkplätze, das nächste Parkhaus ist am Hackeschen Markt.',
        accessibility: 'Der Salon liegt im Erdgeschoss und ist ohne Stufen zu erreichen.',
      },
      calcomTeamId: 34209,
      phoneNumber: '+493023125001',
      hours: {
        2: ['09:00', '18:00'],
        3: ['09:00', '18:00'],
        4: ['09:00', '18:00'],
        5: ['09:00', '18:00'],
        6: ['09:00', '14:00'],
      },
    },
    {
      id: '5a10a000-0000-4000-8000-000000000002',
      name: 'Nord',
      spokenNames: ['Berlin Nord', 'Filiale Nord', 'Pankow', 'Breite Straße'],
      address: 'Breite Straße 40, 13187 Berlin',
      federalState: 'BE',
      facts: { parking: 'Hinter dem Haus haben wir drei Parkplätze für unsere Kunden.' },
      calcomTeamId: 34210,
      phoneNumber: '+493023125002',
      hours: {
        1: ['10:00', '19:00'],
        2: ['10:00', '19:00'],
        3: ['10:00', '19:00'],
        4: ['10:00', '19:00'],
        5: ['10:00', '19:00'],
      },
    },
  ],
  staff: [
    { calcomUserId: 501, firstName: 'Anna', lastName: 'Becker', branch: 'Mitte' },
    { calcomUserId: 502, firstName: 'Bernd', lastName: 'Krause', branch: 'Mitte' },
    { calcomUserId: 503, firstName: 'Clara', lastName: 'Yilmaz', branch: 'Mitte' },
    { calcomUserId: 504, firstName: 'David', lastName: 'Novak', branch: 'Nord' },
  ],
  services: [
    {
      name: 'Herrenhaarschnitt',
      category: 'Schnitt',
      description: 'Waschen, schneiden und föhnen für Herren.',
      durationMinutes: 30,
      priceCents: 2800,
      synonyms: [
        'Herrenschnitt',
        'Herrenhaarschnitte',
        'Männerhaarschnitt',
        'Männerschnitt',
        'Haarschnitt für Herren',
        'Haarschnitt für Männer',
        'Haare schneiden Herr',
        'Haarschnitt Mann',
        'Herrenfrisur',
        'Maschinenschnitt',
      ],
      eventTypeIds: { Mitte: 2563101, Nord: 2563201 },
      hosts: { Mitte: [501, 502, 503], Nord: [504] },
    },
    {
      name: 'Damenhaarschnitt',
      category: 'Schnitt',
      description: 'Waschen, schneiden und föhnen für Damen.',
      durationMinutes: 60,
      priceCents: 4800,
      synonyms: [
        'Damenschnitt',
        'Damenhaarschnitte',
        'Frauenhaarschnitt',
        'Frauenschnitt',
        'Haarschnitt für Damen',
        'Haarschnitt für Frauen',
        'Haare schneiden Dame',
        'Haarschnitt Frau',
        'Waschen Schneiden Föhnen',
        'Langhaarschnitt',
      ],
      eventTypeIds: { Mitte: 2563102, Nord: 2563202 },
      hosts: { Mitte: [501, 502, 503], Nord: [504] },
    },
    {
      name: 'Färben',
      category: 'Farbe',
      description: 'Ansatz oder ganze Länge färben, mit Pflege und Föhnen.',
      durationMinutes: 120,
      priceCents: 8900,
      minimumNoticeMinutes: 120,
      synonyms: [
        'Haare färben',
        'Haarfarbe',
        'Farbe',
        'Coloration',
        'Haarfärbung',
        'Ansatz färben',
        'Ansatzfarbe',
        'Tönung',
        'Haare tönen',
        'Farbbehandlung',
      ],
      eventTypeIds: { Mitte: 2563103 },
      hosts: { Mitte: [501, 503] },
    },
    {
      name: 'Dauerwelle',
      category: 'Form',
      description: 'Dauerwelle mit Schnitt und Pflege.',
      durationMinutes: 135,
      priceCents: 11000,
      minimumNoticeMinutes: 120,
      synonyms: ['Dauerwellen', 'Locken', 'Locken machen', 'Wellen', 'Volumenwelle', 'Umformung'],
      eventTypeIds: { Mitte: 2563104 },
      hosts: { Mitte: [503] },
    },
    {
      name: 'Bartpflege',
      category: 'Bart',
      description: 'Bart schneiden, Konturen und Pflege.',
      durationMinutes: 20,
      priceCents: 1800,
      synonyms: ['Bart schneiden', 'Bart trimmen', 'Bartschnitt', 'Bart stutzen', 'Rasur', 'Bart'],
      eventTypeIds: { Mitte: 2563105 },
      hosts: { Mitte: [502] },
    },
    {
      name: 'Beratung',
      category: 'Beratung',
      description: 'Kostenlose Beratung zu Schnitt, Farbe und Pflege.',
      durationMinutes: 15,
      priceCents: 0,
      synonyms: ['Beratungsgespräch', 'Beratungstermin', 'Typberatung', 'Farbberatung', 'Haarberatung'],
      eventTypeIds: { Mitte: 2563106, Nord: 2563206 },
      hosts: { Mitte: [501, 502, 503], Nord: [504] },
    },
  ],
  staffEventTypes: [
    { service: 'Herrenhaarschnitt', branch: 'Mitte', calcomUserId: 501, eventTypeId: 2563121 },
    { service: 'Herrenhaarschnitt', branch: 'Mitte', calcomUserId: 502, eventTypeId: 2563122 },
    { service: 'Damenhaarschnitt', branch: 'Mitte', calcomUserId: 501, eventTypeId: 2563131 },
    { service: 'Damenhaarschnitt', branch: 'Mitte', calcomUserId: 503, eventTypeId: 2563133 },
  ],
  policies: [
    {
      cancellationDeadlineHours: 24,
      rescheduleDeadlineHours: 12,
      minimumNoticeMinutes: 15,
      reschedulesMax: 3,
    },
    { service: 'Färben', cancellationDeadlineHours: 48 },
  ],
  customers: [
    { name: 'Sabine Müller', phone: '+4915228817386', email: 'sabine.mueller@example.com' },
    { name: 'Thomas Schneider', phone: '+491713920012', email: null },
  ],
}

const weekdaysFrom8To17 = Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, ['08:00', '17:00'] as const]))

const practice: SeedCompany = {
  id: 2,
  name: 'Zahnarztpraxis Dr. Weiß',
  isTest: false,
  agentId: 'agent_demo_praxis',
  agentName: 'Julia',
  notifyEmail: 'praxis@zahnarzt-weiss.example',
  mailbox: 'termine@zahnarzt-weiss.example',
  facts: {},
  closedYearly: [],
  branches: [
    {
      id: '2a4a0000-0000-4000-8000-000000000001',
      name: 'Schwabing',
      spokenNames: ['Praxis', 'München'],
      address: 'Hohenzollernstraße 8, 80801 München',
      federalState: 'BY',
      facts: { accessibility: 'Die Praxis liegt im zweiten Stock, ein Aufzug ist vorhanden.' },
      calcomTeamId: 99001,
      phoneNumber: '+498999998001',
      hours: weekdaysFrom8To17,
    },
  ],
  staff: [{ calcomUserId: 901, firstName: 'Ute', lastName: 'Weiß', branch: 'Schwabing' }],
  services: [
    {
      name: 'Kontrolle',
      category: 'Vorsorge',
      description: 'Halbjährliche Kontrolluntersuchung.',
      durationMinutes: 30,
      priceCents: null,
      synonyms: ['Kontrolltermin', 'Kontrolluntersuchung', 'Vorsorge', 'Durchsicht'],
      eventTypeIds: { Schwabing: 7700101 },
      hosts: { Schwabing: [901] },
    },
    {
      name: 'Professionelle Zahnreinigung',
      category: 'Prophylaxe',
      description: 'Zahnreinigung mit Politur und Fluoridierung.',
      durationMinutes: 60,
      priceCents: 9500,
      synonyms: ['Zahnreinigung', 'PZR', 'Prophylaxe', 'Zahnsteinentfernung'],
      eventTypeIds: { Schwabing: 7700102 },
      hosts: { Schwabing: [901] },
    },
  ],
  staffEventTypes: [],
  policies: [
    {
      cancellationDeadlineHours: 48,
      rescheduleDeadlineHours: 48,
      minimumNoticeMinutes: 60,
      reschedulesMax: 2,
    },
  ],
  // The same number as a customer of the salon: the two must never meet.
  customers: [{ name: 'Sabine Müller', phone: '+4915228817386', email: 'praxis.patientin@example.com' }],
}

export const demoCompanies: readonly SeedCompany[] = [salon, practice]

/** The dental practice's own Cal.com connection, where an encryption key allows one. */
export const practiceConnectionId = 'praxis-weiss'
