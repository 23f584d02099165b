/** The frame around every page: document, navigation, choice of company and branch. */
import type { ComponentChildren, VNode } from 'preact'
import { render } from 'preact-render-to-string'
import type { Right } from '../services/people/roles.ts'
import { assets } from './assets.ts'
import type { PageContext } from './page.ts'

/** A document with its doctype. */
export function documentOf(title: string, content: ComponentChildren): string {
  return `<!doctype html>${render(
    <html lang="de">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content='{"includeIndicatorCSS":false}' />
        <title>{`${title} · AskPro`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assets.style.path} />
        <script src={assets.htmx.path} defer />
        <script src={assets.script.path} defer />
      </head>
      <body>{content}</body>
    </html>,
  )}`
}

interface Entry {
  path: string
  label: string
  right: Right
  /** On a narrow screen behind "Mehr". */
  more?: true
}

/** What is in the navigation, in this order. */
const navigation: readonly Entry[] = [
  { path: '/console', label: 'Heute', right: 'see' },
  { path: '/console/anrufe', label: 'Anrufe', right: 'see' },
  { path: '/console/rueckrufe', label: 'Rückrufe', right: 'see' },
  { path: '/console/termine', label: 'Termine', right: 'see' },
  { path: '/console/kunden', label: 'Kunden', right: 'customers', more: true },
  { path: '/console/auswertung', label: 'Auswertung', right: 'figures', more: true },
  { path: '/console/einstellungen/schliesstage', label: 'Schließtage', right: 'settings', more: true },
]

interface Frame {
  title: string
  context: PageContext
  /** The navigation's path of the page. */
  path: string
  /** Callbacks that wait, for the badge. */
  waiting: number
  /** Whether there is another company to go to. */
  canChoose: boolean
  said: string | null
  children: ComponentChildren
}

/** A page for somebody who is signed in. */
export function pageOf({ title, context, path, waiting, canChoose, said, children }: Frame): string {
  const entries = navigation.filter(({ right }) => context.may(right))
  const item = ({ path: to, label }: Entry) => (
    <a href={context.to(to)} aria-current={isAt(path, to) ? 'page' : undefined}>
      {label}
      {to === '/console/rueckrufe' && waiting > 0 ? (
        <span class="badge" title={`${waiting} offen`}>
          {waiting}
        </span>
      ) : null}
    </a>
  )
  const more = entries.filter((entry) => entry.more)
  return documentOf(
    title,
    <>
      <a class="skip" href="#inhalt">
        Zum Inhalt
      </a>
      <div class="frame">
        <nav aria-label="Bereiche">
          <p class="brand">AskPro</p>
          {entries.filter((entry) => !entry.more).map(item)}
          {more.length > 0 ? (
            <>
              <div class="wide">{more.map(item)}</div>
              <details class="narrow">
                <summary>Mehr</summary>
                <div>{more.map(item)}</div>
              </details>
            </>
          ) : null}
        </nav>
        <div class="column">
          <header class="top">
            <Where context={context} canChoose={canChoose} />
            <div class="who">
              <span>{context.person.name}</span>
              <form method="post" action="/console/abmelden">
                <input type="hidden" name="csrf" value={context.csrf} />
                <button type="submit" class="quiet">
                  Abmelden
                </button>
              </form>
            </div>
          </header>
          <main id="inhalt" tabindex={-1}>
            {said === null ? null : (
              <p class="said" role="status">
                {said}
              </p>
            )}
            <h1>{title}</h1>
            {children}
          </main>
        </div>
      </div>
    </>,
  )
}

function isAt(path: string, entry: string): boolean {
  return entry === '/console' ? path === entry : path === entry || path.startsWith(`${entry}/`)
}

/** Company and branch; both stay in the address. */
function Where({ context, canChoose }: { context: PageContext; canChoose: boolean }) {
  const { company, branches, branch } = context
  const choices = branches.length > 1
  return (
    <div class="where">
      {canChoose ? <a href="/console/betriebe">{company.name}</a> : <strong>{company.name}</strong>}
      {choices ? (
        <details class="choice">
          <summary>{branch?.name ?? 'Alle Filialen'}</summary>
          <ul>
            <li>
              <a href={context.to('/console', { filiale: '' })}>Alle Filialen</a>
            </li>
            {branches.map(({ id, name }) => (
              <li>
                <a href={context.to('/console', { filiale: id })}>{name}</a>
              </li>
            ))}
          </ul>
        </details>
      ) : branches[0] ? (
        <span>{branches[0].name}</span>
      ) : null}
    </div>
  )
}

/** A part of a page, alone. */
export function renderPart(part: VNode): string {
  return render(part)
}

/** A page with nothing around it: signing in, and what went wrong. */
export function plainPage(title: string, content: ComponentChildren): string {
  return documentOf(
    title,
    <main class="plain">
      <p class="brand">AskPro</p>
      <h1>{title}</h1>
      {content}
    </main>,
  )
}
