import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MatchableService, matchService } from '../../../src/services/matching/index.ts'
import { leastProcessorMs, processorMs } from '../../helpers/processor-time.ts'

interface Benchmark {
  shops: Record<string, MatchableService[]>
  cases: Record<string, [say: string, expected: string][]>
}

const load = (name: string): Benchmark =>
  JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Benchmark

const tuned = load('./spoken-services.json')
const heldOut = load('./spoken-services.heldout.json')
const shops = { ...tuned.shops, ...heldOut.shops }

/** `wrong` holds every service taken although another, a question or nothing was right. */
function score(benchmark: Benchmark) {
  let total = 0
  const missed: string[] = []
  const wrong: string[] = []
  for (const [shop, cases] of Object.entries(benchmark.cases)) {
    for (const [say, expected] of cases) {
      total++
      const match = matchService(say, shops[shop]!)
      const got = match.kind === 'match' ? match.service.name : match.kind === 'ambiguous' ? 'ask' : 'none'
      if (got === expected) continue
      const line = `${shop}: "${say}" should be ${expected}, was ${got}`
      missed.push(line)
      if (match.kind === 'match') wrong.push(line)
    }
  }
  return { total, missed, wrong, share: 1 - missed.length / total }
}

const salon = (...names: string[]): MatchableService[] =>
  names.map((name, i) => ({ id: i + 1, name, synonyms: [] }))
const named = (spoken: string, services: MatchableService[]) => {
  const match = matchService(spoken, services)
  if (match.kind === 'match') return match.service.name
  return match.kind === 'ambiguous' ? match.candidates.map((service) => service.name) : null
}

describe('benchmark of spoken services', () => {
  test('at least 95 % of the variants are understood and no wrong service is taken', () => {
    const result = score(tuned)
    console.log(
      `spoken services: ${result.total - result.missed.length} of ${result.total}, wrong ${result.wrong.length}`,
    )
    expect(result.total).toBeGreaterThanOrEqual(200)
    expect(result.wrong).toEqual([])
    expect(result.share, result.missed.join('\n')).toBeGreaterThanOrEqual(0.95)
  })

  test('held-out variants, of further businesses too, are understood without a wrong service', () => {
    const result = score(heldOut)
    console.log(
      `held out: ${result.total - result.missed.length} of ${result.total}, wrong ${result.wrong.length}`,
    )
    expect(result.total).toBeGreaterThanOrEqual(60)
    expect(result.wrong).toEqual([])
    expect(result.share, result.missed.join('\n')).toBeGreaterThanOrEqual(0.95)
  })
})

describe('which service is taken', () => {
  const cuts = salon('Herrenhaarschnitt', 'Damenhaarschnitt')

  test('I-61: a word that several services share is asked about with their names', () => {
    expect(named('Haarschnitt', cuts)).toEqual(['Herrenhaarschnitt', 'Damenhaarschnitt'])
    expect(named('ich hätte gern einen Haarschnitt, bitte', cuts)).toEqual([
      'Herrenhaarschnitt',
      'Damenhaarschnitt',
    ])
  })

  test('I-61: a service split by speech-to-text is the service', () => {
    expect(named('Damen Haarschnitt', cuts)).toBe('Damenhaarschnitt')
  })

  test('I-61: a service that is not offered is never replaced by another one', () => {
    expect(named('Massage', cuts)).toBeNull()
    expect(named('Kinderhaarschnitt', cuts)).toBeNull()
    expect(named('Damenhaarschnitt', salon('Herrenhaarschnitt', 'Beratung'))).toBeNull()
  })

  test('I-61: without any service said nothing is chosen, not even the only service', () => {
    for (const nothing of ['', ' ', 'None', 'null', '{{service}}', 'einen Termin bitte'])
      expect(matchService(nothing, salon('Herrenhaarschnitt')).kind).toBe('none')
    expect(matchService('Herrenhaarschnitt', []).kind).toBe('none')
  })

  test('an exact name goes before the synonym of another service', () => {
    const services = [
      { id: 1, name: 'Haarschnitt komplett', synonyms: ['Schnitt'] },
      { id: 2, name: 'Schnitt', synonyms: [] },
    ]
    expect(matchService('Schnitt', services)).toMatchObject({
      kind: 'match',
      how: 'exact',
      service: { id: 2 },
    })
  })

  test('a synonym of the company is taken even if the word alone would be generic', () => {
    const services = [
      { id: 1, name: 'Herrenhaarschnitt', synonyms: ['Haarschnitt'] },
      { id: 2, name: 'Damenhaarschnitt', synonyms: [] },
    ]
    expect(matchService('Haarschnitt', services)).toMatchObject({
      kind: 'match',
      how: 'synonym',
      service: { id: 1 },
    })
    expect(named('Haarschnitt für meine Frau', services)).toBe('Damenhaarschnitt')
  })

  test('a synonym that two services share is asked about', () => {
    const services = [
      { id: 1, name: 'Coloration', synonyms: ['Farbe'] },
      { id: 2, name: 'Tönung', synonyms: ['Farbe'] },
    ]
    expect(named('Farbe', services)).toEqual(['Coloration', 'Tönung'])
  })

  test('services of one name in two categories are told apart by the audience of the category', () => {
    const services = [
      { id: 1, name: 'Haarschnitt', synonyms: [], category: 'Damen' },
      { id: 2, name: 'Haarschnitt', synonyms: [], category: 'Herren' },
    ]
    expect(matchService('Haarschnitt', services).kind).toBe('ambiguous')
    expect(matchService('Herrenhaarschnitt', services)).toMatchObject({ kind: 'match', service: { id: 2 } })
  })

  test('digits are an id, and an unknown id is nothing', () => {
    expect(matchService('2', cuts)).toMatchObject({ kind: 'match', how: 'exact', service: { id: 2 } })
    expect(matchService('7', cuts).kind).toBe('none')
  })

  test('the staff member and the time in the same sentence do not decide the service', () => {
    expect(named('Haarschnitt bei Frau Becker am Freitag um 15 Uhr', cuts)).toEqual([
      'Herrenhaarschnitt',
      'Damenhaarschnitt',
    ])
  })

  test('what is said not to be wanted is not taken', () => {
    expect(named('keinen Herrenschnitt, einen Damenschnitt', cuts)).toBe('Damenhaarschnitt')
  })

  test('two services in one sentence are asked about', () => {
    const services = salon('Damenhaarschnitt', 'Dauerwelle', 'Strähnchen')
    expect(named('Dauerwelle und Strähnchen', services)).toEqual(['Dauerwelle', 'Strähnchen'])
  })

  test('a list that changed is matched as it is now', () => {
    const services = salon('Herrenhaarschnitt')
    expect(named('Dauerwelle', services)).toBeNull()
    services.push({ id: 9, name: 'Dauerwelle', synonyms: [] })
    expect(named('Dauerwelle', services)).toBe('Dauerwelle')
  })
})

describe('any input', () => {
  test('every service is found by its own name, in any case and with its words joined', () => {
    for (const services of Object.values(shops)) {
      for (const service of services) {
        expect(named(service.name, services)).toBe(service.name)
        expect(named(service.name.toUpperCase(), services)).toBe(service.name)
        expect(named(`einen Termin für ${service.name}, bitte`, services)).toBe(service.name)
        for (const synonym of service.synonyms) expect(named(synonym, services)).toBe(service.name)
      }
    }
  })

  test('arbitrary text never throws and only ever returns services of the list', () => {
    const services = shops.salon!
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const match = matchService(text, services)
        const found =
          match.kind === 'match' ? [match.service] : match.kind === 'ambiguous' ? match.candidates : []
        return (
          found.every((service) => services.includes(service)) &&
          (match.kind !== 'ambiguous' || found.length > 0)
        )
      }),
    )
  })

  test('long and hostile input is answered in milliseconds', () => {
    const hostile = [
      'haar'.repeat(2_000),
      'schnitt '.repeat(2_000),
      'a'.repeat(10_000),
      'haarschnitt'.repeat(3),
    ]
    for (const text of hostile) {
      expect(processorMs(() => matchService(text, shops.salon!))).toBeLessThan(150)
    }
  })

  test('30 services with some 100 synonyms cost less than 0.3 ms a call', () => {
    const extra = shops.garage!.slice(0, 10)
    const services = [...shops.salon!, ...extra].map((service) => ({
      ...service,
      synonyms: [...service.synonyms, `${service.name} Termin`, `${service.name} buchen`],
    }))
    const says = tuned.cases.salon!.map(([say]) => say)
    for (const say of says) matchService(say, services)
    const roundMs = leastProcessorMs(20, () => {
      for (const say of says) matchService(say, services)
    })
    const perCallMs = roundMs / says.length
    console.log(`matchService: ${perCallMs.toFixed(3)} ms`)
    expect(perCallMs).toBeLessThan(0.3)
  })
})
