/** How a service looks in answers, under all the names that agents read. */
import { sayPrice } from '../../german/index.ts'
import type { CatalogueService } from '../../services/catalogue.ts'

export function serviceFields(service: CatalogueService) {
  const { id, name, durationMinutes, priceCents, description, category } = service
  return {
    id,
    name,
    duration_minutes: durationMinutes,
    duration: durationMinutes,
    price_cents: priceCents,
    /** In euros, as older agents expect it. */
    price: priceCents === null ? null : priceCents / 100,
    price_formatted: priceCents === null ? null : sayPrice(priceCents),
    description,
    category,
  }
}
