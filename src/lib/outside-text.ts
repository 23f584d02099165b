/**
 * What strangers have typed or said, before it is kept or handed on: text and nothing else. Names, notes and reasons come from booking
 * pages, webhooks and a model's analysis; what leaves towards a voice agent must hold nothing that a prompt or a page would act upon.
 */
import { type JsonMapping, mapJson } from './map-json.ts'

/** Nothing to clean, as nearly always. */
const cleanAlready = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}{}<>[\]\\`|]*$/u

/** One line without markup, placeholders, control and invisible characters, at most `charactersMax`; empty when nothing is left. */
export function outsideText(text: string, charactersMax: number): string {
  const cut = text.length > charactersMax * 4 ? text.slice(0, charactersMax * 4) : text
  const clean = cleanAlready.test(cut)
    ? cut
    : cut
        .replace(/\{\{[^{}]*\}\}|<[^<>]*>/g, ' ')
        .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}{}<>[\]\\`|]+/gu, ' ')
  const line = clean.replace(/\s+/g, ' ').trim()
  return line.length <= charactersMax ? line : [...line].slice(0, charactersMax).join('')
}

/** What an agent is handed to say or to put into its prompt: the text, with nothing in it that a prompt would act upon. */
export function forAgent(text: string): string {
  return cleanAlready.test(text) ? text : outsideText(text, Math.max(1, text.length))
}

const analysisTextMax = 5_000
const kept: JsonMapping = {
  text: (text) => outsideText(text, analysisTextMax),
  key: (key) => outsideText(key, 200),
}

/** A JSON value of an analysis, each of its texts cleaned. */
export function outsideJson(value: object): object {
  return mapJson(value, kept) as object
}
