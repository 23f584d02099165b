#!/usr/bin/env node
// node score.mjs LIST.jsonl --in                 writes the input lines for `npm run -s understand`
// node score.mjs LIST.jsonl ANSWERS.jsonl        ANSWERS: one answer per line, same order; prints right / asked / silently wrong / missed
// --right-day-only: windows and parts of day are not compared (as score-dates.mjs does)
import fs from 'node:fs'
const [list, ans] = process.argv.slice(2)
const dayOnly = process.argv.includes('--right-day-only')
const rows = fs.readFileSync(list, 'utf8').split('\n').filter(Boolean).map(l => JSON.parse(l))
const isDates = /dates-heldout/.test(list), isEndings = /calls-endings/.test(list)
if (ans === '--in') {
  for (const r of rows) console.log(JSON.stringify({ kind: isDates ? 'date' : r.kind, text: r.text, ref: r.ref ?? '2026-11-25T10:20:00', ...(r.branch ? { branch: r.branch } : isDates || r.kind === 'time' ? { branch: 'Mitte' } : {}) }))
  process.exit(0)
}
const got = fs.readFileSync(ans, 'utf8').split('\n').filter(Boolean).map(l => JSON.parse(l))
if (got.length !== rows.length) { console.error(`${rows.length} lines, ${got.length} answers`); process.exit(2) }
const mins = t => t == null ? null : t === '24:00' ? 1440 : +t.slice(0, 2) * 60 + +t.slice(3, 5)
const parts = { morning: [240, 720], forenoon: [240, 780], noon: [660, 900], afternoon: [720, 1140], evening: [960, 1440] }
const inside = (d, s) => d != null && d >= s.dateFrom && d <= (s.dateTo ?? s.dateFrom)
const empty = v => !v || ['date', 'time', 'from', 'to', 'dateFrom', 'part'].every(k => v[k] == null)
function dateMeets(v, t, kind, e) {
  if (t.dateFrom) { // a span of days: a day inside it, or a span inside it
    if (v.date == null && v.dateFrom == null && v.dateTo == null) return false
    const a = v.date ?? v.dateFrom ?? t.dateFrom, b = v.date ?? v.dateTo ?? a
    const hit = e.exclude?.filter(x => v.date == null && x >= a && x <= b) ?? []
    if (hit.length) { // a span over an excluded day: the answer must carry the exception
      if (!hit.every(x => JSON.stringify(v).includes(x)) && !/"[^"]*(not|except|exclu|without)[^"]*":\s*(\[[^\]]|\{"|"|\d)/i.test(JSON.stringify(v))) return false
      return true
    }
    if (!inside(a, t) || (!e.open && !inside(b, t))) return false
  } else if (t.date != null) { if (v.date !== t.date) return false }
  if (e.exclude?.includes(v.date)) return false
  if (t.time != null && v.time !== t.time) return false
  if (kind === 'date' && t.time == null && v.time != null) return false // a time that was not said
  return true
}
function windowMeets(v, e) {
  if (dayOnly) return true
  const f = mins(v.from), to = mins(v.to)
  if (e.from != null || e.to != null) {
    const okF = e.from == null || f === mins(e.from), okT = e.to == null || to === mins(e.to)
    return okF && okT
  }
  if (e.part) {
    const [a, b] = parts[e.part]
    if (f == null && to == null) return v.part != null || v.part_of_day != null || (v.time != null && mins(v.time) >= a && mins(v.time) <= b)
    return (f == null || f >= a) && (to == null || to <= b)
  }
  return true
}
// Courtesy and titles before a name are no error: they are kept for how the name is spoken.
const titles = /^(?:(?:frau|herrn?|fräulein|familie|dr|doktor|prof|professor|mag|magister|ing|dipl|diplom-?\p{L}*|med|dent)(?:\.[\s-]*|[\s-]+))+(?=\p{L})/iu
const norm = v => typeof v === 'string' ? v.normalize('NFC').trim().replace(titles, '') : v
const same = (a, b) => Array.isArray(a) || Array.isArray(b)
  ? Array.isArray(a) && Array.isArray(b) && a.length === b.length && [...a].map(norm).sort().join('|') === [...b].map(norm).sort().join('|')
  : norm(a) === norm(b)
function valueRight(r, g) {
  const e = r.expect, v = g.value
  if (isDates || r.kind === 'time') {
    const w = typeof v === 'string' ? { time: v } : v ?? {}
    if (empty(w)) return false
    if (r.kind === 'time') {
      if (e.result === 'match' && e.time != null && w.time !== e.time) return false
      if (e.accept) return e.accept.includes(w.time)
      return windowMeets(w, e)
    }
    const targets = r.ambiguous?.filter(t => t.date || t.dateFrom) ?? [e]
    return targets.some(t => dateMeets(w, t, r.kind, e)) && windowMeets(w, e)
  }
  if (e.anyone) return v == null || v === ''
  const list = [...(e.value == null ? [] : [e.value]), ...(e.accept ?? [])]
  if (e.acceptOnlyWithElsewhere && !String(JSON.stringify(g.elsewhere)).includes(e.elsewhere)) return false
  if (list.length === 0) return v == null || v === '' // "egal": none, or a match without a value
  return list.some(x => same(x, v))
}
const n = { right: 0, asked: 0, silentlyWrong: 0, missed: 0 }, bad = []
rows.forEach((r, i) => {
  const g = got[i]
  let v
  if (isEndings) { // answer: {"answer":"yes|no|change|unclear"} or {"result":…}
    const a = g.answer ?? g.result, yes = r.expect === 'yes'
    v = yes === (a === 'yes') ? 'right' : yes ? 'asked' : 'silentlyWrong' // asked = false refusal of a plain yes
  } else {
    const e = r.expect, allowed = [e.result, ...(e.also ?? [])]
    if (g.result === 'match') {
      const open = e.result === 'match' || e.anyone || allowed.includes('match') || e.accept
      v = open && valueRight(r, g) ? 'right' : 'silentlyWrong'
    } else if (allowed.includes(g.result) || (e.anyone && g.result === 'none')) {
      v = e.elsewhere && !String(JSON.stringify(g.elsewhere)).includes(e.elsewhere) ? 'missed' : 'right'
    } else v = g.result === 'ask' ? 'asked' : 'missed'
  }
  n[v]++
  if (v !== 'right') bad.push({ verdict: v, text: r.text ?? r.user, ref: r.ref, branch: r.branch, agent: r.agent, expect: r.expect, got: g })
})
for (const b of bad) console.log(JSON.stringify(b))
console.log(`${list}: ${rows.length} lines, right ${n.right} (${(100 * n.right / rows.length).toFixed(1)} %), asked ${n.asked}, silently wrong ${n.silentlyWrong}, missed ${n.missed}`)
