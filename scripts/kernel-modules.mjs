import { join } from "node:path";

import { root } from "./repository.mjs";

const prefix = "slnet-kernels/";

/** Path of a module that exports a compiled WebAssembly kernel as `base64`. */
export function kernelModule(name) {
  return join(root, "build", "kernels", `${name}.js`);
}

/** What the sources import as `slnet-kernels/NAME`, for rollup. */
export const kernelsForRollup = () => ({
  name: "kernels",
  resolveId: (source) => (source.startsWith(prefix) ? kernelModule(source.slice(prefix.length)) : null),
});

/** The same for the test runner, which serves the whole repository. */
export const kernelsForTestRunner = () => ({
  name: "kernels",
  resolveImport: ({ source }) =>
    source.startsWith(prefix) ? `/build/kernels/${source.slice(prefix.length)}.js` : undefined,
});
