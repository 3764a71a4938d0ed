// Writes docs/configuration.md from the one table of options. With --check it only compares, for the tests.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isMain, root } from "./repository.mjs";

const target = join(root, "docs", "configuration.md");

const optionName = (key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const valueText = (value) => {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(",");
  return value === "" ? "none" : String(value);
};

const range = (field) => {
  switch (field.kind) {
    case "integer":
    case "integers":
      return `whole, ${field.minimum} to ${field.maximum}`;
    case "number":
      return `${field.minimum} to ${field.maximum}`;
    case "boolean":
      return "true, false";
    case "choice":
      return field.choices.map(({ value }) => value).join(", ");
    default:
      return "text";
  }
};

/** The page, from the compiled configuration. */
export async function configurationPage() {
  const { configurationFields } = await import(join(root, "build", "src", "core", "configuration.js"));
  const row = (field) =>
    [
      field.publishedName ? `\`${field.publishedName}\`` : "(ours)",
      `\`${field.key}\``,
      `\`${optionName(field.key)}\``,
      `\`${valueText(field.default)}\``,
      [range(field), field.unit].filter(Boolean).join("; "),
      field.help,
    ].join(" | ");
  return [
    "# Options, and their names in the Python code",
    "",
    "Every parameter of the published SLNet training script has its place here. The first column is its name there, the",
    "second ours in code, in model files and in the panel, the third the one of the command line. The page is written by",
    "`node scripts/write-docs.mjs` from `src/core/configuration.ts`.",
    "",
    "| Python | Here | Command line | Default | Values | Meaning |",
    "| --- | --- | --- | --- | --- | --- |",
    ...configurationFields.map((field) => `| ${row(field)} |`),
    "",
  ].join("\n");
}

if (isMain(import.meta.url)) {
  const page = await configurationPage();
  if (!process.argv.includes("--check")) {
    writeFileSync(target, page);
  } else if (readFileSync(target, "utf8") !== page) {
    console.error("docs/configuration.md is not what scripts/write-docs.mjs writes; run it");
    process.exitCode = 1;
  }
}
