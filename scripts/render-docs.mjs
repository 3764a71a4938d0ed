// The documents as pages: of the demo, where they can be read without a network, and of the site of docs-site.mjs.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Marked } from "marked";

/**
 * Writes each Markdown file of a folder as a page of the demo with its name ending in `.html`.
 *
 * @param {string} from the folder, as `docs`
 * @param {string} to where the pages go, one folder below the page of the demo
 */
export async function renderDocs(from, to) {
  for (const file of await readdir(from, { recursive: true })) {
    if (!file.endsWith(".md")) continue;
    const target = join(to, file.replace(/\.md$/, ".html"));
    await mkdir(dirname(target), { recursive: true });
    const up = "../".repeat(file.split(/[\\/]/).length);
    await writeFile(target, documentPage(await readFile(join(from, file), "utf8"), up));
  }
}

/** @param {string} up path from the page to the folder of the demo, as `../` */
function documentPage(markdown, up) {
  // What is beside the documents in the repository is not in the demo.
  const { title, html } = renderMarkdown(markdown, (href) => (href.startsWith("../") ? null : pageAddress(href)));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escaped(title)} – slnet-web</title>
    <link rel="icon" href="${up}icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${up}demo.css" />
    <link rel="stylesheet" href="${up}document.css" />
    <script type="module" src="${up}theme.js" blocking="render"></script>
  </head>
  <body>
    <header>
      <p>slnet-web</p>
      <nav aria-label="Pages"><a href="${up}">The whole demo</a><a href="${up}docs/">Documents</a></nav>
    </header>
    <main tabindex="0">
      <article>
${html}
      </article>
    </main>
  </body>
</html>
`;
}

/** Where the page of a Markdown file is, beside it. */
export function pageAddress(href) {
  return href.replace(/\.md(?=#|$)/, ".html");
}

/**
 * The body of a page.
 *
 * @param {string} markdown
 * @param {(href: string) => string | null} addressOf where a link within the repository leads on the page; null: it is
 *   text there
 * @param {(href: string) => string} [titleOf] what a link is called whose text is the name of a file; default: as it is
 * @returns {{ title: string, sections: { id: string, text: string }[], html: string }} `text` is HTML, and `sections`
 *   are the headings of the second level
 */
export function renderMarkdown(markdown, addressOf, titleOf = (href) => href) {
  const sections = [];
  const seen = new Map();
  /** As on GitHub, to which the documents are written: the second heading of a name gets `-1`. */
  const anchor = (heading) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-");
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  };
  const marked = new Marked();
  marked.use({
    renderer: {
      heading(text, level, raw) {
        const id = anchor(raw);
        if (level === 2) sections.push({ id, text });
        return `<h${level} id="${id}">${text}</h${level}>\n`;
      },
      link(href, title, text) {
        const target = /^https?:/.test(href) ? href : addressOf(href);
        if (target === null) return text;
        const shown = /^[\w./-]+\.md$/.test(text) ? escaped(titleOf(href)) : text;
        return `<a href="${escaped(target)}">${shown}</a>`;
      },
      image: (href, _title, text) => `<img src="${escaped(href)}" alt="${escaped(text)}" loading="lazy" />`,
      // A wide table is scrolled by itself, by the keyboard too.
      table: (head, body) =>
        `<div class="table" tabindex="0" role="group" aria-label="Table"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`,
      code: (code) => `<pre tabindex="0"><code>${escaped(code)}</code></pre>\n`,
    },
  });
  const html = marked.parse(markdown);
  return { title: titleIn(markdown), sections, html };
}

/** The heading of a document, as it is written. */
export function titleIn(markdown) {
  return /^# (.+)$/m.exec(markdown)?.[1] ?? "slnet-web";
}

export function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
