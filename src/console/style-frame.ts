/** The stylesheet's first half: colours, text, frame, navigation. Colour says state and nothing else. */
export const styleOfFrame = `
:root {
  color-scheme: light dark;
  --text: #1a1f1c; --ground: #fbfbf9; --raised: #ffffff; --line: #d9dcd8; --soft: #565e59;
  --accent: #0b6e4f; --on-accent: #ffffff; --attention: #b54708; --wrong: #b42318; --wash: #eef1ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8ebe9; --ground: #131614; --raised: #1b1f1c; --line: #343a36; --soft: #a3aca6;
    --accent: #4cc38a; --on-accent: #0c130f; --attention: #f5a524; --wrong: #f97066; --wash: #232825;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 16px; }
h2 { font-size: 16px; margin: 0; }
h3 { font-size: 16px; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 70ch; }
ul, ol { margin: 0; padding: 0; list-style: none; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
small, .soft { color: var(--soft); font-size: 14px; }
pre { margin: 4px 0 0; white-space: pre-wrap; font-size: 13px; background: var(--wash); padding: 8px; border-radius: 8px; max-height: 320px; overflow: auto; }

.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; z-index: 3; background: var(--raised); padding: 8px 12px; }

.frame { display: grid; grid-template-columns: 208px minmax(0, 1fr); min-height: 100vh; }
nav { border-right: 1px solid var(--line); padding: 16px 12px; position: sticky; top: 0; height: 100vh; overflow: auto; }
nav .narrow { display: none; }
nav a { display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 40px; padding: 4px 12px; border-radius: 8px; text-decoration: none; color: var(--text); }
nav a:hover { background: var(--wash); }
nav a[aria-current] { background: var(--wash); font-weight: 600; box-shadow: inset 3px 0 0 var(--accent); }
.brand { font-weight: 700; margin: 0 0 12px; padding: 0 12px; letter-spacing: .02em; }
.badge { background: var(--accent); color: var(--on-accent); border-radius: 12px; font-size: 13px; font-weight: 600; padding: 0 8px; min-width: 24px; text-align: center; }

.column { min-width: 0; padding: 0 24px 32px; max-width: 1200px; }
.top { display: flex; justify-content: space-between; align-items: center; gap: 12px; flex-wrap: wrap; padding: 12px 0; border-bottom: 1px solid var(--line); margin-bottom: 24px; }
.where, .who { display: flex; align-items: center; gap: 12px; flex-wrap: wrap; }
.who { color: var(--soft); font-size: 14px; }
.who button { white-space: nowrap; overflow-wrap: normal; }
.choice { position: relative; }
.choice summary { cursor: pointer; min-height: 40px; display: flex; align-items: center; padding: 0 12px; border: 1px solid var(--line); border-radius: 8px; }
.choice ul { position: absolute; z-index: 2; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 4px; min-width: 200px; box-shadow: 0 4px 16px rgb(0 0 0 / .12); }
.choice a { display: flex; align-items: center; min-height: 40px; padding: 0 12px; text-decoration: none; color: var(--text); border-radius: 4px; }
.choice a:hover { background: var(--wash); }
.said { background: var(--wash); border-left: 3px solid var(--accent); border-radius: 4px; padding: 8px 12px; }

main.plain { max-width: 480px; margin: 12vh auto 0; padding: 0 16px 32px; }
main.plain .brand { padding: 0; }

@media (max-width: 639px) {
  .frame { display: block; }
  .column { padding: 0 16px 96px; }
  .top { margin-bottom: 16px; }
  .who span, .keys { display: none; }
  .top { flex-wrap: nowrap; align-items: flex-start; }
  nav { position: fixed; z-index: 2; inset: auto 0 0 0; height: auto; overflow: visible; display: flex; justify-content: space-around; border-right: 0; border-top: 1px solid var(--line); background: var(--raised); padding: 4px; padding-bottom: calc(4px + env(safe-area-inset-bottom)); }
  nav .brand, nav .wide { display: none; }
  nav .narrow { display: block; position: relative; }
  nav .narrow summary { list-style: none; cursor: pointer; }
  nav .narrow summary::-webkit-details-marker { display: none; }
  nav a, nav .narrow summary { flex-direction: row; justify-content: center; gap: 4px; min-height: 48px; padding: 4px 6px; font-size: 14px; display: flex; align-items: center; }
  nav .narrow div { position: absolute; right: 0; bottom: 56px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 4px; min-width: 200px; box-shadow: 0 -4px 16px rgb(0 0 0 / .12); }
  nav .narrow div a { justify-content: flex-start; font-size: 16px; padding: 4px 12px; }
  nav a[aria-current] { box-shadow: inset 0 3px 0 var(--accent); }
  .badge { min-width: 20px; padding: 0 6px; font-size: 12px; }
}
@media (prefers-reduced-motion: no-preference) {
  .said, [data-live] > * { animation: fade .3s ease-out; }
  @keyframes fade { from { opacity: 0; } }
}
`
