/**
 * What of an agent's words does not hold: what callers must be told, what is kept of them, and instructions that its tools contradict.
 * Pure: an agent as Retell has it in, findings out.
 */
import type { RetellAgent, RetellLlm } from '../../retell/api-schemas.ts'
import { bareName } from '../../retell/envelope.ts'
import type { OurTool } from './agent-tools.ts'
import type { Add } from './report.ts'

export interface Worded {
  agent: Pick<RetellAgent, 'languages' | 'storage' | 'retentionDays'>
  llm: Omit<RetellLlm, 'id'>
}

const machine =
  /\bKI\b|künstliche[rn]? Intelligenz|\b(?:Maschine|Roboter|Computer|Bot)\b|automatische[rn]?\b|(?:digital|virtuell|KI-)\w*[ -]?(?:Sprach)?assistent/i
/** "du" and its forms; the polite ones have a capital letter and another ending. */
const familiar = /(?<![\p{L}-])(?:du|dich|dir|dein|deine[mnrs]?|hast du|kannst du|magst du)(?![\p{L}-])/iu
const quoted = /„([^“”"]+)[“”"]/g
const rewritesDays = /YYYY-MM-DD|JJJJ-MM-TT|\bISO[- ]?8601|ISO-Format/i

/**
 * In: how the agent is called in a sentence ("agent X"), the company whose name must fall (null: not known), every name of our functions.
 */
export function checkWords(
  { agent, llm }: Worded,
  name: string,
  company: string | null,
  ours: readonly OurTool[],
  add: Add,
): void {
  checkDisclosure(llm, name, company, add)
  checkStorage(agent, name, add)
  if (agent.languages?.includes('de-DE') !== true)
    add(
      'warning',
      'agent_not_german',
      `The ${name} listens to ${agent.languages?.join(', ') ?? 'American English'} and not to de-DE: German callers are misheard.`,
      'Set its language to de-DE.',
    )
  checkInstructions(llm, name, ours, add)
  checkRegister(llm, name, add)
}

function checkDisclosure(
  { beginMessage, callerSpeaksFirst }: Worded['llm'],
  name: string,
  company: string | null,
  add: Add,
): void {
  const remedy = 'Let it begin with a fixed sentence that names the company and says that a machine speaks.'
  const first = beginMessage?.trim() ?? ''
  if (callerSpeaksFirst || first === '')
    add(
      'error',
      'agent_no_disclosure',
      `The ${name} has no fixed first sentence: whether callers learn that a machine speaks is left to the model, and the law asks for it at the start.`,
      remedy,
    )
  else if (!machine.test(first))
    add(
      'error',
      'agent_no_disclosure',
      `The first sentence of ${name} does not say that a machine speaks: the law asks for it at the start, not only when somebody asks.`,
      remedy,
    )
  else if (first.replaceAll(/\{\{\s*company_name\s*\}\}/g, '').includes('{{'))
    add(
      'warning',
      'agent_disclosure_varies',
      `The first sentence of ${name} holds a variable: where it stays empty, callers hear a gap.`,
      remedy,
    )
  else if (
    company !== null &&
    !/\{\{\s*company_name/.test(first) &&
    !first.toLowerCase().includes(company.toLowerCase())
  )
    add(
      'warning',
      'agent_disclosure_nameless',
      `The first sentence of ${name} does not name ${company}: callers do not learn on whose behalf it speaks.`,
      remedy,
    )
}

function checkStorage({ storage, retentionDays }: Worded['agent'], name: string, add: Add): void {
  if (storage === undefined || storage === 'everything')
    add(
      'warning',
      'agent_stores_everything',
      `Retell keeps everything of the calls of ${name}, recordings too: a recording needs the caller’s consent before it begins.`,
      'Set data_storage_setting to basic_attributes_only, or ask for consent first.',
    )
  if (retentionDays === undefined)
    add(
      'warning',
      'agent_stores_for_ever',
      `Retell keeps what it has of the calls of ${name} for ever.`,
      'Set data_storage_retention_days, for instance to 30.',
    )
}

function checkInstructions(
  { prompt, tools }: Worded['llm'],
  name: string,
  ours: readonly OurTool[],
  add: Add,
): void {
  const has = new Set(tools.flatMap((tool) => [tool.name, bareName(tool.name) ?? tool.name]))
  const known = new Set([...ours.map((tool) => tool.name), 'transfer_call', 'end_call'])
  const absentIn = (text: string) =>
    [...new Set(text.match(/[a-z]+(?:_[a-z0-9]+)+/g))].filter((word) => known.has(word) && !has.has(word))
  const missing = absentIn(prompt)
  if (missing.length > 0)
    add(
      'warning',
      'prompt_names_missing_tool',
      `The prompt of ${name} tells it to use ${missing.join(', ')}, and it has no such tool: it will improvise.`,
      'Add the tool, or take it out of the prompt.',
    )
  const misleading = tools.filter((tool) => absentIn(tool.description ?? '').length > 0)
  if (misleading.length > 0)
    add(
      'hint',
      'tool_names_missing_tool',
      `The descriptions of ${misleading.map((tool) => tool.name).join(', ')} of ${name} point to tools that it does not have.`,
      'Describe them without, or add those tools.',
    )
  const old = ['book_appointment', 'collect_appointment_data'].filter((one) => has.has(one))
  if (has.has('start_booking') && old.length > 0)
    add(
      'warning',
      'tools_compete',
      `The ${name} has ${old.join(' and ')} beside start_booking: it may book without the caller’s yes.`,
      `Remove ${old.join(' and ')}.`,
    )
  if (has.has('start_booking') !== has.has('confirm_booking'))
    add(
      'error',
      'booking_half',
      `The ${name} has only one of start_booking and confirm_booking: nothing is ever booked.`,
      'Add the other one from npm run -s tools.',
    )
  if (rewritesDays.test(prompt))
    add(
      'hint',
      'prompt_rewrites_days',
      `The prompt of ${name} asks the model to work out dates: models do that wrong, our functions take the caller’s words.`,
      'Let it pass days and times as the caller said them.',
    )
  if (tools.some(({ type }) => type === 'transfer_call') && !has.has('request_callback'))
    add(
      'warning',
      'transfer_without_callback',
      `The ${name} connects callers and has no request_callback: who is not answered is lost.`,
      'Add request_callback from npm run -s tools.',
    )
}

function checkRegister({ prompt, beginMessage, tools }: Worded['llm'], name: string, add: Add): void {
  const spoken = [
    beginMessage ?? '',
    ...tools.flatMap(({ says }) => says ?? []),
    ...[...prompt.matchAll(quoted)].map(([, words]) => words!),
  ]
  const wrong = spoken.find((words) => familiar.test(words))
  if (wrong !== undefined)
    add(
      'warning',
      'agent_says_du',
      `The ${name} says „${wrong.slice(0, 80)}“ and our functions say Sie: callers hear both in one call.`,
      'Let it say Sie throughout.',
    )
}
