// What is wrong with the links of a folder of pages, and with what its pages load.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

import { listFiles } from "./list-files.mjs";

/** A start tag, with `>` in the values of its attributes. */
const startTags = /<([a-z][a-z0-9-]*)((?:\s+[^\s=>"']+(?:="[^"]*")?)*)\s*\/?>/gi;

/**
 * Looks at every page of a folder: links must lead to a file that is there and an anchor that it has; nothing but a link
 * may name another server; scripts and styles must be files of the folder, so that a strict security policy holds.
 *
 * @param {string} folder of pages that machines wrote: attributes are in double quotes
 * @returns {string[]} a sentence for each fault
 */
export function linkFaults(folder) {
  const pages = new Map(
    listFiles(folder)
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, readPage(file)]),
  );
  const faults = [];
  for (const [file, { links, unsafe }] of pages) {
    const name = relative(folder, file).replaceAll(sep, "/");
    faults.push(...unsafe.map((what) => `${name} has ${what}, which a strict security policy forbids`));
    for (const { element, address } of links) {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(address)) {
        if (element !== "a") faults.push(`${name}: <${element}> loads ${address} from another server`);
        continue;
      }
      const [path, anchor = ""] = address.split("#").map(decodeURIComponent);
      let target = path === "" ? file : resolve(dirname(file), path);
      if (existsSync(target) && statSync(target).isDirectory()) target = join(target, "index.html");
      if (relative(folder, target).startsWith("..") || !existsSync(target)) {
        faults.push(`${name} links to ${address}, which is not there`);
      } else if (anchor !== "" && pages.has(target) && !pages.get(target).anchors.has(anchor)) {
        faults.push(`${name} links to ${address}, but the page has no such place`);
      }
    }
  }
  return faults;
}

function readPage(file) {
  const links = [];
  const anchors = new Set();
  const unsafe = [];
  for (const [, element, text] of readFileSync(file, "utf8").matchAll(startTags)) {
    const attributes = new Map(
      [...text.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].map(([, name, value = ""]) => [name.toLowerCase(), plain(value)]),
    );
    for (const name of ["href", "src"])
      if (attributes.has(name)) links.push({ element, address: attributes.get(name) });
    for (const name of ["id", "name"]) if (attributes.has(name)) anchors.add(attributes.get(name));
    if (element === "script" && !attributes.has("src")) unsafe.push("a script in its text");
    if (element === "style") unsafe.push("a style sheet in its text");
    for (const name of attributes.keys()) if (/^(style|on[a-z]+)$/.test(name)) unsafe.push(`an attribute ${name}`);
  }
  return { links, anchors, unsafe };
}

function plain(value) {
  return value.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
