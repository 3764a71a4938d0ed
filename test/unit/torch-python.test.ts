import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { readModel } from "../../src/core/models/read-model.js";
import { writeTorchCheckpoint } from "../../src/core/torch/torch-writer.js";
import { goldenFile } from "../golden/golden.js";
import { pythonWith } from "./python.js";

/** Debian's python3-torch, which is not in every environment of Python that may come first. */
const python = pythonWith("torch");
const skip = python === undefined ? "PyTorch is not installed (Debian: python3-torch)" : false;

const goOn = `
import argparse, json, sys, torch
folder = sys.argv[1]
checkpoint = torch.load(folder + "/ours.pt", weights_only=True)
args = argparse.Namespace(**json.loads(checkpoint["slnet_web"])["args"])
n = len(args.temporal_shifts)
net = torch.nn.Sequential()
net.add_module("conv1", torch.nn.Conv2d(n, 2 * n, 1, bias=bool(args.use_bias)))
net.add_module("conv2", torch.nn.Conv2d(2 * n, n, 1, bias=bool(args.use_bias)))
net.load_state_dict(checkpoint["model_state_dict"])
adam = torch.optim.Adam(net.parameters(), lr=args.learning_rate)
adam.load_state_dict({**adam.state_dict(), **checkpoint["optimizer_state_dict"]})
net(torch.ones(1, n, 4, 4)).sum().backward()
adam.step()
torch.save({"model_state_dict": net.state_dict(), "optimizer_state_dict": adam.state_dict(), "args": args,
            "epoch": checkpoint["epoch"] + 1, "statistics": checkpoint["statistics"]}, folder + "/theirs.pt")
print(json.dumps(checkpoint["model_state_dict"]["conv1.weight"].flatten().tolist()))
`;

test(
  "PyTorch reads our checkpoint with weights_only, goes on from it, and we read what it saves",
  { skip },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "slnet-torch-python-"));
    try {
      const { model } = await readModel("a.pt", Uint8Array.from(goldenFile("reference_checkpoint.pt")));
      await writeFile(join(folder, "ours.pt"), await writeTorchCheckpoint(model));
      const weights = JSON.parse(execFileSync(python ?? "", ["-c", goOn, folder], { encoding: "utf8" })) as number[];
      assert.deepEqual(weights, model.weights.conv1);
      const after = await readModel("theirs.pt", Uint8Array.from(await readFile(join(folder, "theirs.pt"))));
      assert.deepEqual([after.model.epoch, after.model.steps], [model.epoch + 1, model.steps + 1]);
      assert.notDeepEqual(after.model.weights, model.weights);
      assert.deepEqual(after.model.temporalShifts, model.temporalShifts);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
