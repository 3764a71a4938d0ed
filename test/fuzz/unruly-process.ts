/** Stands in for the process of the fuzzer: it hangs at case 3, ends at case 5 and runs out of memory at case 7. */
import type { FuzzReply, FuzzRequest } from "./fuzz-process.js";

process.on("message", ({ from, to }: FuzzRequest) => {
  for (let number = from; number < to; number++) {
    reply({ type: "begun", number });
    while (number === 3);
    if (number === 5) process.exit(9);
    const kept: number[][] = [];
    while (number === 7) kept.push(new Array<number>(100_000).fill(number));
    reply({ type: "done", number, kind: "", name: "", result: "read", reason: "", compared: 0 });
  }
  reply({ type: "finished" });
});

function reply(message: FuzzReply): void {
  process.send?.(message);
}
