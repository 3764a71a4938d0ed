import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const script = (name: string): string => new URL(`scripts/${name}`, root).href;
const { buildSite } = (await import(script("docs-site.mjs"))) as { buildSite(): Promise<number> };
const { linkFaults } = (await import(script("check-links.mjs"))) as { linkFaults(folder: string): string[] };

describe("the site of the documents", () => {
  it(
    "is made without a dead link, of every document and every entry of the package",
    { timeout: 180_000 },
    async () => {
      await buildSite();
      const pages = ["index", "CHANGELOG", "CONTRIBUTING", "docs/method", "docs/viewers/viv"];
      const entries = ["slnet-web", "slnet-web_client", "slnet-web_host", "slnet-web_adapters_viv"];
      for (const page of [...pages, ...entries.map((entry) => `api/modules/${entry}`)]) {
        assert.ok(existsSync(new URL(`build/site/${page}.html`, root)), page);
      }
    },
  );

  it("has its links checked, and what pages load", () => {
    const folder = mkdtempSync(join(tmpdir(), "slnet-site-"));
    try {
      mkdirSync(join(folder, "below"));
      writeFileSync(
        join(folder, "index.html"),
        '<h1 id="a&amp;b">A</h1> <a href="below/">B</a> <a href="https://x.org">X</a>',
      );
      writeFileSync(
        join(folder, "below", "index.html"),
        '<a href="../index.html#a&amp;b">A</a> <script src="../s.js"></script>',
      );
      writeFileSync(join(folder, "s.js"), "");
      assert.deepEqual(linkFaults(folder), []);
      writeFileSync(
        join(folder, "faults.html"),
        '<a href="gone.html">1</a> <a href="index.html#gone">2</a> <a href="../out.html">3</a> <p style="color: red" onclick="go()">' +
          '<img src="https://x.org/a.png" /><script>go()</script><link rel="stylesheet" href="//x.org/a.css" />',
      );
      assert.deepEqual(linkFaults(folder).toSorted(), [
        "faults.html has a script in its text, which a strict security policy forbids",
        "faults.html has an attribute onclick, which a strict security policy forbids",
        "faults.html has an attribute style, which a strict security policy forbids",
        "faults.html links to ../out.html, which is not there",
        "faults.html links to gone.html, which is not there",
        "faults.html links to index.html#gone, but the page has no such place",
        "faults.html: <img> loads https://x.org/a.png from another server",
        "faults.html: <link> loads //x.org/a.css from another server",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("leaves no dead link on the pages of the demo", () => {
    assert.deepEqual(linkFaults(fileURLToPath(new URL("dist/demo", root))), []);
  });
});
