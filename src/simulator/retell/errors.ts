/** Retell's refusals: one shape, `{status: "error", message}`. */

/** Thrown anywhere below a route; the server turns it into Retell's answer. */
export class RetellRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }

  body() {
    return { status: 'error', message: this.message }
  }
}

export const invalid = (message: string) => new RetellRefusal(400, message)
export const unknown = (what: string) =>
  new RetellRefusal(404, `Cannot find requested ${what} under given api key.`)
