/** Every function by name; a registry with a duplicate never boots. Order is the order of registration. */
import type { FunctionDefinition } from './define.ts'

export class FunctionRegistry {
  readonly #byName = new Map<string, FunctionDefinition>()

  /** @param aliases further names that older agents use for the same function */
  constructor(definitions: readonly FunctionDefinition[], aliases: Readonly<Record<string, string>> = {}) {
    for (const definition of definitions) this.#add(definition.name, definition)
    for (const [alias, name] of Object.entries(aliases)) {
      const definition = this.#byName.get(name)
      if (!definition) throw new Error(`Alias ${alias} points to ${name}, which is not a function`)
      this.#add(alias, definition)
    }
  }

  /** The function of a name without version suffix; undefined if it is none of ours. */
  get(name: string): FunctionDefinition | undefined {
    return this.#byName.get(name)
  }

  /** All definitions, each once. */
  list(): FunctionDefinition[] {
    return [...new Set(this.#byName.values())]
  }

  /** All names, aliases included. */
  names(): string[] {
    return [...this.#byName.keys()]
  }

  /** All names, aliases included, each with its function. */
  entries(): Array<{ name: string; definition: FunctionDefinition }> {
    return [...this.#byName].map(([name, definition]) => ({ name, definition }))
  }

  #add(name: string, definition: FunctionDefinition): void {
    if (this.#byName.has(name)) throw new Error(`Function ${name} is registered twice`)
    this.#byName.set(name, definition)
  }
}
