import { describe, expect, test } from 'vitest'
import { MemoryCache } from '../../../src/lib/cache/memory-cache.ts'
import { OfferMemory, refusedStarts, resolveOffer } from '../../../src/services/availability/offers.ts'
import { testClock } from '../../helpers/clock.ts'
import { berlin } from './salon.ts'

const timeZone = 'Europe/Berlin'
const clock = testClock()
const offer = (starts: Date[], more = {}) => ({
  serviceId: 1,
  source: 'alternatives' as const,
  wish: 'w',
  atMs: clock.now().getTime(),
  starts: starts.map((start) => start.getTime()),
  ...more,
})
const stateOf = (...offers: ReturnType<typeof offer>[]) => ({ offers, refused: [] })
const offered = [berlin('2026-11-27', '08:30'), berlin('2026-11-27', '10:00'), berlin('2026-11-28', '10:00')]

describe('what a call was offered', () => {
  test('I-36 a time alone means the offered day', () => {
    expect(resolveOffer(stateOf(offer(offered)), { day: null, time: '08:30', timeZone })).toEqual({
      kind: 'match',
      start: offered[0],
      serviceId: 1,
    })
  })

  test('I-36 an offered time on another day than the offered one is asked about, never taken', () => {
    expect(resolveOffer(stateOf(offer(offered)), { day: '2026-11-26', time: '08:30', timeZone })).toEqual({
      kind: 'ask',
      starts: [offered[0]],
      serviceId: 1,
    })
  })

  test('a time that was offered on two days is asked about, with a day it is clear', () => {
    const state = stateOf(offer(offered))
    expect(resolveOffer(state, { day: null, time: '10:00', timeZone })).toMatchObject({
      kind: 'ask',
      starts: [offered[1], offered[2]],
    })
    expect(resolveOffer(state, { day: '2026-11-28', time: '10:00', timeZone })).toMatchObject({
      kind: 'match',
      start: offered[2],
    })
  })

  test.each([
    ['der erste', 0],
    ['den zweiten bitte', 1],
    ['Ja, ich nehme den letzten Termin', 2],
    ['dritter', 2],
  ])('"%s" picks from the newest offer', (words, index) => {
    expect(resolveOffer(stateOf(offer(offered)), { day: null, time: null, words, timeZone })).toMatchObject({
      kind: 'match',
      start: offered[index],
    })
  })

  test.each(['am ersten Dezember', 'morgen', 'den vierten', ''])('"%s" picks nothing from three', (words) => {
    expect(resolveOffer(stateOf(offer(offered)), { day: null, time: null, words, timeZone })).toEqual({
      kind: 'none',
    })
  })

  test('without an offer, or with a time that was never offered, nothing is resolved', () => {
    expect(resolveOffer(stateOf(), { day: null, time: '10:00', timeZone })).toEqual({ kind: 'none' })
    expect(resolveOffer(stateOf(offer(offered)), { day: null, time: '11:00', timeZone })).toEqual({
      kind: 'none',
    })
  })

  test('asking for alternatives again turns the earlier ones down; a check just before does not', () => {
    const state = stateOf(offer([offered[0]!], { wish: 'check' }), offer([offered[1]!], { wish: 'again' }))
    const asked = { serviceId: 1, wish: 'again', now: clock.now() }
    expect(refusedStarts(state, asked)).toEqual(new Set([offered[1]!.getTime()]))
    const later = new Date(clock.now().getTime() + 10_000)
    expect(refusedStarts(state, { ...asked, now: later }).size).toBe(2)
    expect(refusedStarts(state, { ...asked, serviceId: 2, now: later }).size).toBe(0)
  })

  test('a refused time is remembered for the call, and for no other', async () => {
    const memory = new OfferMemory({ cache: new MemoryCache({ clock }), clock })
    await memory.refuse('call_A', offered[0]!)
    await memory.remember('call_A', await memory.load('call_A'), { ...offer([]), starts: [offered[1]!] })
    const state = await memory.load('call_A')
    expect(state.refused).toEqual([offered[0]!.getTime()])
    expect(await memory.loadServiceId('call_A')).toBe(1)
    expect((await memory.load('call_B')).refused).toEqual([])
    expect((await memory.load(null)).offers).toEqual([])
  })
})
