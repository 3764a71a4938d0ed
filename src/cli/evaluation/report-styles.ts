/** Of the page of the report. Nothing in it may need escaping in HTML: no quotation marks, no angle brackets. */
export const reportStyles = `
:root { color-scheme: light dark; --text: #1c2024; --page: #ffffff; --quiet: #5a636d; --line: #d5dade; --head: #f1f3f5; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ec; --page: #14171a; --quiet: #a3adb7; --line: #3a424a; --head: #20252a; --link: #7db8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.75rem; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
p, li, dd { max-width: 48rem; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: 0 0 0.5rem; max-width: 48rem; }
th, td { border: 1px solid var(--line); padding: 0.35rem 0.45rem; vertical-align: top; }
thead th { background: var(--head); text-align: left; }
tbody th { text-align: left; font-weight: 600; white-space: nowrap; }
td { text-align: right; white-space: nowrap; }
td.text { text-align: left; white-space: normal; max-width: 48rem; }
small { display: block; color: var(--quiet); white-space: normal; max-width: 9rem; margin-left: auto; }
dt { font-weight: 600; margin-top: 0.6rem; }
dd { margin: 0; }
figure { margin: 0 0 1rem; }
figcaption { color: var(--quiet); font-size: 0.875rem; }
img { display: block; width: 20rem; height: auto; image-rendering: pixelated; background: #000000; }
.pictures td { text-align: left; padding: 0.35rem; }
@media print { .wide { overflow: visible; } .pictures img { width: 12rem; } }
`;
