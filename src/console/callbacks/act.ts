/** Working on callbacks: taking one in hand, giving it back, done. */
import { z } from 'zod'
import { noteCharactersMax } from '../../services/callback-desk.ts'
import { defineAct, idIn, type PageContext } from '../page.ts'
import { seesCallback } from './load.ts'

const list = '/console/rueckrufe'

/** The callback of an address, if it is there for this person. */
async function seen(context: PageContext, text: string | undefined): Promise<bigint | null> {
  const id = idIn(text)
  return id !== null && (await seesCallback(context, id)) ? id : null
}

export const callbackActs = [
  defineAct({
    path: `${list}/:id/uebernehmen`,
    right: 'callbacks',
    form: z.object({}),
    async run(context, { params }) {
      const id = await seen(context, params.id)
      if (id === null) return null
      const claimed = await context.tools.callbacks.claim(id, {
        companyId: context.company.id,
        by: context.person.name,
      })
      return {
        to: context.to(`${list}#r${id}`),
        said: claimed === 'claimed' ? 'callback_taken' : 'callback_taken_by_other',
      }
    },
  }),
  defineAct({
    path: `${list}/:id/freigeben`,
    right: 'callbacks',
    form: z.object({}),
    async run(context, { params }) {
      const id = await seen(context, params.id)
      if (id === null) return null
      await context.tools.callbacks.giveBack(id, context.company.id)
      return { to: context.to(`${list}#r${id}`), said: 'callback_given_back' }
    },
  }),
  defineAct({
    path: `${list}/:id/erledigt`,
    right: 'callbacks',
    form: z.object({
      note: z
        .string()
        .trim()
        .max(noteCharactersMax, `Die Notiz darf höchstens ${noteCharactersMax} Zeichen haben.`)
        .optional(),
    }),
    async run(context, { params, form }) {
      const id = await seen(context, params.id)
      if (id === null) return null
      const closed = await context.tools.callbacks.close(id, {
        companyId: context.company.id,
        actor: context.tools.actor,
        ...(form.note ? { note: form.note } : {}),
      })
      if (closed.kind === 'absent' || closed.kind === 'wrong_company') return null
      return {
        to: context.to(list),
        said: closed.kind === 'closed' ? 'callback_done' : 'callback_done_already',
      }
    },
  }),
]
