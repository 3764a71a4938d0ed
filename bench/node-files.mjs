import { spawn, spawnSync } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/slnet.js", import.meta.url));
const preload = new URL("./print-peak-memory.mjs", import.meta.url).href;

/**
 * The command line, as a process of its own, and `cp`. Both read from the page cache and write a new file; nothing that
 * an earlier run wrote is still on its way to the disk when the clock starts.
 *
 * @param {string} folder - for the files that are written
 */
export async function createFileRuns(folder, model) {
  const modelPath = join(folder, "model.json");
  const output = join(folder, "output.tif");
  await writeFile(modelPath, JSON.stringify(model));
  // Without this GNU's cp makes a second name for the same blocks, on file systems that can.
  const copyArguments = succeeds("cp", ["--reflink=never", modelPath, output]) ? ["--reflink=never"] : [];

  const timed = async (run, stack) => {
    await rm(output, { force: true });
    spawnSync("sync");
    const result = await run();
    const { size } = await stat(output);
    if (size < stack.bytes) throw new Error(`${output} has ${size} bytes, expected at least ${stack.bytes}`);
    await rm(output);
    return result;
  };

  return {
    // Each run is a process of its own.
    restart: () => Promise.resolve(),
    clean: (stack, method) =>
      timed(() => {
        const chosen =
          method.type === "slnet"
            ? ["--model", modelPath]
            : ["--method", "median", "--median-window", String(method.windowFrames)];
        return runTimed(process.execPath, ["--import", preload, program, "clean", stack.path, ...chosen, "-o", output]);
      }, stack),
    cat: async (stack) => (await runTimed("cat", [stack.path])).seconds,
    copy: async (stack) => {
      const { seconds } = await timed(() => runTimed("cp", [...copyArguments, stack.path, output]), stack);
      return seconds;
    },
  };
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Seconds from start to end, and what the process has written to its file 3. */
function runTimed(command, args) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
    let errors = "";
    let peak = "";
    child.stderr.on("data", (text) => (errors += text));
    child.stdio[3].on("data", (text) => (peak += text));
    let seconds = 0;
    child.on("exit", () => (seconds = (performance.now() - start) / 1000));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve({ seconds, peakBytes: peak === "" ? null : Number(peak) });
      else reject(new Error(`${command} ${args.join(" ")} ended with code ${code}: ${errors}`));
    });
  });
}
