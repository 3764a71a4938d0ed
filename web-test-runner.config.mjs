import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { defaultReporter } from "@web/test-runner";
import { chromeLauncher, puppeteerCore } from "@web/test-runner-chrome";
import { playwrightLauncher } from "@web/test-runner-playwright";

import { chromiumArguments, findChromium, isRoot } from "./scripts/find-chromium.mjs";
import { findFirefox } from "./scripts/find-firefox.mjs";
import { kernelsForTestRunner } from "./scripts/kernel-modules.mjs";
import { root } from "./scripts/repository.mjs";

const firefox = findFirefox();

/** Cross-origin isolation, as the demo has it. */
async function isolate(context, next) {
  await next();
  context.set("Cross-Origin-Opener-Policy", "same-origin");
  context.set("Cross-Origin-Embedder-Policy", "require-corp");
  context.set("Cross-Origin-Resource-Policy", "same-origin");
}

/**
 * The readers of itk-wasm as they are: the runner's resolver would look for Node's own modules, which they name for where
 * they run there.
 */
async function serveReaders(context, next) {
  const [, name] = /^\/dist\/assets\/itk\/([\w-]+\.js)$/.exec(context.path) ?? [];
  if (name === undefined) return next();
  context.type = "text/javascript";
  context.body = await readFile(join(root, "dist/assets/itk", name));
}

/** Writes the counts where `scripts/test.mjs` reads them. */
const countReporter = {
  onTestRunFinished({ sessions }) {
    const counts = { passed: 0, failed: [], skipped: [] };
    if (firefox === null) counts.skipped.push("all in Firefox: there is none in the PATH or at FIREFOX_PATH");
    for (const session of sessions) {
      const path = session.testFile.replace(/^.*\/build\/test\/browser\//, "");
      const file = session.browser.name === "Firefox" ? `Firefox: ${path}` : path;
      if (session.testResults) countSuite(session.testResults, file, counts);
      // A file that could not be loaded has errors and no tests.
      if (!session.passed && session.errors.length > 0) counts.failed.push(`${file}: ${session.errors[0].message}`);
    }
    mkdirSync("test-output", { recursive: true });
    writeFileSync("test-output/browser.json", JSON.stringify(counts));
  },
};

function countSuite(suite, prefix, counts) {
  for (const test of suite.tests) {
    const name = `${prefix}: ${test.name}`;
    if (test.skipped) counts.skipped.push(name);
    else if (test.passed) counts.passed++;
    else counts.failed.push(name);
  }
  for (const inner of suite.suites) countSuite(inner, `${prefix}: ${inner.name}`, counts);
}

/** By WebDriver BiDi, which the Firefox of everyone speaks; Playwright wants one of its own. */
function firefoxLauncher(executablePath) {
  return chromeLauncher({ puppeteer: puppeteerCore, launchOptions: { browser: "firefox", executablePath } });
}

export default {
  // Compiled by `tsc -b`. The whole repository is served, so that a test can start /dist/slnet.worker.js.
  files: "build/test/browser/**/*.test.js",
  rootDir: root,
  nodeResolve: true,
  // One page at a time: the tests measure times and share two cores with the worker under test.
  concurrency: 1,
  concurrentBrowsers: 1,
  middleware: [isolate, serveReaders],
  plugins: [kernelsForTestRunner()],
  browsers: [
    playwrightLauncher({
      product: "chromium",
      launchOptions: {
        executablePath: findChromium({ install: false }),
        chromiumSandbox: !isRoot(),
        args: chromiumArguments(),
      },
    }),
    ...(firefox === null ? [] : [firefoxLauncher(firefox)]),
  ],
  // Training runs on a software adapter may take a while.
  testFramework: { config: { timeout: 60_000 } },
  testsFinishTimeout: 10 * 60_000,
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith("Lit is in dev mode"),
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: process.stdout.isTTY }), countReporter],
};
