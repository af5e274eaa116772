/** How the page looks, on a screen by day and by night, on a telephone and on paper. */
import { MEANS } from "./dot.ts";
import { html } from "./markup.ts";

export const STYLE = html`
:root { color-scheme: light dark; --ink: #1c2430; --faint: #566173; --paper: #ffffff; --card: #f5f7fa; --line: #d5dbe4; --wrong: #b3261e; --right: #17683a; --wait: #7a4f01;
  --items: #b9c6da; --rows: #8fb8a5; --bar: #44566f; --tint: #eaf1fb; --mono: ui-monospace, Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, monospace; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e9f1; --faint: #a3aec0; --paper: #12161d; --card: #1a202a; --line: #323b49; --wrong: #ff8f86; --right: #77d19c; --wait: #f0c060;
    --items: #35445c; --rows: #2f5b49; --bar: #9fb2cf; --tint: #1d2a3d; }
}
@media print { :root { color-scheme: light; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 24px 20px 64px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: 0.01em; }
h2 { margin: 40px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); font-size: 19px; line-height: 1.3; }
h3 { display: inline; margin: 0; font-size: 15px; font-family: var(--mono); }
p { margin: 0 0 6px; }
ul, ol { margin: 0 0 8px; padding-left: 22px; }
li li { color: var(--faint); }
.verdict { margin: 12px 0 0; padding: 18px 20px; border: 1px solid var(--line); border-left-width: 8px; border-radius: 8px; background: var(--card); }
.verdict p { margin: 6px 0 0; }
.verdict .means { font-size: 17px; }
.verified { border-left-color: var(--right); } .verified h1 { color: var(--right); }
.discrepant, .refused { border-left-color: var(--wrong); } .discrepant h1, .refused h1 { color: var(--wrong); }
.incomplete { border-left-color: var(--wait); } .incomplete h1 { color: var(--wait); }
.faint { color: var(--faint); }
.wrong { color: var(--wrong); }
.causes { padding-left: 0; list-style: none; counter-reset: cause; }
.causes > li { counter-increment: cause; position: relative; margin: 0 0 12px; padding: 12px 16px 8px 48px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.causes > li::before { content: counter(cause); position: absolute; left: 16px; top: 12px; font-weight: 700; color: var(--wrong); }
.causes > li > p:first-child { font-weight: 600; }
.remedy { padding: 6px 10px; border-radius: 6px; background: var(--tint); }
code { font-family: var(--mono); font-size: 13px; }
.wide { overflow-x: auto; margin: 0 0 10px; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 4px 18px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--faint); font-weight: 600; white-space: nowrap; }
tbody th { min-width: 6em; font-weight: 600; }
td:last-child:not(.number) { min-width: 12em; }
.number { text-align: right; white-space: nowrap; }
.pictures { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
.pictures > div { flex: 0 1 var(--natural); min-width: calc(var(--natural) * 0.8); }
.pictures svg { display: block; width: 100%; height: auto; }
.pictures text { font-family: var(--mono); }
[fill="${MEANS.line}"] { fill: var(--ink); } [stroke="${MEANS.line}"] { stroke: var(--bar); }
[fill="${MEANS.faint}"] { fill: var(--faint); } [stroke="${MEANS.faint}"] { stroke: var(--faint); }
[fill="${MEANS.wrong}"] { fill: var(--wrong); } [stroke="${MEANS.wrong}"] { stroke: var(--wrong); }
[fill="${MEANS.paper}"] { fill: var(--paper); } [fill="${MEANS.head}"] { fill: var(--tint); }
.pictures text:not([fill]) { fill: var(--ink); }
.flow { display: block; width: 100%; min-width: 720px; max-width: 960px; height: auto; }
.flow text { fill: var(--ink); font-size: 13px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.flow .name { unicode-bidi: isolate; }
.flow .count { fill: var(--faint); }
.flow rect { fill: var(--bar); }
.flow path { fill: var(--items); opacity: 0.75; }
.flow .rows { fill: var(--rows); }
.flow .quarantined { fill: var(--wrong); }
.timeline { padding: 0; list-style: none; }
.timeline li { margin: 0 0 18px; }
.timeline p { margin: 0; }
.timeline svg { display: block; }
.timeline .all { fill: var(--tint); }
.timeline .phase { fill: var(--bar); }
details { margin: 0 0 8px; padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px; }
summary { cursor: pointer; }
summary h3 { margin-right: 8px; }
details[open] > summary { margin-bottom: 8px; }
footer { margin-top: 48px; color: var(--faint); font-size: 13px; }
@page { margin: 14mm 12mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  * { print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  summary { list-style: none; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; } th, td { padding-right: 8px; overflow-wrap: anywhere; }
  .pictures > div, .flow { min-width: 0; }
  h2, h3, summary { break-after: avoid; }
  .causes > li, tr, .timeline li, .verdict { break-inside: avoid; }
}
`;
