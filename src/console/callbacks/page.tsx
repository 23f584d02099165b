/** `/console/rueckrufe`: who waits to be called. */
import type { Page } from '../page.ts'
import { loadCallbacks } from './load.ts'
import { Callbacks } from './show.tsx'

export const callbacksPage: Page = {
  path: '/console/rueckrufe',
  right: 'see',
  async show(context) {
    return {
      title: 'Rückrufe',
      body: <Callbacks context={context} callbacks={await loadCallbacks(context)} />,
    }
  },
}
