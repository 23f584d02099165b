/** What pages are made of: frames, forms, empty lists. */
import type { ComponentChildren } from 'preact'
import type { PageContext } from './page.ts'

/** A region with a heading. `live`: its name as a part of the page, which the browser asks for again every few seconds. */
export function Box(props: {
  title: string
  id?: string
  live?: string
  aside?: ComponentChildren
  children: ComponentChildren
}) {
  const { title, id, live, aside, children } = props
  const refresh =
    live === undefined ? {} : { 'hx-get': live, 'hx-trigger': 'every 10s', 'hx-swap': 'outerHTML' }
  return (
    <section class="box" id={id} {...refresh}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

/** An empty list says what it would show, or what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

/** A form that is sent to an act of the console; carries the token without which nothing is done. */
export function Form(props: {
  context: PageContext
  to: string
  class?: string
  children: ComponentChildren
}) {
  return (
    <form method="post" action={props.context.to(props.to)} class={props.class}>
      <input type="hidden" name="csrf" value={props.context.csrf} />
      {props.children}
    </form>
  )
}

export type Tone = 'plain' | 'good' | 'attention' | 'wrong'

/** A state, in words; its colour only repeats them. */
export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`state ${tone}`}>{children}</span>
}

/** A number to call at. */
export function Tel({ number, children }: { number: string; children?: ComponentChildren }) {
  return (
    <a class="tel" href={`tel:${number.replace(/[^+\d]/g, '')}`}>
      {children ?? number}
    </a>
  )
}
/** JSON to read, folded away. */
export function Folded({ label, value }: { label: string; value: unknown }) {
  return (
    <details class="folded">
      <summary>{label}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  )
}
