/**
 * get_business_info: address, way, parking, payment, vouchers, accessibility and whatever else the business has told about itself. From
 * its facts alone: what they do not say is noted for the business, and the caller is promised nothing.
 */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { addressIs, askQuestion, factsAre, questionAsked, questionNoted } from '../german/sentences/facts.ts'
import { chooseBranch } from '../services/choices.ts'
import { factOf, factTopics, topicsOf } from '../services/facts.ts'
import { answers } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

const topicsMax = 3

/** As they are written to the business. */
const germanTopics: Readonly<Record<string, string>> = {
  address: 'Adresse',
  way: 'Anfahrt',
  parking: 'Parken',
  payment: 'Bezahlung',
  vouchers: 'Gutscheine',
  accessibility: 'Barrierefreiheit',
}

export const getBusinessInfo = defineFunction({
  name: 'get_business_info',
  description:
    'Beantwortet Fragen zum Betrieb: Adresse, Anfahrt, Parken, Bezahlung, Gutscheine, Barrierefreiheit und anderes. Was hier nicht bekannt ist, wird für den Betrieb notiert; nichts erfinden.',
  input: z.object({
    topic: words('Worum es geht', factTopics),
    question: words('Die Frage im Wortlaut, z. B. „Kann ich bei Ihnen mit Karte zahlen?“'),
    branch: words('Andere Filiale, falls genannt'),
  }),
  required: ['question'],
  output: answers({
    answered: z.boolean(),
    topics: z.array(z.string()),
    facts: z.record(z.string(), z.string()),
    branch_name: z.string(),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(input, context) {
    const { topic, question } = input
    if (topic === undefined && question === undefined)
      throw new AppError('missing_question', askQuestion, {
        fields: { status: 'needs_question', missing: ['question'] },
      })
    const branch = chooseBranch(context.catalogue, context.branch, input.branch)
    const topics = [
      ...new Set(
        [topic, question].flatMap((said) => (said === undefined ? [] : topicsOf(said, branch.facts))),
      ),
    ].slice(0, topicsMax)
    const known = topics.flatMap((one) => {
      const fact = factOf(branch, one)
      return fact === null ? [] : [{ topic: one, fact }]
    })
    const common = {
      success: true,
      branch_name: branch.name,
      topics,
      facts: Object.fromEntries(known.map(({ topic: one, fact }) => [one, fact])),
    }
    const told = factsAre(
      known.map(({ topic: one, fact }) =>
        fact === branch.address && one === 'address' ? addressIs(fact) : fact,
      ),
    )
    if (known.length > 0 && known.length === topics.length)
      return { ...common, answered: true, status: 'answered', message: told }
    const missing = topics.filter((one) => !known.some(({ topic: other }) => other === one))
    const noted = await context.services.callbacks.note(
      { ...context, branch },
      {
        kind: 'technical',
        reason: questionAsked(
          question ?? '',
          missing.map((one) => germanTopics[one] ?? one),
        ),
        isTask: true,
      },
    )
    const message = [told, questionNoted(known.length > 0)].filter(Boolean).join(' ')
    return { ...common, answered: false, status: 'question_noted', callback_id: noted.id, message }
  },
})
