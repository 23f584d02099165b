/** Counts the days anew whose calls or function calls changed (services/figures/keep.ts). */
import type { FiguresKeeper } from '../services/figures/keep.ts'
import type { Job } from './job.ts'

export const keepFigures: Job<{ figures: Pick<FiguresKeeper, 'run'> }> = {
  name: 'keep_figures',
  timeoutMs: 1_800_000,
  run: async ({ figures }, _payload, signal) => ({ days: await figures.run(signal) }),
}
