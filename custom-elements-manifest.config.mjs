import { readFileSync } from "node:fs";

/** The custom properties that every element takes, from the one place that has them. */
const themeProperties = Array.from(
  readFileSync("src/plugin/elements/theme.styles.ts", "utf8").matchAll(/var\((--slnet-[\w-]+), (.*)\);$/gm),
  ([, name, value]) => ({ name, default: value }),
);

export default {
  // The elements that a page writes itself; the others are parts of these.
  globs: ["loss-plot/loss-plot", "panel/panel", "stack-viewer/stack-viewer"].map(
    (name) => `src/plugin/elements/${name}.ts`,
  ),
  outdir: "dist",
  // The field of package.json is there; a build does not write it.
  packagejson: false,
  litelement: true,
  plugins: [
    {
      name: "public-interface",
      packageLinkPhase({ customElementsManifest: manifest }) {
        const path = "dist/index.js";
        const elements = manifest.modules
          .flatMap(({ declarations }) => declarations)
          .filter(({ customElement }) => customElement)
          .map(({ members = [], ...element }) => ({
            ...element,
            cssProperties: themeProperties,
            members: members.filter(({ privacy }) => privacy !== "private" && privacy !== "protected"),
          }));
        const exported = (kind, name, element) => ({ kind, name, declaration: { name: element.name, module: path } });
        // As the package exports them; the files of the sources are not in it.
        manifest.modules = [
          {
            kind: "javascript-module",
            path,
            declarations: elements,
            exports: [
              ...elements.map((element) => exported("js", element.name, element)),
              ...elements.map((element) => exported("custom-element-definition", element.tagName, element)),
            ],
          },
        ];
      },
    },
  ],
};
