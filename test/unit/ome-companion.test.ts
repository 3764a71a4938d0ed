import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import type { StackInput } from "../../src/protocol/api.js";
import type { StackReader, StackSelection } from "../../src/core/frames.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { openFiles, ramp, readAll, refusal } from "./reading.js";
import { buildTiff, rampPage } from "./tiff-builder.js";
import { withServer } from "./url-server.js";

/** One page for each of these; its pixels count up from there. */
function tiff(...firsts: readonly number[]): Uint8Array<ArrayBuffer> {
  return buildTiff({ littleEndian: true, pages: firsts.map((first) => rampPage(4, 3, first)) });
}

/** An image of so many channels and times. */
function image([channels, times]: readonly [number, number], inside: string, name = "cells"): string {
  return (
    `<Image ID="Image:0" Name="${name}"><Pixels DimensionOrder="XYCZT" Type="uint16" SizeX="4" SizeY="3" SizeZ="1" ` +
    `SizeC="${channels}" SizeT="${times}" PhysicalSizeX="0.1" PhysicalSizeY="0.1" TimeIncrement="0.5">${inside}</Pixels></Image>`
  );
}

function ome(...images: readonly string[]): string {
  // As Bio-Formats begins such a text.
  return (
    `<?xml version="1.0" encoding="UTF-8"?><!-- Warning: this comment is an OME-XML metadata block -->` +
    `<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:text">${images.join("")}</OME>`
  );
}

function inFile(name: string, ifd: number, t: number, { count = 1, c = 0 } = {}): string {
  return `<TiffData IFD="${ifd}" FirstT="${t}" FirstC="${c}" PlaneCount="${count}"><UUID FileName="${name}">urn:uuid:${name}</UUID></TiffData>`;
}

/** Three frames, the first two in `b.tif`, in the order that only the text knows. */
const recording = {
  "run.companion.ome": ome(image([1, 3], inFile("b.tif", 1, 0) + inFile("b.tif", 0, 1) + inFile("a.tif", 0, 2))),
  "a.tif": tiff(24),
  "b.tif": tiff(12, 0),
};

async function folderOf(context: TestContext, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-companion-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function openInput(input: StackInput, selection: StackSelection = {}): Promise<StackReader> {
  return openStack(input, selection, null, nodePlatform, "");
}

test("a companion file opens the TIFF files beside it, in its order and with its metadata", async (context) => {
  const reader = await openFiles(context, recording);
  const { name, format, shape, pixelSizeNm, frameIntervalSeconds, notices } = reader.description;
  assert.deepEqual([name, format, pixelSizeNm, frameIntervalSeconds], ["run.companion.ome", "tiff", 100, 0.5]);
  assert.deepEqual(shape, { frames: 3, height: 3, width: 4, type: "uint16" });
  assert.deepEqual(notices, []);
  assert.deepEqual(await readAll(reader), ramp(36));
});

test("a folder that holds a companion file is what that says, and with two of them one is to be opened", async (context) => {
  const path = await folderOf(context, recording);
  const reader = await openInput({ type: "path", path });
  assert.equal(reader.description.name, "run.companion.ome");
  assert.deepEqual(await readAll(reader), ramp(36));
  await reader.close();
  await writeFile(join(path, "again.companion.ome"), recording["run.companion.ome"]);
  await assert.rejects(
    openInput({ type: "path", path }),
    refusal("bad-input", "holds 2 recordings", "again.companion.ome"),
  );
});

test("a companion file opens by its address", () =>
  withServer({}, async (server) => {
    for (const [name, content] of Object.entries(recording)) {
      server.files.set(`/data/${name}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    const reader = await openInput({ type: "url", url: `${server.origin}/data/run.companion.ome` });
    assert.deepEqual(await readAll(reader), ramp(36));
    await reader.close();
  }));

test("a companion file with several images or channels asks, and opens what is chosen", async (context) => {
  const text = ome(
    image([2, 1], inFile("a.tif", 0, 0) + inFile("b.tif", 0, 0, { c: 1 }), "first"),
    image([2, 2], inFile("b.tif", 0, 0, { count: 2 }) + inFile("c.tif", 0, 1, { count: 2 }), "second"),
  );
  const path = await folderOf(context, { "x.companion.ome": text, "b.tif": tiff(0, 12), "c.tif": tiff(24, 36) });
  const open = (selection: StackSelection) => openInput({ type: "path", path }, selection);
  await assert.rejects(open({}), refusal("choice-needed", "x.companion.ome has 2 images"));
  await assert.rejects(open({ series: 1 }), refusal("choice-needed", "has 2 channels"));
  const reader = await open({ series: 1, channel: 1 });
  assert.deepEqual(await readAll(reader), [...ramp(12, 12), ...ramp(12, 36)]);
  await reader.close();
  // The first file of that image is not there, but its second channel is in another.
  await assert.rejects(open({ series: 0, channel: 0 }), refusal("bad-input", "a.tif", "missing"));
  const other = await open({ series: 0, channel: 1 });
  assert.deepEqual(await readAll(other), ramp(12));
  await other.close();
});

test("a recording that was stopped has the frames that are there", async (context) => {
  const text = ome(image([1, 5], inFile("a.tif", 0, 0, { count: 5 })));
  const reader = await openFiles(context, { "x.companion.ome": text, "a.tif": tiff(0, 12) });
  assert.deepEqual(await readAll(reader), ramp(24));
  assert.match(reader.description.notices.join(" "), /says 5 frames, 2 are there/);
});

test("a text that leads to no TIFF files is refused with what it lacks", async (context) => {
  const cases: readonly (readonly [string, Readonly<Record<string, Uint8Array>>, ReturnType<typeof refusal>])[] = [
    [ome(image([1, 1], "<TiffData/>")), { "a.tif": tiff(0) }, refusal("bad-input", "does not say in which files")],
    [ome(image([1, 1], "")), {}, refusal("bad-input", "does not say in which files the pixels of cells are")],
    [
      ome(image([1, 1], `<BinData BigEndian="false" Length="4">AAAA</BinData>`)),
      {},
      refusal("unsupported", "pixels in its text"),
    ],
    [ome(), {}, refusal("bad-input", "describes no image")],
    [ome(image([1, 1], inFile("a.tif", 0, 0))).slice(0, -9), {}, refusal("bad-input", "cannot be read")],
    [ome(image([1, 1], inFile("a.tif", 0, 0))), {}, refusal("bad-input", "a.tif", "missing")],
    [ome(image([1, 1], inFile("../a.tif", 0, 0))), {}, refusal("bad-input", "../a.tif", "in the same folder")],
    [
      ome(image([1, 1], inFile("a.tif", 0, 0))),
      { "a.tif": new TextEncoder().encode("no TIFF at all") },
      refusal("bad-input", "a.tif is not a TIFF"),
    ],
    [
      ome(image([1, 1], inFile("a".repeat(70_000), 0, 0))),
      {},
      (error) => {
        assert.ok((error as Error).message.length < 500, "the name is not shown as a whole");
        return refusal("bad-input", "in the same folder")(error);
      },
    ],
    // A text that names itself leads nowhere.
    [ome(image([1, 1], inFile("x.companion.ome", 0, 0))), {}, refusal("bad-input", "is not a TIFF")],
    [
      `<?xml version="1.0"?><OME><BinaryOnly MetadataFile="x.companion.ome" UUID="urn:uuid:a"/></OME>`,
      {},
      refusal("bad-input", "describes no image"),
    ],
  ];
  for (const [text, files, expected] of cases) {
    await assert.rejects(openFiles(context, { "x.companion.ome": text, ...files }), expected, text);
  }
});
