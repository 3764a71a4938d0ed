import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import { configs as lit } from "eslint-plugin-lit";
import tseslint from "typescript-eslint";

/**
 * What a folder must not import, as patterns of module names. The compiler's project references hold most of the
 * layering too; these rules also name the packages and give the reason.
 */
const forbidden = {
  lit: { regex: "^(lit|@lit)(/|$)", message: "Lit is used in src/plugin only." },
  tfjs: { regex: "^@tensorflow/", message: "TensorFlow.js is used in src/worker only." },
  comlink: {
    regex: "^comlink(/|$)",
    message: "Comlink is used in src/worker, src/protocol/client.ts and the two worker-client.ts only.",
  },
  packages: { regex: "^[^.]", message: "src/core imports no package and nothing of Node." },
  node: { regex: "^node:", message: "This code also runs in a browser." },
  protocol: { regex: "^\\.\\.?/(.*/)?protocol/", message: "src/core imports nothing outside of core." },
  worker: { regex: "^\\.\\./(.*/)?worker/", message: "Pages and commands reach the worker through src/protocol." },
  plugin: { regex: "^\\.\\./(.*/)?plugin/", message: "Only the demo and the tests import src/plugin." },
  cli: { regex: "^\\.\\./(.*/)?cli/", message: "Nothing imports the command line." },
  inside: {
    regex: "/src/(?!plugin/(index|define|client|manifest|host/index|host/conformance/index|adapters/[a-z-]+)\\.js$)",
    message: "The demo uses the public entries only, as a stranger would.",
  },
};

/** The same for `import … from` and `import(…)`, which are two rules. */
function layer(files, ignores, ...names) {
  const patterns = names.map((name) => forbidden[name]);
  return {
    files,
    ignores,
    rules: {
      "no-restricted-imports": ["error", { patterns }],
      "no-restricted-syntax": [
        "error",
        ...patterns.map(({ regex, message }) => ({
          selector: `ImportExpression > Literal.source[value=/${regex.replaceAll("/", "\\/")}/]`,
          message,
        })),
        {
          selector: "TaggedTemplateExpression[tag.name=/^(html|svg)$/] TemplateElement[value.raw=/\\sstyle=/]",
          message: "A content security policy may forbid the attribute: bind the property, `.style=`.",
        },
        { selector: "ExportDefaultDeclaration", message: "Exports are named." },
        { selector: "TSEnumDeclaration", message: "Types vanish on compiling: use a union of strings." },
        { selector: "TSModuleDeclaration[kind='namespace']", message: "Types vanish on compiling: use modules." },
      ],
    },
  };
}

export default defineConfig(
  // AssemblyScript looks like TypeScript, but its types are those of WebAssembly.
  globalIgnores(["build/", "dist/", "coverage/", "test-output/", "node_modules/", "src/kernels/assembly/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ["error", "always"],
      "no-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },

  // Scripts and configuration: plain JavaScript for Node.
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(["console", "performance", "process", "URL"].map((name) => [name, "readonly"])),
    },
  },

  // Scripts of pages: of apps into which the package is installed, and of the documents.
  {
    files: ["test/apps/*/main.js", "scripts/site/*.js"],
    languageOptions: { globals: { document: "readonly", localStorage: "readonly" } },
  },

  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // `() => queue.push(x)` reads well; a statement `return f()` with nothing in it does not.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowBoolean: true, allowNumber: true }],
      "@typescript-eslint/restrict-plus-operands": ["error", { allowNumberAndString: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // The reason of an AbortSignal is passed on as it is.
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingAny: true, allowThrowingUnknown: true }],
      // Most objects here are made by functions, their methods are closures; and Lit binds the listeners of a template.
      "@typescript-eslint/unbound-method": "off",
      // An async method without `await` keeps its promise: a throw in it rejects.
      "@typescript-eslint/require-await": "off",
      // Indices in numeric code are right by construction, and `a[i]!` says so where the compiler asks.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Wrong about `a[i] === undefined` in the folders without noUncheckedIndexedAccess, and about data from outside.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // Wants `for … of` or a Map in places where an index or a plain record is the simpler thing.
      "@typescript-eslint/no-dynamic-delete": "off",
      // `while (true)` with a return in it, as when blocks are pulled until the end.
      "no-constant-condition": ["error", { checkLoops: false }],
    },
  },

  layer(["src/core/**/*.ts"], [], "packages", "protocol", "worker", "plugin", "cli"),
  layer(
    ["src/protocol/**/*.ts"],
    ["src/protocol/client.ts"],
    "lit",
    "tfjs",
    "comlink",
    "node",
    "worker",
    "plugin",
    "cli",
  ),
  layer(["src/protocol/client.ts"], [], "lit", "tfjs", "node", "worker", "plugin", "cli"),
  layer(["src/worker/**/*.ts"], [], "lit", "plugin", "cli"),
  layer(["src/plugin/**/*.ts"], ["src/plugin/worker-client.ts"], "tfjs", "comlink", "node", "worker", "cli"),
  layer(["src/plugin/worker-client.ts"], [], "lit", "tfjs", "node", "worker", "cli"),
  layer(["src/cli/**/*.ts"], ["src/cli/worker-client.ts"], "lit", "tfjs", "comlink", "worker", "plugin"),
  layer(["src/cli/worker-client.ts"], [], "lit", "tfjs", "worker", "plugin"),
  layer(["demo/**/*.ts"], [], "lit", "tfjs", "comlink", "node", "inside"),

  {
    files: ["src/**/*.ts", "demo/**/*.ts"],
    ignores: ["src/cli/**"],
    // A guest in someone's page is silent; what has to be said reaches the person through the host.
    rules: { "no-console": "error" },
  },
  { files: ["src/plugin/**/*.ts", "demo/**/*.ts"], extends: [lit["flat/recommended"]] },

  {
    files: ["test/**/*.ts"],
    rules: {
      // `describe` and `it` of node:test return promises that the runner itself awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["describe", "it", "test", "suite", "before", "after"], package: "node:test" },
            // Typed as a promise for DOM snapshots, which we have none of. `accessible()` is still to be awaited.
            { from: "package", name: ["equal", "Equal"], package: "@open-wc/semantic-dom-diff" },
          ],
        },
      ],
      // Chai's assertions are property reads.
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
);
