/** The stylesheet's second half: boxes, lists, tables, forms, and what single pages need. */
export const styleOfParts = `
.box { border: 1px solid var(--line); border-radius: 8px; background: var(--raised); padding: 16px; margin: 0 0 16px; min-width: 0; }
.box > header { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; flex-wrap: wrap; margin-bottom: 12px; }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 16px; align-items: start; }
.empty { color: var(--soft); margin: 0; }
.state { font-size: 14px; font-weight: 600; white-space: nowrap; }
.state.good { color: var(--accent); } .state.good::before { content: "✓ "; }
.state.attention { color: var(--attention); } .state.attention::before { content: "! "; }
.state.wrong { color: var(--wrong); } .state.wrong::before { content: "✕ "; }
.state.plain { color: var(--soft); }
.number { text-align: right; }

.entries > li { border-top: 1px solid var(--line); padding: 12px 0; }
.entries > li:first-child { border-top: 0; padding-top: 0; }
.entries > li:last-child { padding-bottom: 0; }
.entries > li:focus { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 4px; }
.entry { display: flex; justify-content: space-between; gap: 8px 16px; flex-wrap: wrap; align-items: baseline; }
.entry > :first-child { flex: 1 1 260px; min-width: 0; }
.actions { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; margin-top: 8px; }
.actions p { margin: 0; }

table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; font-size: 14px; color: var(--soft); }
th.number, td.number { text-align: right; }
tr:last-child td { border-bottom: 0; }

button, .button { font: inherit; cursor: pointer; min-height: 40px; padding: 4px 16px; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); text-decoration: none; display: inline-flex; align-items: center; }
button.quiet, .button.quiet { background: transparent; color: var(--accent); border-color: var(--line); }
button.wrong { background: transparent; color: var(--wrong); border-color: var(--wrong); }
label { display: block; font-size: 14px; font-weight: 600; margin-bottom: 4px; }
input, select, textarea { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--soft); border-radius: 8px; padding: 6px 12px; min-height: 40px; max-width: 100%; }
textarea { width: 100%; min-height: 72px; }
.filters { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; margin-bottom: 16px; }
.field { margin-bottom: 12px; }
.field input, .field textarea, .field select { width: 100%; }
.tel { display: inline-flex; align-items: center; min-height: 40px; white-space: nowrap; }
details > summary { cursor: pointer; color: var(--accent); }
.folded summary { font-size: 14px; min-height: 32px; }
.inline { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; }
.inline input { flex: 1 1 200px; }

.facts { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: 4px 16px; margin: 0 0 16px; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; }
.talk li { padding: 4px 0; display: grid; grid-template-columns: 64px minmax(0, 1fr); gap: 8px; }
.talk .by { color: var(--soft); font-size: 14px; }
.timeline > li { border-left: 2px solid var(--line); padding: 0 0 16px 16px; position: relative; }
.timeline > li::before { content: ""; position: absolute; left: -6px; top: 6px; width: 10px; height: 10px; border-radius: 5px; background: var(--accent); }
.timeline > li.wrong::before { background: var(--wrong); border-radius: 0; }
.timeline > li:last-child { padding-bottom: 0; }
.people { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(160px, 1fr); gap: 16px; overflow-x: auto; padding-bottom: 4px; }
.slot { border-left: 3px solid var(--accent); background: var(--wash); border-radius: 4px; padding: 4px 8px; margin-top: 8px; display: block; text-decoration: none; color: var(--text); }
.slot.past { border-color: var(--line); color: var(--soft); }
.slot strong { display: block; }
.four { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px; margin-bottom: 16px; }
.four .box { margin: 0; }
.big { font-size: 32px; line-height: 1.2; font-weight: 600; margin: 0; }
.curve { width: 100%; height: 120px; display: block; margin-bottom: 8px; } .curve .all { fill: var(--line); } .curve .part { fill: var(--accent); }
input[type=checkbox] { min-height: 0; width: auto; }
.chips { display: flex; flex-wrap: wrap; gap: 4px 8px; }
.chips span { border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 14px; }
.days { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; margin-bottom: 16px; }

@media (max-width: 899px) { .two { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 639px) {
  h1 { font-size: 20px; }
  .box { padding: 12px; }
  .four { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px; }
  .big { font-size: 24px; }
  .people { grid-auto-flow: row; grid-auto-columns: auto; }
  table.cards thead { position: absolute; left: -9999px; }
  table.cards tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
  table.cards td { display: flex; justify-content: space-between; gap: 12px; border: 0; padding: 2px 0; text-align: right; }
  table.cards td::before { content: attr(data-label); color: var(--soft); font-size: 14px; text-align: left; flex: none; }
  button, .button, input, select { min-height: 44px; }
  .choice ul { left: 0; }
}
`
