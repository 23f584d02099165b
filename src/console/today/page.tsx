/** `/console`: today. */
import { localDayOf } from '../../german/index.ts'
import type { Page } from '../page.ts'
import { longDay } from '../times.ts'
import { loadAppointmentsToday, loadCallsNow, loadToDo, loadYesterday } from './load.ts'
import { CallsNow, Salon, ToDo, Yesterday } from './show.tsx'

export const todayPage: Page = {
  path: '/console',
  right: 'see',
  async show(context) {
    const [calls, todo, people, yesterday] = await Promise.all([
      loadCallsNow(context),
      loadToDo(context),
      loadAppointmentsToday(context),
      loadYesterday(context),
    ])
    return {
      title: longDay(localDayOf(context.now, context.timeZone)),
      body: (
        <>
          <div class="two">
            <CallsNow context={context} calls={calls} />
            <ToDo context={context} todo={todo} />
          </div>
          <Salon context={context} people={people} />
          <Yesterday {...yesterday} />
        </>
      ),
    }
  },
  parts: {
    jetzt: async (context) => <CallsNow context={context} calls={await loadCallsNow(context)} />,
    zutun: async (context) => <ToDo context={context} todo={await loadToDo(context)} />,
  },
}
