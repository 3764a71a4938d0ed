// `npm test [-- stage …] [--fuzz CASES]`: every stage runs, also after one that failed. The last line is
// `N passed, N failed`. CASES is how many broken files the stage `fuzz` reads instead of 20,000.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { build, compile } from "./build.mjs";
import { findChromium } from "./find-chromium.mjs";
import { ensureInstalled } from "./install.mjs";
import { listFiles } from "./list-files.mjs";
import { root } from "./repository.mjs";

/** Nothing runs longer; a test that hangs would otherwise hold up everything. */
const stageLimitMs = 20 * 60_000;
/** What a broken file may take on average where more of them are asked for. */
const fuzzCaseLimitMs = 20;
const outputFolder = join(root, "test-output");

const totals = { passed: 0, failed: [], skipped: [] };

/** In this order. `build` comes before what needs it and is no choice of its own. */
const stages = {
  types: () => attempt("types", () => compile()),
  async lint() {
    for (const { tool, log, succeeded } of lint) {
      const isClean = await succeeded;
      process.stdout.write(readFileSync(log));
      if (isClean) pass(`lint: ${tool}`);
      else fail(`lint: ${tool}`);
    }
  },
  package() {
    runPackage("package: publint", "publint/src/cli.js", "--strict");
    runPackage(
      "package: are the types wrong",
      "@arethetypeswrong/cli/dist/index.js",
      "--pack",
      ".",
      "--profile",
      "esm-only",
    );
    for (const [name, script] of [
      ["package: sizes", "check-sizes"],
      ["package: licences", "third-party"],
    ]) {
      if (runNode([join(root, "scripts", `${script}.mjs`)])) pass(name);
      else fail(name);
    }
  },
  unit: () => runNodeTests("unit"),
  fuzz: () => runNodeTests("fuzz", stageLimitMs + fuzzCaseLimitMs * Number(process.env.SLNET_FUZZ_CASES ?? 0)),
  browser() {
    if (!compiledTests("browser").length) return fail("browser: no tests in test/browser");
    const config = join(root, "web-test-runner.config.mjs");
    runCounted("browser", [join(root, "node_modules/@web/test-runner/dist/bin.js"), "--config", config]);
  },
  e2e: () => runNodeTests("e2e"),
  apps: () => runNodeTests("apps"),
};

/** What `startLint` has started. */
let lint = [];

await main(process.argv.slice(2));

async function main(args) {
  const { wanted, fuzzCases } = parse(args);
  if (fuzzCases !== null) {
    if (!/^[1-9]\d*$/.test(fuzzCases)) {
      console.error(`test: --fuzz is ${fuzzCases || "without a number"}, expected how many broken files to read`);
      process.exitCode = 2;
      return;
    }
    process.env.SLNET_FUZZ_CASES = fuzzCases;
  }
  const unknown = wanted.filter((name) => !(name in stages));
  if (unknown.length > 0) {
    console.error(`test: there is no stage ${unknown.join(", ")}; expected any of ${Object.keys(stages).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const chosen = Object.keys(stages).filter((name) => wanted.length === 0 || wanted.includes(name));
  const chooses = (...names) => names.some((name) => chosen.includes(name));

  prepare(chooses);
  for (const name of chosen) {
    heading(name);
    await stages[name]();
  }
  report();
}

/** Stages, and the number behind `--fuzz`: null without it, empty where none follows. */
function parse(args) {
  const at = args.indexOf("--fuzz");
  if (at < 0) return { wanted: args, fuzzCases: null };
  return { wanted: args.toSpliced(at, 2), fuzzCases: args[at + 1] ?? "" };
}

function prepare(chooses) {
  mkdirSync(outputFolder, { recursive: true });
  if (!attempt("install", ensureInstalled, { counts: false })) return;
  if (chooses("lint")) lint = startLint();
  if (chooses("browser", "e2e", "apps")) {
    attempt("Chromium", () => (process.env.CHROME_PATH = findChromium({ install: true })), { counts: false });
  }
  if (chooses("package", "unit", "fuzz", "browser", "e2e", "apps")) attempt("build", build);
  // The stage `types` says what is wrong; here only what the tests need is compiled.
  if (!chooses("types") && chooses("unit", "fuzz", "browser", "e2e", "apps")) attempt("types", () => compile());
}

/** A step in this process. It counts as one check, or, with `counts: false`, only where it fails. */
function attempt(name, step, { counts = true } = {}) {
  try {
    step();
    if (counts) pass(name);
    return true;
  } catch (error) {
    console.error(error.message);
    fail(name);
    return false;
  }
}

/**
 * Starts what reads the sources only, to run beside compiler and bundler, which use one core each: no test runs yet that
 * would become too slow.
 */
function startLint() {
  const tools = [
    ["eslint", "eslint/bin/eslint.js", "."],
    ["prettier", "prettier/bin/prettier.cjs", "--check", "."],
    ["knip", "knip/bin/knip.js", "--no-progress"],
  ];
  return tools.map(([tool, program, ...args]) => {
    const log = join(outputFolder, `${tool}.log`);
    const file = openSync(log, "w");
    const child = spawn(process.execPath, [join(root, "node_modules", program), ...args], {
      cwd: root,
      stdio: ["ignore", file, file],
      timeout: stageLimitMs,
    });
    closeSync(file);
    const succeeded = new Promise((done) => {
      child.once("error", () => done(false));
      child.once("exit", (code) => done(code === 0));
    });
    return { tool, log, succeeded };
  });
}

/** A tool that gives an exit code: one check. */
function runPackage(name, program, ...args) {
  if (runNode([join(root, "node_modules", program), ...args])) pass(name);
  else fail(name);
}

function runNodeTests(stage, limitMs = stageLimitMs) {
  const files = compiledTests(stage);
  if (files.length === 0) return fail(`${stage}: no tests in test/${stage}`);
  const reporters = [
    ["spec", "stdout"],
    [join(root, "scripts/node-test-counts.mjs"), countsFile(stage)],
  ];
  runCounted(
    stage,
    [
      "--test",
      // They share one built command line and one browser; on few cores files beside each other only time out.
      "--test-concurrency=1",
      ...reporters.flatMap(([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`]),
      ...files,
    ],
    limitMs,
  );
}

/** A test runner that writes its counts to `test-output/<stage>.json`. */
function runCounted(stage, args, limitMs = stageLimitMs) {
  rmSync(countsFile(stage), { force: true });
  const succeeded = runNode(args, limitMs);
  const counts = readCounts(stage);
  if (counts === null) return fail(`${stage}: the test runner ended without a result`);
  totals.passed += counts.passed;
  totals.failed.push(...counts.failed.map((name) => `${stage}: ${name}`));
  totals.skipped.push(...counts.skipped.map((name) => `${stage}: ${name}`));
  if (!succeeded && counts.failed.length === 0) fail(`${stage}: the test runner failed outside of the tests`);
  if (counts.passed + counts.failed.length + counts.skipped.length === 0) fail(`${stage}: no test ran`);
}

function readCounts(stage) {
  if (!existsSync(countsFile(stage))) return null;
  const text = readFileSync(countsFile(stage), "utf8");
  return text === "" ? null : JSON.parse(text);
}

/** Runs Node in the repository with everything shown. */
function runNode(args, limitMs = stageLimitMs) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", timeout: limitMs });
  if (error)
    console.error(error.code === "ETIMEDOUT" ? `stopped after ${Math.round(limitMs / 60_000)} minutes` : error.message);
  return status === 0;
}

function compiledTests(stage) {
  return listFiles(join(root, "build", "test", stage)).filter((path) => path.endsWith(".test.js"));
}

function countsFile(stage) {
  return join(outputFolder, `${stage}.json`);
}

function pass(name) {
  totals.passed++;
  console.log(`✔ ${name}`);
}

function fail(name) {
  totals.failed.push(name);
  console.log(`✖ ${name}`);
}

function heading(name) {
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 76 - name.length))}`);
}

function report() {
  heading("result");
  for (const name of totals.skipped) console.log(`skipped: ${name}`);
  for (const name of totals.failed) console.log(`failed: ${name}`);
  console.log(`${totals.passed} passed, ${totals.failed.length} failed`);
  process.exitCode = totals.failed.length > 0 ? 1 : 0;
}
