/** What the look-alike takes is what retell-sdk's types name: no key more, none less, and no value that the types refuse. */
import type Retell from 'retell-sdk'
import { expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type {
  AgentCreate,
  AgentPublish,
  AgentUpdate,
  LlmWrite,
  NumberBuy,
  NumberImport,
  NumberUpdate,
} from '../../../src/simulator/retell/schemas.ts'

test('every key, and values that the types take (held by the compiler)', () => {
  expectTypeOf<keyof z.input<typeof AgentCreate>>().toEqualTypeOf<keyof Retell.AgentCreateParams>()
  expectTypeOf<z.input<typeof AgentCreate>>().toExtend<Retell.AgentCreateParams>()
  expectTypeOf<Retell.AgentCreateParams>().toExtend<z.input<typeof AgentCreate>>()

  type AgentBody = Omit<Retell.AgentUpdateParams, 'version'>
  expectTypeOf<keyof z.input<typeof AgentUpdate>>().toEqualTypeOf<keyof AgentBody>()
  expectTypeOf<z.input<typeof AgentUpdate>>().toExtend<AgentBody>()
  expectTypeOf<AgentBody>().toExtend<z.input<typeof AgentUpdate>>()
  expectTypeOf<z.input<typeof AgentPublish>>().toEqualTypeOf<Retell.AgentPublishParams>()

  expectTypeOf<keyof z.input<typeof LlmWrite>>().toEqualTypeOf<keyof Retell.LlmCreateParams>()
  expectTypeOf<z.input<typeof LlmWrite>>().toExtend<Retell.LlmCreateParams>()

  expectTypeOf<keyof z.input<typeof NumberBuy>>().toEqualTypeOf<keyof Retell.PhoneNumberCreateParams>()
  expectTypeOf<keyof z.input<typeof NumberImport>>().toEqualTypeOf<keyof Retell.PhoneNumberImportParams>()
  expectTypeOf<keyof z.input<typeof NumberUpdate>>().toEqualTypeOf<keyof Retell.PhoneNumberUpdateParams>()
  expectTypeOf<z.input<typeof NumberBuy>>().toExtend<Retell.PhoneNumberCreateParams>()
  expectTypeOf<z.input<typeof NumberImport>>().toExtend<Retell.PhoneNumberImportParams>()
  expectTypeOf<z.input<typeof NumberUpdate>>().toExtend<Retell.PhoneNumberUpdateParams>()
})
