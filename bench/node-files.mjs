import { spawn, spawnSync } from "node:child_process";
import { copyFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/slnet.js", import.meta.url));
const preload = new URL("./print-peak-memory.mjs", import.meta.url).href;

/**
 * Brings a stack into the page cache, and makes the system hold free memory for a copy of it: a virtual machine gives
 * memory that was free for a while back to its host, and takes a second per gigabyte to get it again. Nothing that was
 * written before is on its way to the disk afterwards.
 *
 * @param {string} spare - path of a file that is written and removed again
 */
export async function warmUp(stack, spare) {
  await copyFile(stack.path, spare);
  await rm(spare);
  spawnSync("sync");
}

/**
 * The command line, as a process of its own, and `cp`, each after {@link warmUp}.
 *
 * @param {string} folder - for the files that are written
 */
export async function createFileRuns(folder, model) {
  const modelPath = join(folder, "model.json");
  const output = join(folder, "output.tif");
  const spare = join(folder, "spare.tif");
  await writeFile(modelPath, JSON.stringify(model));
  // Without this GNU's cp makes a second name for the same blocks, on file systems that can.
  const copyArguments = succeeds("cp", ["--reflink=never", modelPath, output]) ? ["--reflink=never"] : [];

  const timed = async (run, stack) => {
    await rm(output, { force: true });
    await warmUp(stack, spare);
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
