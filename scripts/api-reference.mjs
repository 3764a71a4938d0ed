// The reference of the package's entries, from their docstrings.
import { join, posix } from "node:path";

import { Application, PageEvent, ReflectionKind, TSConfigReader } from "typedoc";

import { root } from "./repository.mjs";

/** In the order of package.json. The types of `./client` are the same in a page and in Node. */
const entries = [
  "index",
  "define",
  "client",
  "host/index",
  "host/conformance/index",
  "manifest",
  "adapters/viv",
  "adapters/niivue",
  "adapters/openseadragon",
  "adapters/napari-js",
];

/** What TypeDoc's pages need: their own files, and pictures within their style sheet. */
const policy =
  "default-src 'none'; script-src 'self'; img-src 'self' data:; " +
  // An empty style sheet for filters, of which there are none.
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/**
 * Writes the reference as pages. The project `src/plugin` must be compiled: TypeDoc reads what it refers to from there.
 *
 * @param {string} to folder for the pages
 * @param {string} home address of the documents, from that folder
 * @throws {Error} where a docstring has a broken link or an exported name has none; the reasons are on standard error
 */
export async function writeApiReference(to, home) {
  const app = await Application.bootstrap(
    {
      entryPoints: entries.map((entry) => join(root, "src/plugin", `${entry}.ts`)),
      tsconfig: join(root, "src/plugin/tsconfig.json"),
      out: to,
      name: "slnet-web API",
      readme: join(root, "scripts/site/api.md"),
      customCss: join(root, "scripts/site/api.css"),
      navigationLinks: { Documents: "documents:" },
      favicon: join(root, "demo/icon.svg"),
      navigation: { includeFolders: false },
      visibilityFilters: {},
      disableSources: true,
      excludeExternals: true,
      excludeInternal: true,
      excludePrivate: true,
      excludeProtected: true,
      sort: ["kind", "alphabetical"],
      // Of the custom elements manifest.
      blockTags: [
        "@module",
        "@default",
        "@example",
        "@param",
        "@returns",
        "@see",
        "@throws",
        "@fires",
        "@slot",
        "@tagname",
      ],
      notRenderedTags: ["@tagname"],
      treatWarningsAsErrors: true,
      treatValidationWarningsAsErrors: true,
      validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
      // What a type is made of, without a name that anyone needs.
      intentionallyNotExported: ["FieldBase", "FieldKind", "LateStrings", "Settings", "WithoutModel", "areas"],
      requiredToBeDocumented: ["Module", "Class", "Interface", "Function", "TypeAlias", "Variable"],
      logLevel: "Warn",
    },
    [new TSConfigReader()],
  );
  app.converter.addUnknownSymbolResolver(exportedElsewhere);
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = withoutInlineScript(page.contents, page.url, home);
  });
  const project = await app.convert();
  if (project) app.validate(project);
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error("the docstrings have faults; TypeDoc names them above");
  }
  await app.generateDocs(project, to);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error("the reference could not be written without a warning; TypeDoc says which above");
  }
}

/** TypeScript takes `@throws {@link SlnetError}` for a type, so TypeDoc looks for the name in the same entry only. */
function exportedElsewhere({ moduleSource, symbolReference }, reflection) {
  const path = symbolReference?.path;
  if (moduleSource !== undefined || path?.length !== 1) return undefined;
  for (const entry of reflection.project.getChildrenByKind(ReflectionKind.Module)) {
    const target = entry.getChildByName([path[0].path]);
    if (target && !target.isReference()) return { target };
  }
  return undefined;
}

/** A strict security policy forbids scripts in the text of a page, of which TypeDoc has one. */
function withoutInlineScript(html, url, home) {
  const up = posix.relative(posix.dirname(url), "");
  const to = (path) => posix.join(up, path);
  return html
    .replace(/<script>[^<]*<\/script>/, `<script src="${to(home + "assets/api-theme.js")}"></script>`)
    .replace("<head>", `<head><meta http-equiv="Content-Security-Policy" content="${policy}"/>`)
    .replaceAll('href="documents:"', `href="${to(home + "index.html")}"`);
}
