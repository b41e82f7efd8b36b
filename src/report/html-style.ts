// How a page looks: light and dark, on a phone, on paper.

export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2128; --quiet: #59636e; --line: #d9dee4; --soft: #f5f7f9;
  --link: #1458a8; --good: #17703a; --bad: #b3261e; --warn: #8a5300; --added: #e4f5e9; --removed: #fdeae8;
  --prepare: #8593a3; --services: #c2570c; --database: #7c52c8; --switch: #1666c9; --check: #2b8a5b; --down: #d9342b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --text: #e4e9ef; --quiet: #9ba6b2; --line: #2b323b; --soft: #171c23;
    --link: #7db4ff; --good: #58c47c; --bad: #ff8379; --warn: #e5b04a; --added: #12301e; --removed: #3a1a1a;
    --prepare: #77879a; --services: #f08a3c; --database: #a988ee; --switch: #5aa2f5; --check: #4fbd88; --down: #ff5d52;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2.5rem; }
footer { color: var(--quiet); font-size: .8125rem; padding-bottom: 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -.012em; margin: 0 0 .6rem; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; margin: 0 0 .8rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 1.6rem 0 .5rem; }
h4 { font-size: .75rem; font-weight: 600; color: var(--quiet); text-transform: uppercase; letter-spacing: .06em; margin: .9rem 0 .2rem; }
p { margin: 0 0 .7rem; }
section { border-top: 1px solid var(--line); padding: 1.4rem 0 1.1rem; }
code, pre { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .84em; }
pre { margin: .5rem 0 .9rem; padding: .7rem .9rem; background: var(--soft); border-radius: 6px; white-space: pre-wrap; line-height: 1.5; font-size: .8rem; }
a { color: var(--link); }
.quiet, .kind, .time, .over { color: var(--quiet); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }

header { color: var(--text); padding-bottom: 1.5rem; }
header.is-good .mark { color: var(--good); } header.is-bad .mark { color: var(--bad); } header.is-warn .mark { color: var(--warn); }
header.is-good { --tone: var(--good); } header.is-bad { --tone: var(--bad); } header.is-warn { --tone: var(--warn); }
.over { margin: 0 0 .3rem; font-size: .875rem; }
.message { font-size: 1.06rem; white-space: pre-line; max-width: 46rem; }
.next { border-left: 3px solid var(--tone); background: var(--soft); padding: .7rem 1rem; border-radius: 0 6px 6px 0; max-width: 46rem; }
.next strong { display: block; font-size: .8125rem; color: var(--quiet); font-weight: 600; }
.resumed { border-left: 3px solid var(--warn); padding: .2rem 1rem; max-width: 46rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: 1rem 1.5rem; margin: 1.5rem 0 1rem; }
.facts dt { font-size: .8125rem; color: var(--quiet); }
.facts dd { margin: 0; font-weight: 550; }
.hash { font-size: .875rem; margin: 0; } .hash span { color: var(--quiet); }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-size: .8125rem; color: var(--quiet); }
tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: 550; }
.phases td:nth-child(2), .phases .took { white-space: nowrap; } .reports a { display: block; }
.kind { font-weight: 400; font-size: .875rem; }
.number { text-align: right; white-space: nowrap; }
.notes td.time { width: 5.5rem; white-space: nowrap; }
.shares th { width: 22rem; } .shares .share { width: 50%; padding-right: 0; vertical-align: middle; }
.share svg { display: block; width: 100%; height: .6rem; }
ul.plain, ul.findings, ul.warnings { list-style: none; margin: 0 0 .8rem; padding: 0; }
ul.findings > li, ul.warnings > li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
ul.findings > li:last-child, ul.warnings > li:last-child { border-bottom: 0; }
ul.findings { border-left: 3px solid var(--bad); padding-left: 1rem; } ul.findings p { margin: 0 0 .25rem; white-space: pre-line; }
ul.warnings { border-left: 3px solid var(--warn); padding-left: 1rem; }
.remedy { color: var(--quiet); }
.time { font-size: .8125rem; margin-right: .3rem; }
details { margin: .2rem 0; } summary { cursor: pointer; padding: .2rem 0; }
summary:focus-visible { outline: 2px solid var(--switch); outline-offset: 2px; border-radius: 3px; }
ul.plain { margin-top: .6rem; } table + p { margin-top: .8rem; }
td details, th details { margin: 0; } th details { display: inline-block; }
.names { color: var(--quiet); font-size: .875rem; font-weight: 400; margin: .3rem 0; }
.group { padding-bottom: .6rem; }

.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: 0 0 .8rem; padding: 0; font-size: .8125rem; color: var(--quiet); }
.key { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem; vertical-align: -.08em; }
.row { display: grid; grid-template-columns: 19rem minmax(0, 1fr) 6rem; grid-template-areas: "name track note"; align-items: stretch; column-gap: .9rem; font-size: .8125rem; line-height: 1.35; }
.row-name { grid-area: name; padding: .18rem 0; } .row-note { grid-area: note; padding: .18rem 0; text-align: right; color: var(--quiet); }
.row-note.bad { color: var(--bad); }
.track { grid-area: track; width: 100%; height: 100%; min-height: 1.45rem; display: block; }
.axis .track { position: relative; border-bottom: 1px solid var(--line); color: var(--quiet); overflow: hidden; }
.axis .row-name { color: var(--quiet); }
.axis .track span { position: absolute; bottom: .1rem; padding-left: .25rem; border-left: 1px solid var(--line); white-space: nowrap; }
details.rows { margin: 0; } details.rows > summary { padding: 0; list-style: none; } details.rows > summary::-webkit-details-marker { display: none; }
details.rows > summary .row-name::before { content: "▸ "; color: var(--quiet); } details.rows[open] > summary .row-name::before { content: "▾ "; }
path { stroke: none; } .tick { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
path.k-prepare { fill: var(--prepare); } path.k-services { fill: var(--services); } path.k-database { fill: var(--database); }
path.k-switch { fill: var(--switch); } path.k-check { fill: var(--check); } path.k-share { fill: var(--down); opacity: .7; }
path.k-down { fill: var(--down); opacity: .11; }
.key.k-prepare { background: var(--prepare); } .key.k-services { background: var(--services); } .key.k-database { background: var(--database); }
.key.k-switch { background: var(--switch); } .key.k-check { background: var(--check); } .key.k-down { background: var(--down); opacity: .3; }

.diff span { display: block; min-height: 1.5em; margin: 0 -.9rem; padding: 0 .9rem; }
.diff .added { background: var(--added); } .diff .removed { background: var(--removed); } .diff .hunk { color: var(--quiet); }
.diff { line-height: 1.5; font-size: .8rem; }
ol.statements, ol.commands { padding-left: 1.6rem; margin: 0; } ol.statements > li { margin-bottom: .5rem; } ol.commands > li { padding: .2rem 0; }
.statement-head { font-size: .875rem; } .statement-head .quiet { margin-left: .5rem; }
.sql { margin-top: .25rem; }

@media screen and (max-width: 44rem) {
  main { padding-top: 1.5rem; } main, footer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.5rem; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem 1rem; }
  .row { grid-template-columns: minmax(0, 1fr) auto; grid-template-areas: "name note" "track track"; padding: .15rem 0; }
  .track { min-height: .9rem; height: .9rem; } .axis .track { height: 1.3rem; }
  th, td { padding-right: .5rem; } table { font-size: .875rem; }
  .stacked thead { display: none; } .stacked tr { display: block; padding: .45rem 0; border-bottom: 1px solid var(--line); } .stacked tr:last-child { border-bottom: 0; }
  .stacked th, .stacked td { border: 0; padding: 0; } .stacked th { display: block; } .stacked td { display: inline; }
  .stacked td + td::before { content: "·"; color: var(--quiet); margin: 0 .4rem; } .stacked.versions td:nth-child(3)::before { content: "→"; }
  .shares th { width: auto; } .shares .share { width: 30%; }
  tr > th:first-child code { word-break: break-all; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --text: #000000; --quiet: #4a535c; --line: #c8ced5; --soft: #f5f7f9;
    --link: #1458a8; --good: #17703a; --bad: #b3261e; --warn: #8a5300; --added: #e4f5e9; --removed: #fdeae8;
    --prepare: #8593a3; --services: #c2570c; --database: #7c52c8; --switch: #1666c9; --check: #2b8a5b; --down: #d9342b;
  }
  @page { margin: 14mm; }
  body { font-size: 10.5pt; } main, footer { max-width: none; padding-left: 0; padding-right: 0; } main { padding-top: 0; }
  .row { grid-template-columns: 15rem minmax(0, 1fr) 5.5rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { break-inside: auto; padding: 1rem 0; } h2, h3, h4, summary { break-after: avoid; }
  tr, .row, ul.findings > li, .statement-head { break-inside: avoid; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  details > summary { list-style: none; } details.rows > summary .row-name::before { content: ""; }
}
`;
