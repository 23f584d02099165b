/** The callbacks as a list to work off. */
import { writtenPhone } from '../../lib/phone.ts'
import type { PageContext } from '../page.ts'
import { Box, Empty, Form, State, Tel } from '../parts.tsx'
import { span, timeAgo } from '../times.ts'
import type { Callback, loadCallbacks } from './load.ts'

const kinds: Record<string, string> = {
  caller: 'hat um Rückruf gebeten',
  policy: 'wegen einer Regel',
  technical: 'weil etwas nicht ging',
}

export function Callbacks({
  context,
  callbacks,
}: {
  context: PageContext
  callbacks: Awaited<ReturnType<typeof loadCallbacks>>
}) {
  const { open, done } = callbacks
  return (
    <>
      <Box title="Offen" aside={<small class="keys">Tasten: j und k wählen, e erledigt</small>}>
        {open.length === 0 ? (
          <Empty>
            Niemand wartet auf einen Rückruf. Neue erscheinen hier, sobald der Assistent einen verspricht.
          </Empty>
        ) : (
          <ul class="entries">
            {open.map((callback) => (
              <Open context={context} callback={callback} />
            ))}
          </ul>
        )}
      </Box>
      {done.length === 0 ? null : (
        <Box title="Erledigt">
          <ul class="entries">
            {done.map((callback) => (
              <li>
                <div class="entry">
                  <span>{callback.name ?? 'Ohne Namen'}</span>
                  <State tone="good">
                    {callback.closedAt === null
                      ? 'erledigt'
                      : `erledigt ${timeAgo(callback.closedAt, context.now, context.timeZone)}`}
                  </State>
                </div>
                <small>{[callback.reason, callback.closingNote].filter(Boolean).join(' · ')}</small>
              </li>
            ))}
          </ul>
        </Box>
      )}
    </>
  )
}

function Open({ context, callback }: { context: PageContext; callback: Callback }) {
  const { id, name, phone, reason, kind, claimedBy, createdAt, call } = callback
  const mine = claimedBy === context.person.name
  return (
    <li id={`r${id}`} tabindex={-1} data-entry="">
      <div class="entry">
        <div>
          <strong>{name ?? 'Ohne Namen'}</strong> <small>{kinds[kind] ?? ''}</small>
          <br />
          {reason ?? 'Rückruf gewünscht'}
        </div>
        <Promised context={context} callback={callback} />
      </div>
      <div class="actions">
        {phone === null ? (
          <span class="soft">Keine Nummer</span>
        ) : (
          <Tel number={phone}>{writtenPhone(phone)}</Tel>
        )}
        {call === null ? null : <a href={context.to(`/console/anrufe/${call}`)}>Anruf ansehen</a>}
        <small>{timeAgo(createdAt, context.now, context.timeZone)}</small>
      </div>
      {context.may('callbacks') ? (
        <div class="actions">
          {claimedBy === null ? (
            <Form context={context} to={`/console/rueckrufe/${id}/uebernehmen`}>
              <button type="submit" class="quiet">
                Übernehmen
              </button>
            </Form>
          ) : (
            <>
              <span>{mine ? 'Bei Ihnen' : `Bei ${claimedBy}`}</span>
              <Form context={context} to={`/console/rueckrufe/${id}/freigeben`}>
                <button type="submit" class="quiet">
                  Freigeben
                </button>
              </Form>
            </>
          )}
          <Form context={context} to={`/console/rueckrufe/${id}/erledigt`} class="inline">
            <input
              name="note"
              maxLength={500}
              placeholder="Eine Zeile dazu"
              aria-label={`Notiz zum Rückruf von ${name ?? 'ohne Namen'}`}
              data-done=""
            />
            <button type="submit">Erledigt</button>
          </Form>
        </div>
      ) : claimedBy === null ? null : (
        <small>{`Bei ${claimedBy}`}</small>
      )}
    </li>
  )
}

function Promised({ context, callback }: { context: PageContext; callback: Callback }) {
  const { preferredTo, preferredFrom, isOverdue, isUrgent } = callback
  const { now, timeZone } = context
  if (isOverdue)
    return <State tone="attention">{`seit ${span(now.getTime() - preferredTo!.getTime())} überfällig`}</State>
  if (isUrgent) return <State tone="attention">dringend</State>
  if (preferredTo === null) return <State tone="plain">keine Zeit versprochen</State>
  if (preferredFrom !== null && preferredFrom > now)
    return <State tone="plain">{`versprochen ab ${timeAgo(preferredFrom, now, timeZone)}`}</State>
  return <State tone="plain">{`versprochen bis ${timeAgo(preferredTo, now, timeZone)}`}</State>
}
