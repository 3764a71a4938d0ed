import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inflateSync } from "node:zlib";

import { isSlnetError } from "../../src/core/errors.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { thumbnail } from "../../src/core/io/thumbnail.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { readModel } from "../../src/core/models/read-model.js";
import {
  isRunArchive,
  readArchivedRecord,
  writeRunArchive,
  type RunArchive,
} from "../../src/core/models/run-archive.js";
import { buildModel } from "./model-builder.js";
import { pythonWith } from "./python.js";
import { refusal } from "./reading.js";
import { buildZip } from "./zip-builder.js";

const run: RunArchive = {
  model: buildModel(),
  record: { format: "slnet-web-run", title: "a “run”" },
  training: [
    { step: 1, loss: 0.5 },
    { step: 2, loss: 0.25 },
  ],
  validation: [
    { step: 0, loss: 2 },
    { step: 2, loss: 1e-7 },
  ],
  pictures: new Map([["raw", Uint8Array.of(1, 2, 3)]]),
  files: new Map([["protocol/notes.txt", Buffer.from("by hand")]]),
};
const read = (bytes: Uint8Array) => readModel("run.zip", Uint8Array.from(bytes));
const listName = "slnet-run-archive.json";

describe("the archive of a run", () => {
  it("gives its model and its record back", async () => {
    const bytes = await writeRunArchive(run);
    assert.deepEqual(await read(bytes), { model: run.model, notices: [] });
    const zip = await openZip(createBufferSource("run.zip", bytes));
    assert.equal(isRunArchive(zip), true);
    assert.deepEqual(JSON.parse(await readArchivedRecord(zip)), run.record);
  });

  it("is the same bytes for the same run", async () => {
    assert.deepEqual(await writeRunArchive(run), await writeRunArchive(run));
  });

  it("without a model says so where one is wanted", async () => {
    const bytes = await writeRunArchive({ ...run, model: null });
    await assert.rejects(read(bytes), refusal("bad-input", "run.zip is the archive of a run without model.json"));
  });

  for (const [what, code, message, files] of [
    ["a model that is no JSON", "bad-input", "model.json in run.zip is not JSON", { "model.json": "{," }],
    ["another file as its model", "bad-input", "is not an SLNet model file", { "model.json": "{}" }],
    ["a model of a gigabyte", "unsupported", "expected at most", { "model.json": "x".repeat(9 * 1024 * 1024) }],
  ] as const) {
    for (const isCompressed of [false, true]) {
      it(`with ${what} is refused, ${isCompressed ? "deflated" : "stored"}`, async () => {
        const entries = Object.entries({ [listName]: "{}", ...files });
        const bytes = buildZip(new Map(entries.map(([path, text]) => [path, Buffer.from(text)])), isCompressed);
        await assert.rejects(read(bytes), refusal(code, message));
      });
    }
  }

  it("cut off or with a byte changed gives a model or an error of ours", async () => {
    const whole = Buffer.from(await writeRunArchive({ ...run, pictures: new Map(), files: new Map() }));
    // Every byte of what is around the files, and some of what is in them.
    const places = Array.from({ length: 600 }, (_, i) =>
      i < 300 ? whole.length - 1 - i : Math.floor(((i - 300) * whole.length) / 300),
    );
    for (const at of places) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      for (const bytes of [changed, whole.subarray(0, at)]) {
        try {
          await read(bytes);
        } catch (error) {
          assert.ok(isSlnetError(error, "bad-input", "unsupported"), `byte ${at}: ${String(error)}`);
        }
      }
    }
  });

  const python = pythonWith("zipfile");
  it(
    "is read by the zip files of Python, with the checksums that it says",
    { skip: python === undefined ? "Python is not installed" : false },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "slnet-archive-"));
      try {
        await writeFile(join(folder, "run.zip"), await writeRunArchive(run));
        const program = `
import csv, hashlib, io, json, sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
list = json.loads(zip.read("slnet-run-archive.json"))
same = all(hashlib.sha256(zip.read(f["path"])).hexdigest() == f["sha256"] and len(zip.read(f["path"])) == f["bytes"] for f in list["files"])
print(json.dumps([zip.namelist(), zip.testzip(), same, [f["path"] for f in list["files"]] == zip.namelist()[1:],
                  [row for row in csv.reader(io.StringIO(zip.read("losses.csv").decode()))], zip.read("files/protocol/notes.txt").decode()]))`;
        const answer = execFileSync(python ?? "", ["-c", program, join(folder, "run.zip")], { encoding: "utf8" });
        assert.deepEqual(JSON.parse(answer), [
          [listName, "model.json", "run.json", "losses.csv", "pictures/raw.png", "files/protocol/notes.txt"],
          null,
          true,
          true,
          [
            ["step", "training_loss", "validation_loss"],
            ["0", "", "2"],
            ["1", "0.5", ""],
            ["2", "0.25", "1e-7"],
          ],
          "by hand",
        ]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe("a small picture of a frame", () => {
  it("has means of squares, and 256 pixels on its longer side at most", async () => {
    const [width, height] = [600, 300];
    // Dark on the left, bright on the right, in stripes that the means even out.
    const frame = Float32Array.from({ length: width * height }, (_, i) => (i % width < 300 ? 0 : 100) + (i % 3));
    const png = Buffer.from(await thumbnail(frame, width, height));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [200, 100]);
    const start = png.indexOf("IDAT");
    const rows = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
    // The first byte of each row is its filter.
    assert.equal(rows.length, 100 * 201);
    assert.deepEqual([rows[1], rows[100], rows[101], rows[200]], [0, 0, 255, 255]);
  });
});
