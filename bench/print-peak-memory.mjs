// Preloaded into the command line: writes the most memory that the process had resident, in bytes, to its file 3.
// Linux counts the peak of `process.resourceUsage` from before the program started, when it was a copy of its parent.
import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

if (isMainThread) process.on("exit", () => writeSync(3, String(peakBytes())));

function peakBytes() {
  try {
    return 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
