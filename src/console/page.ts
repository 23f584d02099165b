/**
 * What a page of the console is: an address, the right it needs, what it shows, and the forms it takes. A page reads through
 * `context.see`, where PostgreSQL decides what is seen, and writes through services alone, after it has seen the row it is about.
 */
import type { ComponentChildren, VNode } from 'preact'
import type { z } from 'zod'
import type { Tx } from '../db/tenancy.ts'
import type { Person } from '../services/people/people.ts'
import type { Right, Role } from '../services/people/roles.ts'
import type { Said } from './said.ts'
import type { ConsoleTools } from './tools.ts'

export interface ChosenBranch {
  id: string
  name: string
  timeZone: string
}

/** One request of somebody who is signed in, about one company. */
export interface PageContext {
  person: Person
  role: Role
  company: { id: number; name: string; timeZone: string }
  /** Those the person may see, by name. */
  branches: readonly ChosenBranch[]
  /** False: the person is held to branches, and what holds for all of them is not theirs to change. */
  seesAllBranches: boolean
  /** The one that is looked at; null: all of them. */
  branch: ChosenBranch | null
  /** IANA zone of what is looked at; rows of other branches are shown in it too. */
  timeZone: string
  now: Date
  /** For every form. */
  csrf: string
  /** What services may be used to write, in this person's name. */
  tools: ConsoleTools
  may(right: Right): boolean
  /** Reads what the person may see of the company, or of the chosen branch. */
  see<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** An address of the console that stays with company and branch. In: path with leading '/console', further query fields. */
  to(path: string, query?: Record<string, string | undefined>): string
}

/** What the address says: `:name` parts of the path, and the query. */
export interface Asked {
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string | undefined>>
}

export interface Shown {
  /** Of the window and the heading. */
  title: string
  body: ComponentChildren
}

export interface Page {
  /** Beginning with '/console'; parts like ':id'. */
  path: string
  right: Right
  /** Null: there is no such thing, or not for this person. */
  show(context: PageContext, asked: Asked): Promise<Shown | Download | null>
  /** Parts that can be asked for alone (`?teil=name`), for what is kept up to date. */
  parts?: Readonly<Record<string, (context: PageContext, asked: Asked) => Promise<VNode>>>
}

/** A file instead of a page. */
export interface Download {
  fileName: string
  mediaType: string
  content: string
}

/** Where the browser goes after a form, and what is said there. */
export interface Done {
  to: string
  said: Said
}

export interface Act<Form extends z.ZodType = z.ZodType> {
  /** Where the form is sent to. */
  path: string
  right: Right
  form: Form
  /** Null: there is no such thing, or not for this person. */
  run(context: PageContext, asked: Asked & { form: z.infer<Form> }): Promise<Done | null>
}

/** Keeps the form's type for `run`. */
export function defineAct<Form extends z.ZodType>(act: Act<Form>): Act {
  return act as unknown as Act
}

/** The number in an address, or null when it is none that a row could have. */
export function idIn(text: string | undefined): bigint | null {
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : null
}
