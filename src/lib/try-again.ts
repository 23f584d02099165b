/** The work cannot be done yet, and that is nobody's fault: it is to be tried again, and the log stays calm. */
export class TryAgainLater extends Error {
  /** `reason` is a code for the log. */
  constructor(reason: string) {
    super(reason)
    this.name = 'TryAgainLater'
  }
}
