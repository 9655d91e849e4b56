import { createHash } from 'node:crypto';
import { CHARTS } from './report-style.ts';

const COLOURS = `
:root {
  color-scheme: light dark;
  --paper: #f7f6f3; --card: #ffffff; --ink: #1c1b19; --soft: #6a665e; --faint: #b9b4a9; --line: #e5e1d8;
  --good: #23803a; --busy: #1864ab; --idle: #6a665e; --warn: #a35200; --bad: #c92a2a;
  --room: #ece8df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131416; --card: #1b1d20; --ink: #e8e6e1; --soft: #a09c93; --faint: #5c5a55; --line: #2b2e32;
    --good: #69c77f; --busy: #74b0f4; --idle: #a09c93; --warn: #f2a65a; --bad: #ff8a8a;
    --room: #2a2d31;
  }
}
.good { --tone: var(--good) } .busy { --tone: var(--busy) } .idle { --tone: var(--idle) }
.warn { --tone: var(--warn) } .bad { --tone: var(--bad) }
`;

const TEXT = `
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  margin: 0 auto; max-width: 68rem; padding: 2rem 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1 { margin: .1rem 0 1rem; font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em }
h2 { margin: 0 0 .7rem; font-size: 1.05rem; font-weight: 650 }
h2 small { margin-left: .4rem; font-size: .85rem; font-weight: 400; color: var(--soft) }
h3 { margin: 1.1rem 0 .4rem; font-size: .85rem; font-weight: 600; color: var(--soft) }
p { margin: 0 }
code, pre { font: .87em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere }
ul { margin: 0; padding: 0; list-style: none }
dl, dd { margin: 0 }
dt { color: var(--soft); font-size: .85rem }
a { color: var(--busy) }
.brand { font-weight: 600; font-size: .9rem }
.brand a { margin-left: .6rem; font-weight: 400 }
.soft { color: var(--soft) }
.faint { color: var(--faint) }
.lead { margin-bottom: .8rem }
.num { text-align: right; white-space: nowrap }
.narrow { display: none }
.state { color: var(--tone); white-space: nowrap }
.state.good { color: var(--soft) }
.state::before, .banner strong::before {
  content: ''; display: inline-block; width: .55em; height: .55em; margin-right: .45em; border-radius: 50%;
  background: var(--tone); vertical-align: .08em;
}
`;

const LAYOUT = `
section, .tiles, .banner { background: var(--card); border: 1px solid var(--line); border-radius: 10px }
section { margin-top: 1.25rem; padding: 1.1rem 1.25rem 1.2rem }
.banner { padding: .8rem 1.25rem; border-left: 4px solid var(--tone) }
.banner strong { color: var(--tone); margin-right: .5rem; white-space: nowrap }
.who { display: flex; flex-wrap: wrap; gap: .2rem 2.2rem; margin: .9rem .1rem 0; font-size: .9rem }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); margin-top: 1.25rem; overflow: hidden }
.tiles div { min-width: 0; padding: .9rem 1.25rem; box-shadow: -1px -1px 0 var(--line) }
.tiles dd { font-size: 1.45rem; line-height: 1.3; font-weight: 600; letter-spacing: -.01em }
.tiles dd.note { font-size: .8rem; font-weight: 400; letter-spacing: 0; color: var(--soft) }
.alerts li { padding: .1rem 0 .1rem .9rem; border-left: 3px solid var(--tone) }
.alerts li + li { margin-top: .7rem }
.alerts pre { margin: .35rem 0 0; padding: .45rem .7rem; background: var(--room); border-radius: 6px; white-space: pre-wrap }
.plain li { padding: .3rem 0 }
.plain li + li { border-top: 1px solid var(--line) }
table { width: 100%; border-collapse: collapse }
th, td { padding: .3rem 1.1rem .3rem 0; text-align: left; font-weight: 400; vertical-align: baseline }
th.num, td.num { text-align: right }
th:last-child, td:last-child { padding-right: 0 }
thead th { padding-bottom: .45rem; font-size: .85rem; color: var(--soft); white-space: nowrap }
tbody tr { border-top: 1px solid var(--line) }
tbody th { font-weight: 550 }
tbody tr.error { border-top: 0 }
tr.error td { padding-top: 0; color: var(--bad); font-size: .87rem; overflow-wrap: anywhere }
.spark { display: block; width: 9rem; height: 1.25rem; fill: var(--busy) }
.spark .base { fill: var(--faint) }
.bar { display: block; width: 100%; height: .5rem; border-radius: 3px; fill: var(--tone) }
.bar .room { fill: var(--room) }
.limits li { display: grid; grid-template-columns: 22rem 9rem 5rem; gap: 0 1.1rem; align-items: baseline; padding: .22rem 0 }
.bars li { display: grid; grid-template-columns: 13rem 1fr 5.5rem 11rem; gap: 0 1.1rem; align-items: center; padding: .22rem 0 }
.budget li { grid-template-columns: 22rem 1fr 7.5rem 11rem }
footer { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: 1.4rem .1rem 0; font-size: .85rem; color: var(--soft) }
footer a { margin-right: .8rem }
@media (max-width: 56rem) {
  .widest { display: none }
  .budget li, .bars li { grid-template-columns: 1fr auto; padding: .4rem 0 }
  .bars .bar { grid-row: 2; grid-column: 1 / -1; margin: .25rem 0 .1rem }
  .bars .soft { grid-column: 1 / -1 }
  .bars .soft:empty { display: none }
  .limits li { grid-template-columns: 1fr auto }
  .limits .soft { display: none }
}
@media (max-width: 44rem) {
  body { padding: 1.1rem .8rem 2rem; font-size: 14px }
  h1 { font-size: 1.55rem }
  h2 small { display: block; margin: .1rem 0 0 }
  section { padding: .9rem .9rem 1rem }
  .banner, .tiles div { padding: .7rem .9rem }
  .banner strong { display: block }
  .tiles { grid-template-columns: 1fr 1fr }
  .wide { display: none }
  .narrow { display: block; font-size: .8rem; font-weight: 400 }
  th, td { padding-right: .5rem }
  .resources th, .resources td { font-size: .93rem }
  .resources tbody th { overflow-wrap: anywhere }
  .changes { padding-right: 0 }
  .spark { width: 3.5rem }
}
@media (max-width: 23rem) { .changes, .started { display: none } }
`;

/** The style of all pages. */
export const STYLE = `${COLOURS}${TEXT}${LAYOUT}${CHARTS}`;

/** The hash of `STYLE`, for the Content-Security-Policy, which allows no other. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
