/** The style of charts and their tables, with the colours of the series. */
export const CHARTS = `
:root {
  --c0: #1864ab; --c1: #d9640b; --c2: #0f8a78; --c3: #7a52c7; --c4: #c2386f; --c5: #9a7d0a; --c6: #8a857b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --c0: #74b0f4; --c1: #f2a65a; --c2: #4cc4b0; --c3: #b39bf5; --c4: #f084ae; --c5: #d3bd4d; --c6: #8d8a83;
  }
}
.c0 { --tone: var(--c0) } .c1 { --tone: var(--c1) } .c2 { --tone: var(--c2) } .c3 { --tone: var(--c3) }
.c4 { --tone: var(--c4) } .c5 { --tone: var(--c5) } .c6 { --tone: var(--c6) }
.periods { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin-bottom: 1rem }
.periods [aria-current] { color: var(--ink); font-weight: 600; text-decoration: none }
figure { margin: 0 }
figure + figure { margin-top: 1.1rem }
figcaption { font-size: .85rem; font-weight: 600; color: var(--soft) }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin-top: .15rem; font-size: .85rem }
.legend li { overflow-wrap: anywhere }
.legend li::before {
  content: ''; display: inline-block; width: .7em; height: .7em; margin-right: .4em; border-radius: 2px;
  background: var(--tone);
}
.chart { display: block; width: 100%; height: 228px; margin-top: .4rem; padding: 0 .9rem 0 2.6rem; overflow: visible }
.chart [class^=c] { fill: var(--tone) }
.chart text { font-size: 11.5px; fill: var(--soft) }
.chart .grid text { text-anchor: end }
.chart .labels text { text-anchor: middle }
.chart .grid line { stroke: var(--line) }
.chart .paths { overflow: visible; fill: var(--tone) }
.chart .fill { opacity: .18 }
.chart .stroke { fill: none; stroke: var(--tone); stroke-width: 2px; stroke-linejoin: round; vector-effect: non-scaling-stroke }
.chart .hit rect { fill: var(--ink); opacity: 0 }
.chart .hit:hover rect { opacity: .08 }
details { margin-top: .8rem }
summary { font-size: .85rem; color: var(--soft); cursor: pointer }
.scroll { max-height: 24rem; margin-top: .5rem; overflow: auto }
`;
