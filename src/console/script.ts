/** The one script of our own, in the browser: keys for lists. Everything works without it. */
export const script = `'use strict'
// j and k go through the entries of a list, Enter opens one, e goes to its form for "done".
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return
  const entries = [...document.querySelectorAll('[data-entry]')]
  if (entries.length === 0) return
  const at = entries.findIndex((entry) => entry.contains(document.activeElement))
  const go = (entry) => { entry.focus(); entry.scrollIntoView({ block: 'nearest' }) }
  if (event.key === 'j') go(entries[Math.min(at + 1, entries.length - 1)])
  else if (event.key === 'k') go(entries[Math.max(at - 1, 0)])
  else if (event.key === 'e' && at >= 0) {
    const done = entries[at].querySelector('[data-done]')
    if (done === null) return
    const box = done.closest('details')
    if (box) box.open = true
    done.focus()
  } else if (event.key === 'Enter' && document.activeElement === entries[at]) {
    entries[at].querySelector('a')?.click()
    return
  } else return
  event.preventDefault()
})
// A form that is on its way is not sent twice.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent === 'yes') event.preventDefault()
  else if (form.method === 'post') form.dataset.sent = 'yes'
})
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent
})
`
