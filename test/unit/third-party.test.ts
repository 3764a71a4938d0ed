import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

interface ThirdParty {
  plugin(): { generateBundle(options: unknown, bundle: Record<string, unknown>): void };
  addFolder(folder: string): void;
  addAll(other: ThirdParty): void;
  write(to: string): void;
}

const { ThirdParty, licencesFile } = (await import(
  new URL("../../../scripts/third-party.mjs", import.meta.url).href
)) as { ThirdParty: new () => ThirdParty; licencesFile: string };

describe("the licences of what is bundled", () => {
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "slnet-licences-"))));
  after(() => rmSync(folder, { recursive: true }));

  function makePackage(name: string, license: unknown, files: Readonly<Record<string, string>> = {}): string {
    const at = join(folder, "node_modules", name);
    mkdirSync(join(at, "dist"), { recursive: true });
    writeFileSync(join(at, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
    // As packages have it that are written in two module systems: a manifest without a name.
    writeFileSync(join(at, "dist", "package.json"), '{"type":"module"}');
    for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
    return at;
  }

  function written(...folders: readonly string[]): string {
    const packages = new ThirdParty();
    for (const each of folders) packages.addFolder(each);
    packages.write(join(folder, "out"));
    return readFileSync(join(folder, "out", licencesFile), "utf8");
  }

  it("are those of the modules that are in a bundle, and of no others", () => {
    const used = makePackage("used", "MIT", { LICENSE: "Copyright of used" });
    const shaken = makePackage("shaken", "GPL-3.0-only");
    const packages = new ThirdParty();
    const modules = {
      [`\0${used}/dist/index.js?commonjs-module`]: { renderedLength: 12 },
      [`${shaken}/dist/index.js`]: { renderedLength: 0 },
      [join(folder, "src", "own.js")]: { renderedLength: 9 },
    };
    packages.plugin().generateBundle({}, { "index.js": { modules }, "picture.png": {} });
    const all = new ThirdParty();
    all.addAll(packages);
    all.write(join(folder, "out"));
    const text = readFileSync(join(folder, "out", licencesFile), "utf8");
    assert.match(text, /^used 1\.2\.3 \(MIT\)\n\nCopyright of used$/m);
    assert.doesNotMatch(text, /shaken|own/);
  });

  it("stand once where packages share a text, with the notices beside it", () => {
    const first = makePackage("first", "Apache-2.0", { "LICENSE.txt": "Terms\r\n", NOTICE: "Noticed" });
    const second = makePackage("second", "Apache-2.0", { LICENSE: "Terms", "NOTICE.md": "Noticed" });
    const third = makePackage("third", "Apache-2.0");
    assert.equal(written(first, second, third).split("Terms").length, 2);
  });

  it("are taken from a README that has the whole text", () => {
    const readme =
      "# Name\n\nLICENSE (MIT)\n-------------\n\nCopyright 2019 A. Person.\n\nPermission is hereby granted, …\n";
    assert.match(written(makePackage("readme", "MIT", { "README.md": readme })), /\n\nCopyright 2019 A\. Person\.\n/);
  });

  it("may be chosen among, and have all to be permissive where all hold", () => {
    const files = { LICENSE: "Terms" };
    written(makePackage("either", "(GPL-3.0-or-later OR MIT)", files), makePackage("both", "(MIT AND Zlib)", files));
    assert.throws(
      () => written(makePackage("mixed", "MIT AND LGPL-2.1-only", files)),
      /mixed 1\.2\.3 is under MIT AND LGPL/,
    );
  });

  it("are refused where there is none, one that is not permissive, or no text", () => {
    const files = { LICENSE: "Terms" };
    assert.throws(() => written(makePackage("silent", undefined, files)), /silent 1\.2\.3 states no licence/);
    assert.throws(
      () => written(makePackage("copyleft", "GPL-3.0-only", files)),
      /copyleft 1\.2\.3 is under GPL-3\.0-only/,
    );
    assert.throws(() => written(makePackage("textless", "MIT")), /textless 1\.2\.3 .* without its text/);
  });
});
