/** refuse_recording: nothing of what is recorded or written down of this call is kept. */
import { z } from 'zod'
import { recordingRefused, technicalTrouble } from '../german/sentences/calls.ts'
import { answers } from './answers/contract.ts'
import { defineFunction } from './define.ts'

export const refuseRecordingFunction = defineFunction({
  name: 'refuse_recording',
  description: 'Der Anrufer will keine Aufnahme.',
  needs: 'call',
  input: z.object({}),
  output: answers({ recording_refused: z.literal(true) }),
  deadline: 'read',
  async handler(_input, context) {
    const isNoted = await context.services.recordings.refuse(context)
    if (!isNoted)
      return {
        success: false,
        error: 'technical_error',
        fallback: 'callback_request',
        message: technicalTrouble(),
      }
    return { success: true, recording_refused: true, message: recordingRefused }
  },
})
