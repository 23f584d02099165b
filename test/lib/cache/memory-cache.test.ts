import { MemoryCache } from '../../../src/lib/cache/memory-cache.ts'
import { cacheContract } from '../../contracts/cache-contract.ts'

cacheContract('memory', async (clock) => new MemoryCache({ clock }))
