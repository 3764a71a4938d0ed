// The licences of the packages whose code is in the bundles, by the modules that the bundler put into them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { isMain, root } from "./repository.mjs";

/** Name of the file with the texts, in each folder that is handed to others. */
export const licencesFile = "THIRD-PARTY-LICENSES.txt";

/** Texts of packages that come without: its README says where from. */
const ownTexts = join(root, "scripts", "licences");

/** Licences that ask for nothing but their own text. SPDX names. */
const permissive = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
  "Zlib",
]);

/** Collects packages while bundles are made. */
export class ThirdParty {
  /** Folders of the packages. */
  #folders = new Set();

  /** For a bundle: notes the packages of which anything is in it. */
  plugin() {
    return {
      name: "third-party",
      generateBundle: (_, bundle) => {
        for (const { modules = {} } of Object.values(bundle)) {
          for (const [id, { renderedLength }] of Object.entries(modules)) if (renderedLength > 0) this.#addModule(id);
        }
      },
    };
  }

  /** Notes a package of which files are copied. */
  addFolder(folder) {
    this.#folders.add(folder);
  }

  /** @param {ThirdParty} other whose packages are handed on too */
  addAll(other) {
    for (const folder of other.#folders) this.addFolder(folder);
  }

  /**
   * Writes the texts into a folder.
   *
   * @throws {Error} where a package has no licence, or none that is permissive
   */
  write(to) {
    const packages = [...this.#folders].map(readPackage).sort((a, b) => a.name.localeCompare(b.name, "en"));
    const faults = packages.map(fault).filter((text) => text !== null);
    if (faults.length > 0) throw new Error(["packages cannot be handed on:", ...faults].join("\n"));
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, licencesFile), licencesText(packages));
  }

  #addModule(id) {
    // Modules that a plugin makes of others have a zero byte before and a query behind their name.
    const path = id.replace(/^\0/, "").replace(/\?.*$/, "");
    if (/[\\/]node_modules[\\/]/.test(path)) this.#folders.add(packageFolder(path));
  }
}

/** The nearest folder above with a manifest that names a package: some have more of them inside. */
function packageFolder(path) {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (name !== undefined && version !== undefined) return folder;
  }
  throw new Error(`${path} is of no package, expected a package.json above it`);
}

function readPackage(folder) {
  const { name, version, license, homepage, repository } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(file) && !/\.(js|json|ts)$/.test(file))
    .sort()
    .map((file) => readText(join(folder, file)));
  const source = typeof repository === "object" ? repository.url : repository;
  const stated = typeof license === "string" ? license : "";
  const text = texts.join("\n\n") || readmeLicence(folder) || ownText(name);
  return { name, version, license: stated, text, origin: homepage ?? source ?? "" };
}

/** The section of the README with the whole text, where there is one. */
function readmeLicence(folder) {
  const readme = join(folder, "README.md");
  if (!existsSync(readme)) return "";
  const text = /^(?:#+ *)?licen[cs]e\b.*\n(?:-+|=+)?\n([^]*)/im.exec(readText(readme))?.[1] ?? "";
  return /^\s*copyright[^]*(?:permission is hereby granted|redistribution and use)/i.test(text) ? text.trim() : "";
}

function ownText(name) {
  const file = join(ownTexts, `${name.replace("/", "-")}.txt`);
  return existsSync(file) ? readText(file) : "";
}

function readText(file) {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}

function fault({ name, version, license }) {
  if (license === "") return `${name} ${version} states no licence`;
  return isPermissive(license) ? null : `${name} ${version} is under ${license}, which is not known as permissive`;
}

/** `A`, `(A OR B)` or `(A AND B)`. */
function isPermissive(expression) {
  const names = (text, separator) => text.replace(/^\(|\)$/g, "").split(separator);
  if (expression.includes(" OR ")) return names(expression, " OR ").some((name) => permissive.has(name));
  return names(expression, " AND ").every((name) => permissive.has(name));
}

function licencesText(packages) {
  /** Packages by text: one project's packages have the same. */
  const groups = new Map();
  for (const one of packages) {
    const text = one.text || sharedText(one, packages);
    groups.set(text, [...(groups.get(text) ?? []), one]);
  }
  const line = "-".repeat(80);
  const sections = [...groups].map(([text, members]) =>
    [
      ...members.map(({ name, version, license, origin }) => `${name} ${version} (${license}) ${origin}`.trimEnd()),
      "",
      text,
    ].join("\n"),
  );
  return `${["The code of these packages is in the files beside this one.", ...sections].join(`\n\n${line}\n\n`)}\n`;
}

/** The Apache licence has one text for everybody; other ones name who holds the rights, and are those of one package. */
function sharedText({ name, version, license }, packages) {
  const isSame = (other) => license === "Apache-2.0" || other.name === name;
  const other = packages.find((one) => one.license === license && one.text !== "" && isSame(one));
  if (other) return other.text;
  throw new Error(`${name} ${version} is under ${license} but comes without its text`);
}

// `npm test -- package`: the texts lie beside what they are for.
if (isMain(import.meta.url)) {
  for (const [folder, needed] of [
    ["dist", ["@tensorflow/tfjs-core", "itk-wasm", "comlink", "geotiff", "zarrita", "numcodecs", "saxes", "yaml"]],
    ["dist/demo", ["@tensorflow/tfjs-core", "comlink", "lit-html", "uplot", "react", "@deck.gl/core"]],
  ]) {
    const file = join(root, folder, licencesFile);
    const text = existsSync(file) ? readText(file) : "";
    const missing = needed.filter((name) => !text.includes(`\n${name} `));
    if (missing.length === 0) continue;
    console.error(`${folder}/${licencesFile} has nothing about ${missing.join(", ")}`);
    process.exitCode = 1;
  }
}
