// `npm run docs [-- --serve]`: the documents and the reference of the package as pages in build/site. Nothing is
// fetched, neither while they are made nor by the pages.
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";
import { parseArgs } from "node:util";

import { writeApiReference } from "./api-reference.mjs";
import { compile } from "./build.mjs";
import { linkFaults } from "./check-links.mjs";
import { ensureInstalled } from "./install.mjs";
import { listFiles } from "./list-files.mjs";
import { escaped, pageAddress, renderMarkdown, titleIn } from "./render-docs.mjs";
import { isMain, root } from "./repository.mjs";
import { serve } from "./serve.mjs";

const target = join(root, "build", "site");

/** The order of the pages. A document that is not named comes last. */
const groups = [
  ["Start", ["README.md", "docs/walk-through.md", "docs/workbench.md", "docs/command-line.md", "docs/from-python.md"]],
  ["Method", ["docs/method.md", "docs/differences.md", "docs/quality.md", "docs/localization.md"]],
  ["Data and models", ["docs/formats.md", "docs/configuration.md", "docs/models.md", "docs/fleet.md"]],
  [
    "Development",
    [
      "docs/embedding.md",
      "docs/notebook.md",
      "docs/host.md",
      "docs/engines.md",
      "docs/performance.md",
      "CONTRIBUTING.md",
    ],
  ],
  ["Viewers", ["viv", "niivue", "openseadragon", "napari-js", "react"].map((viewer) => `docs/viewers/${viewer}.md`)],
  ["Project", ["CHANGELOG.md", "workflows/README.md"]],
];

/** No script, nothing from elsewhere. */
const policy = "default-src 'none'; style-src 'self'; img-src 'self'";

/**
 * Makes the site anew.
 *
 * @returns {Promise<number>} how many pages it has
 * @throws {Error} where a docstring or a link has a fault
 */
export async function buildSite() {
  compile(["src/plugin"]);
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, "assets"), { recursive: true });
  for (const file of ["demo/demo.css", "demo/document.css", "demo/icon.svg", "scripts/site/site.css"].concat(
    "scripts/site/api-theme.js",
  )) {
    await copyFile(join(root, file), join(target, "assets", posix.basename(file)));
  }
  await cp(join(root, "docs/images"), join(target, "docs/images"), { recursive: true });
  await writeApiReference(join(target, "api"), "../");
  const pages = await readPages();
  for (const page of pages) {
    const path = join(target, page.address);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, sitePage(page, pages));
  }
  const faults = linkFaults(target);
  if (faults.length > 0) throw new Error(["the site has faults:", ...faults].join("\n"));
  return listFiles(target).filter((file) => file.endsWith(".html")).length;
}

async function readPages() {
  const named = groups.flatMap(([, files]) => files).filter((file) => existsSync(join(root, file)));
  const others = listFiles(join(root, "docs"))
    .map((file) => relative(root, file).replaceAll(sep, "/"))
    .filter((file) => file.endsWith(".md") && !named.includes(file));
  const markdowns = new Map();
  for (const file of [...named, ...others]) markdowns.set(file, await readFile(join(root, file), "utf8"));
  return [...markdowns].map(([file, markdown]) => {
    const linked = (href) => posix.join(posix.dirname(file), href.replace(/#.*/, ""));
    const rendered = renderMarkdown(
      markdown,
      (href) => linkAddress(href, file, markdowns),
      (href) => titleIn(markdowns.get(linked(href))),
    );
    const group = groups.find(([, members]) => members.includes(file))?.[0] ?? "More";
    const title = file === "README.md" ? "Overview" : rendered.title;
    return { ...rendered, file, group, title, address: siteAddress(file) };
  });
}

/** Beside each other as in the repository, so that links between them hold. */
function siteAddress(file) {
  return file === "README.md" ? "index.html" : pageAddress(file);
}

/** What is in the repository and no page is text, unless it is not even there. */
function linkAddress(href, file, pages) {
  const [path, anchor] = href.split("#");
  if (path === "") return href;
  const linked = posix.join(posix.dirname(file), path);
  if (pages.has(linked)) {
    const address = posix.relative(posix.dirname(file), siteAddress(linked));
    return anchor === undefined ? address : `${address}#${anchor}`;
  }
  if (!existsSync(join(root, linked))) throw new Error(`${file} links to ${href}, which is not there`);
  return null;
}

function sitePage(page, pages) {
  const up = "../".repeat(page.address.split("/").length - 1);
  const title = page.file === "README.md" ? "slnet-web" : `${escaped(page.title)} – slnet-web`;
  return `<!doctype html>
<html lang="en" data-theme="system">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="${up}assets/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${up}assets/demo.css" />
    <link rel="stylesheet" href="${up}assets/document.css" />
    <link rel="stylesheet" href="${up}assets/site.css" />
  </head>
  <body>
    <header>
      <p><a href="${up}index.html">slnet-web</a></p>
      <nav aria-label="Site">
        <a class="to-pages" href="#pages">All pages</a>
        <a href="${up}api/index.html">API reference</a>
        <a href="${up}CHANGELOG.html">Changes</a>
      </nav>
    </header>
    <div class="columns">
      <main>
        <article>
${page.html}
        </article>
      </main>
      <nav id="pages" aria-label="Pages" tabindex="0">
${pageList(page, pages, up)}
      </nav>
    </div>
  </body>
</html>
`;
}

function pageList(current, pages, up) {
  const names = [...groups.map(([name]) => name), "More"];
  const item = (page) => {
    const isCurrent = page === current;
    const link = `<a href="${up}${page.address}"${isCurrent ? ' aria-current="page"' : ""}>${escaped(page.title)}</a>`;
    const sections = isCurrent ? sectionList(page.sections) : "";
    return `<li>${link}${sections}</li>`;
  };
  return names
    .map((name) => [name, pages.filter((page) => page.group === name)])
    .filter(([, members]) => members.length > 0)
    .map(([name, members]) => {
      const api = name === "Development" ? `<li><a href="${up}api/index.html">API reference</a></li>` : "";
      return `<h2>${name}</h2>\n<ul>\n${members.map(item).join("\n")}${api}\n</ul>`;
    })
    .join("\n");
}

function sectionList(sections) {
  if (sections.length === 0) return "";
  const links = sections.map(({ id, text }) => `<li><a href="#${id}">${text.replace(/<\/?a\b[^>]*>/g, "")}</a></li>`);
  return `<ul>${links.join("")}</ul>`;
}

if (isMain(import.meta.url)) {
  try {
    const { values } = parseArgs({ options: { serve: { type: "boolean" } } });
    ensureInstalled();
    const pages = await buildSite();
    console.log(`build/site has ${pages} pages, without a dead link.`);
    if (values.serve) {
      const { url } = await serve(target, 8081, { policy: null });
      console.log(`They are at ${url} (stop with Ctrl-C).`);
    }
  } catch (error) {
    console.error(`docs: ${error.message}`);
    process.exitCode = 1;
  }
}
