import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import {
  chooseBranch,
  chooseService,
  chooseStaff,
  fullName,
  readDayAndTime,
  requireDay,
} from '../../src/services/choices.ts'
import { berlin, salonCatalogue } from './availability/salon.ts'

const catalogue = salonCatalogue()
const [mitte, nord] = catalogue.branches as [
  (typeof catalogue.branches)[number],
  (typeof catalogue.branches)[number],
]
const now = berlin('2026-11-24', '09:00')
const context = { now, branch: mitte, bookingWindowDays: 180 }

function question(ask: () => unknown): AppError {
  try {
    ask()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was asked')
}

describe('the service', () => {
  test('I-61 a word that several services share is asked about with their names', () => {
    const asked = question(() => chooseService(catalogue, mitte, 'Haarschnitt'))
    expect(asked).toMatchObject({ code: 'ambiguous_service', fields: { status: 'needs_service' } })
    expect(asked.say).toContain('Herrenhaarschnitt oder Damenhaarschnitt')
  })

  test('I-61 what is not offered lists what is, and is never replaced', () => {
    const asked = question(() => chooseService(catalogue, mitte, 'Massage'))
    expect(asked.code).toBe('unknown_service')
    expect(asked.say).toContain('Herrenhaarschnitt')
    expect(asked.say).not.toContain('Massage')
  })

  test('I-14 without a name nothing is assumed, unless the branch has a default or the call spoke of one', () => {
    expect(question(() => chooseService(catalogue, mitte, undefined)).code).toBe('missing_service')
    expect(chooseService(catalogue, mitte, undefined, 4).name).toBe('Dauerwelle')
    expect(chooseService(catalogue, nord, undefined).id).toBe(7)
  })

  test('the same name means the row of the branch', () => {
    expect(chooseService(catalogue, nord, 'Herrenhaarschnitt').id).toBe(7)
    expect(chooseService(catalogue, mitte, 'Herrenhaarschnitt').id).toBe(1)
  })

  test('a service of another branch is not hidden but offered there', () => {
    const asked = question(() => chooseService(catalogue, mitte, 'Beratung'))
    expect(asked).toMatchObject({ code: 'service_elsewhere', fields: { branches: ['Nord'] } })
  })

  test('an exact name elsewhere comes before a part of a name here', () => {
    const farbe = { ...catalogue.services.find(({ name }) => name === 'Beratung')! }
    const both = {
      ...catalogue,
      services: [
        ...catalogue.services,
        { ...farbe, id: 90, branchId: mitte.id, name: 'Färben', synonyms: ['Haare färben'] },
        { ...farbe, id: 91, branchId: nord.id, name: 'Typberatung', synonyms: ['Farbberatung'] },
      ],
    }
    expect(question(() => chooseService(both, nord, 'haare färben'))).toMatchObject({
      code: 'service_elsewhere',
      fields: { branches: ['Mitte'] },
    })
  })

  test('several services in one sentence are asked about, none is dropped', () => {
    expect(question(() => chooseService(catalogue, mitte, 'Herrenhaarschnitt und Dauerwelle'))).toMatchObject(
      {
        code: 'ambiguous_service',
        fields: { services: ['Herrenhaarschnitt', 'Dauerwelle'] },
      },
    )
  })

  describe('two of one name', () => {
    const perm = catalogue.services.find(
      ({ name, branchId }) => name === 'Dauerwelle' && branchId !== nord.id,
    )!
    const withTwo = (other: Partial<typeof perm>) => ({
      ...catalogue,
      services: [
        ...catalogue.services.filter(({ id }) => id !== perm.id),
        perm,
        { ...perm, id: 99, ...other },
      ],
    })
    const id = (other: Partial<typeof perm>, said: string, person?: string) =>
      chooseService(withTwo(other), mitte, said, null, person).id

    test('are told apart by duration, price or person, in the question and by the answer to it', () => {
      const longer = { durationMinutes: 180 }
      const asked = question(() => id(longer, 'Dauerwelle'))
      expect(asked.say).toMatch(/Dauerwelle mit .* oder Dauerwelle mit 3 Stunden/)
      expect(id(longer, 'Dauerwelle mit 3 Stunden')).toBe(99)
      expect(id(longer, 'die lange Dauerwelle')).toBe(99)
      expect(id({ priceCents: 15_000 }, 'Dauerwelle für 150 Euro')).toBe(99)
      const [anna] = catalogue.staff
      const byAnna = { staff: [{ staffId: anna!.id, calcomEventTypeId: null }] }
      expect(question(() => id(byAnna, 'Dauerwelle')).say).toContain('bei Anna')
      expect(id(byAnna, 'Dauerwelle bei Anna')).toBe(99)
      expect(id(byAnna, 'Dauerwelle', 'Anna')).toBe(99)
    })

    test('that differ in nothing are one', () => {
      expect(id({}, 'Dauerwelle')).toBe(perm.id)
    })
  })

  test('a service without an event type leads to a callback', () => {
    expect(question(() => chooseService(catalogue, mitte, 'Brautfrisur'))).toMatchObject({
      code: 'service_not_bookable',
      fields: { fallback: 'callback_request' },
    })
  })
})

describe('the person', () => {
  const dauerwelle = chooseService(catalogue, mitte, 'Dauerwelle')
  const cut = chooseService(catalogue, mitte, 'Herrenhaarschnitt')

  test('is found by first name; no name or "egal" means anyone', () => {
    expect(fullName(chooseStaff(catalogue, mitte, cut, 'Anna')!)).toBe('Anna Becker')
    expect(chooseStaff(catalogue, mitte, cut, 'egal')).toBeNull()
    expect(chooseStaff(catalogue, mitte, cut, undefined)).toBeNull()
  })

  test('I-67 who does not do the service is said, with who does', () => {
    const asked = question(() => chooseStaff(catalogue, mitte, dauerwelle, 'Anna'))
    expect(asked).toMatchObject({
      code: 'staff_not_for_service',
      fields: { staff_options: ['Clara Yilmaz'] },
    })
    expect(asked.say).toBe(
      'Anna Becker bietet Dauerwelle leider nicht an. Möglich ist es bei Clara Yilmaz, wäre das in Ordnung?',
    )
  })

  test('I-67 an unknown name is not silently ignored, nor is somebody of another branch', () => {
    expect(question(() => chooseStaff(catalogue, mitte, cut, 'Roswitha')).code).toBe('unknown_staff')
    expect(question(() => chooseStaff(catalogue, mitte, cut, 'David')).code).toBe('unknown_staff')
  })
})

describe('the branch', () => {
  test('is the dialled one unless another is named', () => {
    expect(chooseBranch(catalogue, mitte, undefined)).toBe(mitte)
    expect(chooseBranch(catalogue, mitte, 'Nord')).toBe(nord)
    expect(chooseBranch(catalogue, mitte, 'am Bahnhof')).toBe(nord)
  })

  test('that does not exist is asked about', () => {
    expect(question(() => chooseBranch(catalogue, mitte, 'Hamburg'))).toMatchObject({
      code: 'unknown_branch',
      fields: { branches: ['Mitte', 'Nord'] },
    })
  })
})

describe('the day', () => {
  test('I-26 a wish without a day is a question, never tomorrow', () => {
    const asked = question(() => requireDay(readDayAndTime({}, context), undefined))
    expect(asked).toMatchObject({ code: 'missing_date', fields: { status: 'needs_date' } })
    expect(asked.say).toBe('Für welchen Tag wünschen Sie den Termin?')
    expect(question(() => requireDay(readDayAndTime({ date: 'blau' }, context), 'blau')).code).toBe(
      'date_not_understood',
    )
  })

  test('I-20 a day beyond what can be booked is asked about', () => {
    expect(question(() => readDayAndTime({ date: '2027-10-26' }, context)).fields).toMatchObject({
      status: 'needs_date',
    })
  })
})
