/** Who rings, where and what for. */

export const lines = { mitte: '+493023125001', nord: '+493023125002' }

export const firstNames =
  'Anna Ben Clara David Emma Felix Greta Hannes Ida Jonas Katrin Lars Maria Niklas Olga Paul Rosa Stefan Tina Ulrich Vera Walter Yvonne Zoe'.split(
    ' ',
  )

export const lastNames =
  'Albrecht Bauer Conrad Dietrich Ebert Fischer Gruber Hartmann Iversen Jansen Keller Lehmann Meier Neumann Otto Peters Richter Schulz Thiel Ullrich Vogel Wagner Zimmermann Krause Lorenz Brandt Horn Busch Kuhn Pohl'.split(
    ' ',
  )

/** Services by how often they are wished for. */
export const services = {
  Herrenhaarschnitt: 5,
  Damenhaarschnitt: 3,
  Beratung: 2,
}
