import assert from "node:assert/strict";
import { test } from "node:test";

import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, type StackReader, type StackSelection } from "../../src/core/frames.js";
import { openTiffFolder, tiffNames } from "../../src/core/io/tiff-folder.js";
import { openTiffStack } from "../../src/core/io/tiff-stack.js";
import { createRandom } from "../../src/core/random.js";
import { readXml } from "../../src/worker/readers/xml.js";
import { createMemoryFolder, type MemoryFolder } from "./memory-folder.js";
import { buildTiff, rampPage, type TestPage } from "./tiff-builder.js";

/** Pages whose first pixels are as given. */
function pages(firsts: readonly number[], text = "", more: Partial<TestPage> = {}): readonly TestPage[] {
  return firsts.map((first, page) =>
    rampPage(4, 3, first, {
      ...more,
      ...(page === 0 && text !== "" ? { tags: { 270: { type: "ascii", values: text } } } : {}),
    }),
  );
}

function tiff(firsts: readonly number[], text = "", more: Partial<TestPage> = {}): Uint8Array<ArrayBuffer> {
  return buildTiff({ littleEndian: true, pages: pages(firsts, text, more) });
}

async function openIn(folder: MemoryFolder, name: string, selection: StackSelection = {}): Promise<StackReader> {
  const source = await folder.open(name);
  assert.ok(source, `${name} is not in the folder`);
  try {
    return await openTiffStack(source, { folder, selection, readXml });
  } catch (error) {
    await source.close();
    throw error;
  }
}

function openOne(bytes: Uint8Array, selection: StackSelection = {}): Promise<StackReader> {
  return openIn(createMemoryFolder({ "stack.tif": bytes }), "stack.tif", selection);
}

async function openFolder(folder: MemoryFolder, selection: StackSelection = {}): Promise<StackReader> {
  return openTiffFolder(tiffNames(await folder.list()), { folder, selection, readXml });
}

/** The first pixel of each frame, after a check that all frames are ramps. */
async function firstPixels(reader: StackReader): Promise<number[]> {
  const { frames, height, width } = reader.description.shape;
  const size = height * width;
  const out = new Uint16Array(frames * size);
  await reader.readFrames(0, frames, out);
  return Array.from({ length: frames }, (_, frame) => {
    const first = out[frame * size]!;
    for (let i = 0; i < size; i++) assert.equal(out[frame * size + i], first + i, `frame ${frame}, pixel ${i}`);
    return first;
  });
}

function refusal(code: SlnetErrorCode, ...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} is no SlnetError with the code ${code}`);
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

/** Asked to choose between these. */
function choice(of: "series" | "channel" | "slice", ...labels: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, "choice-needed"), String(error));
    assert.deepEqual(error.choice, { of, labels });
    return true;
  };
}

function imageJ(lines: Readonly<Record<string, string | number>>): string {
  return ["ImageJ=1.53t", ...Object.entries(lines).map(([name, value]) => `${name}=${value}`), ""].join("\n");
}

/** Page p of a hyperstack has the first pixel 100·p. */
const hundreds = (count: number): number[] => Array.from({ length: count }, (_, page) => 100 * page);

function ome(images: readonly string[], attributes = 'UUID="urn:uuid:a"'): string {
  return `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" ${attributes}>${images.join("")}</OME>`;
}

function omeImage(
  sizes: readonly [c: number, z: number, t: number],
  inside = "<TiffData/>",
  name = "cells",
  more = "",
): string {
  const [c, z, t] = sizes;
  return (
    `<Image ID="Image:0" Name="${name}"><Pixels DimensionOrder="XYCZT" Type="uint16" SizeX="4" SizeY="3" SizeC="${c}" ` +
    `SizeZ="${z}" SizeT="${t}" ${more}>${inside}</Pixels></Image>`
  );
}

function inFile(name: string, ifd: number, t: number, count = 1): string {
  return `<TiffData IFD="${ifd}" FirstT="${t}" PlaneCount="${count}"><UUID FileName="${name}">urn:uuid:${name}</UUID></TiffData>`;
}

// ImageJ

test("an ImageJ stack along z is read as times, with a notice", async () => {
  const reader = await openOne(tiff(hundreds(3), imageJ({ images: 3, slices: 3 })));
  assert.deepEqual(await firstPixels(reader), [0, 100, 200]);
  assert.match(reader.description.notices.join(), /slices along z; they are read as times/);
  await reader.close();
});

test("an ImageJ film says nothing of its axis", async () => {
  const reader = await openOne(tiff(hundreds(3), imageJ({ images: 3, frames: 3 })));
  assert.deepEqual(await firstPixels(reader), [0, 100, 200]);
  assert.deepEqual(reader.description.notices, []);
});

test("of an ImageJ hyperstack channel and slice are chosen, and its times are the frames", async () => {
  const bytes = tiff(hundreds(12), imageJ({ images: 12, channels: 2, slices: 3, frames: 2, hyperstack: "true" }));
  await assert.rejects(openOne(bytes), choice("channel", "channel 0", "channel 1"));
  await assert.rejects(openOne(bytes, { channel: 1 }), choice("slice", "slice 0", "slice 1", "slice 2"));
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 1, slice: 2 })), [500, 1100]);
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 0, slice: 0 })), [0, 600]);
  await assert.rejects(openOne(bytes, { channel: 2, slice: 0 }), refusal("bad-input", "channel 2", "0 to 1"));
  await assert.rejects(openOne(bytes, { channel: 0, slice: 3 }), refusal("bad-input", "slice 3", "0 to 2"));
  await assert.rejects(openOne(bytes, { series: 1, channel: 0, slice: 0 }), refusal("bad-input", "series 1", "only 0"));
});

test("an ImageJ hyperstack that was stopped has its whole times", async () => {
  const reader = await openOne(tiff(hundreds(7), imageJ({ images: 20, channels: 2, frames: 10 })), { channel: 1 });
  assert.deepEqual(await firstPixels(reader), [100, 300, 500]);
  assert.match(reader.description.notices.join(" "), /says 10 times and has 3/);
});

test("an ImageJ text whose axes do not fit the pages is noted", async () => {
  const reader = await openOne(tiff(hundreds(3), imageJ({ images: 3, channels: 2 })));
  assert.deepEqual(await firstPixels(reader), [0, 100, 200]);
  assert.match(
    reader.description.notices.join(" "),
    /2 channels, 1 slices and 1 times; its 3 pages are taken as frames/,
  );
});

test("exposure and camera come from lines of the ImageJ text", async () => {
  const text = imageJ({
    images: 1,
    finterval: 20,
    tunit: "ms",
    "Exposure-ms": 15,
    cameraOffsetAdu: 100,
    aduPerElectron: 2.5,
    fps: 7,
  });
  const { description } = await openOne(tiff([0], text));
  assert.equal(description.frameIntervalSeconds, 0.02);
  assert.equal(description.exposureSeconds, 0.015);
  assert.equal(description.cameraOffsetAdu, 100);
  assert.equal(description.aduPerElectron, 2.5);
});

// OME-TIFF

test("pixel size and frame interval come from OME-XML, whatever its bytes", async () => {
  const text = ome([
    omeImage(
      [1, 1, 2],
      "<TiffData/>",
      "c\u00e9ll",
      'PhysicalSizeX="0.1" PhysicalSizeXUnit="\u00b5m" TimeIncrement="20" TimeIncrementUnit="ms"',
    ),
  ]);
  const bytes = tiff([0, 100], text.replace("\u00e9", "?").replace("\u00b5", "?"));
  // Latin-1 in place of UTF-8.
  const at = (mark: string): number => Buffer.from(bytes).indexOf(mark);
  bytes[at("c?ll") + 1] = 0xe9;
  bytes[at('"?m"') + 1] = 0xb5;
  const reader = await openOne(bytes);
  assert.deepEqual(await firstPixels(reader), [0, 100]);
  assert.equal(reader.description.pixelSizeNm, 100);
  assert.equal(reader.description.frameIntervalSeconds, 0.02);
  assert.deepEqual(reader.description.notices, []);
});

test("of an OME-TIFF channel and slice are chosen by the names that it has", async () => {
  const text = ome([omeImage([2, 2, 3], '<Channel Name="GFP"/><Channel/><TiffData/>')]);
  const bytes = tiff(hundreds(12), text);
  await assert.rejects(openOne(bytes), choice("channel", "GFP", "channel 1"));
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 1, slice: 1 })), [300, 700, 1100]);
});

test("planes that OME-XML places in another order come in the order of time", async () => {
  const blocks = [2, 0, 3, 1].map((ifd, t) => `<TiffData IFD="${ifd}" FirstT="${t}"/>`).join("");
  const reader = await openOne(tiff(hundreds(4), ome([omeImage([1, 1, 4], blocks)])));
  assert.deepEqual(await firstPixels(reader), [200, 0, 300, 100]);
  const middle = new Uint16Array(24);
  await reader.readFrames(1, 3, middle);
  assert.deepEqual([middle[0], middle[12]], [0, 300]);
});

test("of an OME-TIFF with several images one is chosen, though the others have another size", async () => {
  const text = ome([
    omeImage([1, 1, 2], '<TiffData IFD="0" PlaneCount="2"/>', "left"),
    omeImage([1, 1, 3], '<TiffData IFD="2" PlaneCount="3"/>', "right"),
  ]);
  const small = rampPage(4, 3, 0, { tags: { 270: { type: "ascii", values: text } } });
  const bytes = buildTiff({
    littleEndian: false,
    pages: [small, rampPage(4, 3, 100), ...[0, 1, 2].map((i) => rampPage(5, 2, 1000 + i))],
  });
  await assert.rejects(openOne(bytes), choice("series", "left", "right"));
  const right = await openOne(bytes, { series: 1 });
  assert.deepEqual(right.description.shape, { frames: 3, height: 2, width: 5, type: "uint16" });
  assert.deepEqual(await firstPixels(right), [1000, 1001, 1002]);
  assert.deepEqual(await firstPixels(await openOne(bytes, { series: 0 })), [0, 100]);
  await assert.rejects(openOne(bytes, { series: 2 }), refusal("bad-input", "series 2", "0 to 1"));
});

test("an OME-TIFF that was stopped has the frames that are there, with a notice", async () => {
  const blocks = Array.from({ length: 9 }, (_, t) => `<TiffData IFD="${t}" FirstT="${t}"/>`).join("");
  const reader = await openOne(tiff(hundreds(4), ome([omeImage([1, 1, 9], blocks)])));
  assert.deepEqual(await firstPixels(reader), [0, 100, 200, 300]);
  assert.match(reader.description.notices.join(" "), /says 9 frames, 4 are there/);
});

test("a plane that OME-XML places on a page that there is not is an error", async () => {
  const blocks = '<TiffData IFD="0" FirstT="0"/><TiffData IFD="7" FirstT="1"/>';
  const reader = openOne(tiff(hundreds(3), ome([omeImage([1, 1, 2], blocks)])));
  // The last frame is missing, so that the recording counts as stopped.
  assert.deepEqual(await firstPixels(await reader), [0]);
  const first = openOne(tiff(hundreds(3), ome([omeImage([1, 1, 2], blocks.replace('IFD="0"', 'IFD="8"'))])));
  const middle = openOne(tiff(hundreds(3), ome([omeImage([1, 1, 3], blocks + '<TiffData IFD="1" FirstT="2"/>')])));
  await assert.rejects(middle, refusal("bad-input", "frame 1 is page 7", "2 pages"));
  await assert.rejects(first, refusal("bad-input", "none of its 3 pages"));
});

test("broken OME-XML of one image is noted, of several channels it is an error", async () => {
  const one = ome([omeImage([1, 1, 2])]).replace("</OME>", "");
  const reader = await openOne(tiff(hundreds(2), one));
  assert.deepEqual(await firstPixels(reader), [0, 100]);
  assert.match(reader.description.notices.join(" "), /OME-XML cannot be read .* in file order/);
  const several = ome([omeImage([2, 1, 2])]).replace("</OME>", "");
  await assert.rejects(openOne(tiff(hundreds(4), several)), refusal("bad-input", "which pages are which"));
});

test("an entity bomb in a description costs nothing", async () => {
  const bomb = '<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "aaaaaaaaaaaaaaaa">]><OME><Image Name="&a;"/></OME>';
  const reader = await openOne(tiff(hundreds(2), bomb));
  assert.match(reader.description.notices.join(" "), /declares a document type/);
});

for (const opened of ["a.ome.tif", "b.ome.tif", "c.ome.tif"]) {
  test(`any file of an OME set opens the set: ${opened}`, async () => {
    const blocks =
      inFile("a.ome.tif", 0, 0, 2) + inFile("b.ome.tif", 1, 2) + inFile("b.ome.tif", 0, 3) + inFile("c.ome.tif", 0, 4);
    const text = ome([omeImage([1, 1, 5], blocks)]);
    const folder = createMemoryFolder({
      "a.ome.tif": tiff([0, 100], text),
      "b.ome.tif": tiff([300, 200], text),
      "c.ome.tif": tiff([400], text),
    });
    const reader = await openIn(folder, opened);
    assert.deepEqual(await firstPixels(reader), [0, 100, 200, 300, 400]);
    await reader.close();
    assert.equal(folder.openFiles.now, 0);
  });
}

test("an OME set of hundreds of files has few of them open at a time", async () => {
  const names = Array.from({ length: 200 }, (_, t) => `t${t}.ome.tif`);
  const text = ome([omeImage([1, 1, 200], names.map((name, t) => inFile(name, 0, t)).join(""))]);
  const files = Object.fromEntries(names.map((name, t) => [name, tiff([t], t === 0 ? text : "")]));
  const folder = createMemoryFolder(files);
  const reader = await openIn(folder, "t0.ome.tif");
  assert.ok(folder.opened.length <= 2, `${folder.opened.length} files opened before a frame was read`);
  assert.deepEqual(
    await firstPixels(reader),
    names.map((_, t) => t),
  );
  assert.ok(folder.openFiles.most <= 16, `${folder.openFiles.most} files open at a time, expected at most 16`);
  await reader.close();
  assert.equal(folder.openFiles.now, 0);
});

test("a renamed OME-TIFF is still the file of which its text speaks", async () => {
  const text = ome([omeImage([1, 1, 2], inFile("old.ome.tif", 0, 0, 2))]);
  assert.deepEqual(await firstPixels(await openOne(tiff(hundreds(2), text))), [0, 100]);
});

test("a missing file of an OME set is named, or what comes before it is read", async () => {
  const blocks = ["a", "b", "c"].map((name, t) => inFile(`${name}.ome.tif`, 0, t)).join("");
  const text = ome([omeImage([1, 1, 3], blocks)]);
  const a = tiff([0], text);
  const c = tiff([200], text);
  await assert.rejects(
    openIn(createMemoryFolder({ "a.ome.tif": a, "c.ome.tif": c }), "a.ome.tif"),
    refusal("bad-input", "b.ome.tif", "recording"),
  );
  const stopped = await openIn(createMemoryFolder({ "a.ome.tif": a, "other.tif": c }), "a.ome.tif");
  assert.deepEqual(await firstPixels(stopped), [0]);
  assert.match(stopped.description.notices.join(" "), /says 3 frames, 1 are there/);
  // Where nothing can be listed, nobody knows that the recording was stopped.
  await assert.rejects(
    openIn(createMemoryFolder({ "a.ome.tif": a }, false), "a.ome.tif"),
    refusal("bad-input", "b.ome.tif"),
  );
});

test("file names in OME-XML lead nowhere outside of the folder", async () => {
  for (const path of ["../secret.tif", "/etc/passwd", "a/../../b.tif", "C:\\\\x.tif", "file:///x.tif", "", "."]) {
    const text = ome([omeImage([1, 1, 2], inFile("a.ome.tif", 0, 0) + inFile(path, 0, 1))]);
    const folder = createMemoryFolder({ "a.ome.tif": tiff([0], text), [path]: tiff([1]) });
    await assert.rejects(openIn(folder, "a.ome.tif"), refusal("bad-input", "in the same folder"), path);
    assert.deepEqual(folder.opened, ["a.ome.tif"]);
  }
});

test("a file of an OME set with another size is named", async () => {
  const text = ome([omeImage([1, 1, 2], inFile("a.ome.tif", 0, 0) + inFile("b.ome.tif", 0, 1))]);
  const b = buildTiff({ littleEndian: true, pages: [rampPage(3, 3, 0)] });
  const reader = await openIn(createMemoryFolder({ "a.ome.tif": tiff([0], text), "b.ome.tif": b }), "a.ome.tif");
  await assert.rejects(
    reader.readFrames(0, 2, new Uint16Array(24)),
    refusal("bad-input", "b.ome.tif has 3×3", "expected 3×4"),
  );
});

test("the text may be in a companion file, or in another file of the set", async () => {
  const binary =
    '<?xml version="1.0"?><OME UUID="urn:uuid:b.ome.tif"><BinaryOnly MetadataFile="META" UUID="urn:uuid:a"/></OME>';
  const text = ome([omeImage([1, 1, 2], inFile("b.ome.tif", 1, 0) + inFile("b.ome.tif", 0, 1))]);
  const companion = createMemoryFolder({
    "b.ome.tif": tiff([100, 0], binary.replace("META", "x.companion.ome")),
    "x.companion.ome": new TextEncoder().encode(text),
  });
  assert.deepEqual(await firstPixels(await openIn(companion, "b.ome.tif")), [0, 100]);
  const inTiff = createMemoryFolder({
    "b.ome.tif": tiff([100, 0], binary.replace("META", "a.ome.tif")),
    "a.ome.tif": tiff([7], text),
  });
  assert.deepEqual(await firstPixels(await openIn(inTiff, "b.ome.tif")), [0, 100]);
  const alone = createMemoryFolder({ "b.ome.tif": tiff([0], binary.replace("META", "../x.ome")) });
  await assert.rejects(openIn(alone, "b.ome.tif"), refusal("bad-input", "../x.ome", "missing"));
});

test("the samples of a pixel that OME-XML counts as channels are chosen as such", async () => {
  const text = ome([omeImage([3, 1, 2], '<Channel SamplesPerPixel="3"/><TiffData/>')]);
  const page = (first: number, tags: TestPage["tags"] = {}): TestPage => ({
    width: 12,
    height: 3,
    // Sample s of pixel p is first + p + 1000·s.
    pixels: Array.from({ length: 36 }, (_, i) => first + Math.floor(i / 3) + 1000 * (i % 3)),
    tags: {
      256: { type: "long", values: [4] },
      258: { type: "short", values: [16, 16, 16] },
      262: { type: "short", values: [2] },
      277: { type: "short", values: [3] },
      339: { type: "short", values: [1, 1, 1] },
      ...tags,
    },
  });
  const bytes = buildTiff({
    littleEndian: true,
    pages: [page(0, { 270: { type: "ascii", values: text } }), page(100)],
  });
  await assert.rejects(openOne(bytes), choice("channel", "red", "green", "blue"));
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 2 })), [2000, 2100]);
  await assert.rejects(openOne(bytes, { channel: 3 }), refusal("bad-input", "channel 3", "0 to 2"));
});

test("a channel or slice that a plain file does not have is refused", async () => {
  const bytes = tiff(hundreds(3));
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 0, slice: 0, series: 0 })), [0, 100, 200]);
  await assert.rejects(openOne(bytes, { channel: 1 }), refusal("bad-input", "channel 1", "only 0"));
  await assert.rejects(openOne(bytes, { slice: 1 }), refusal("bad-input", "slice 1", "only 0"));
});

// Folders

test("a folder of single images is a stack in the order in which people count", async () => {
  const folder = createMemoryFolder({
    "img10.tif": tiff([1000]),
    "img2.tif": tiff([200]),
    "img1.tif": tiff([100]),
    "notes.txt": new Uint8Array(3),
    "._img1.tif": new Uint8Array(3),
  });
  const reader = await openFolder(folder);
  assert.equal(reader.description.name, "recording");
  assert.deepEqual(await firstPixels(reader), [100, 200, 1000]);
  await reader.close();
  assert.equal(folder.openFiles.now, 0);
});

test("an image of another size, or with several pages, is named", async () => {
  const odd = buildTiff({ littleEndian: true, pages: [rampPage(5, 3, 0)] });
  const reader = await openFolder(createMemoryFolder({ "1.tif": tiff([0]), "2.tif": odd, "3.tif": tiff([2]) }));
  await assert.rejects(
    reader.readFrames(0, 3, new Uint16Array(36)),
    refusal("bad-input", "2.tif has 3×5", "expected 3×4"),
  );
  await reader.close();
  const folder = createMemoryFolder({ "1.tif": tiff([0]), "2.tif": tiff([1, 2]) });
  await assert.rejects(openFolder(folder), refusal("bad-input", "2.tif has 2 pages, expected 1"));
  assert.equal(folder.openFiles.now, 0);
});

test("a folder with one stack is that stack, with several it is an error", async () => {
  assert.deepEqual(await firstPixels(await openFolder(createMemoryFolder({ "a.tif": tiff([0, 1]) }))), [0, 1]);
  const folder = createMemoryFolder({ "a.tif": tiff([0, 1]), "b.tif": tiff([2, 3]) });
  await assert.rejects(openFolder(folder), refusal("bad-input", "holds 2 TIFF files", "a.tif, has 2 pages"));
  assert.equal(folder.openFiles.now, 0);
});

test("a folder with an OME set is the set, in the order of its text", async () => {
  const text = ome([omeImage([1, 1, 2], inFile("z.ome.tif", 0, 0) + inFile("a.ome.tif", 0, 1))]);
  const folder = createMemoryFolder({ "a.ome.tif": tiff([100], text), "z.ome.tif": tiff([0], text) });
  assert.deepEqual(await firstPixels(await openFolder(folder)), [0, 100]);
});

test("single images of Micro-Manager are not mixed up between channels", async () => {
  const folder = createMemoryFolder({
    "img_000000000_GFP_000.tif": tiff([0]),
    "img_000000000_Cy5_000.tif": tiff([1]),
    "img_000000001_GFP_000.tif": tiff([100]),
    "img_000000001_Cy5_000.tif": tiff([101]),
  });
  await assert.rejects(openFolder(folder), choice("channel", "Cy5", "GFP"));
  assert.deepEqual(await firstPixels(await openFolder(folder, { channel: 1 })), [0, 100]);
  assert.deepEqual(await firstPixels(await openFolder(folder, { channel: 0 })), [1, 101]);
});

// Hostile bytes

test("1,500 recordings with random damage to texts and tags are read, refused or ask for a choice", async () => {
  const set = ome([
    omeImage([1, 1, 4], inFile("a.ome.tif", 0, 0, 2) + inFile("b.ome.tif", 0, 2) + inFile("b.ome.tif", 1, 3)),
  ]);
  const originals: readonly Readonly<Record<string, Uint8Array>>[] = [
    { "a.ome.tif": tiff([0, 100], set), "b.ome.tif": tiff([200, 300], set) },
    { "a.ome.tif": tiff(hundreds(12), imageJ({ images: 12, channels: 2, slices: 3, frames: 2 })) },
    { "a.ome.tif": tiff(hundreds(8), ome([omeImage([2, 1, 4], '<Channel Name="a"/><Channel/><TiffData/>')])) },
  ];
  const random = createRandom(4, "damage");
  const digits = "0123456789";
  let [readable, choices, refused] = [0, 0, 0];
  for (let round = 0; round < 1500; round++) {
    const files = Object.fromEntries(
      Object.entries(originals[round % originals.length] ?? {}).map(([name, bytes]) => [name, bytes.slice()]),
    );
    const bytes = files["a.ome.tif"] ?? new Uint8Array();
    for (let hits = 1 + random.integer(3); hits > 0; hits--) {
      const at = random.integer(bytes.length);
      // Numbers in texts become other numbers, so that the texts stay readable and lie.
      const isDigit = digits.includes(String.fromCharCode(bytes[at] ?? 0));
      bytes[at] = isDigit ? 0x30 + random.integer(10) : random.integer(256);
    }
    const folder = createMemoryFolder(files);
    try {
      const reader = await openIn(folder, "a.ome.tif", round % 2 === 0 ? {} : { channel: 0, slice: 0 });
      const { frames, height, width, type } = reader.description.shape;
      assert.ok(frames * height * width < 10_000, `round ${round}: ${frames} frames of ${height}×${width}`);
      try {
        await reader.readFrames(0, frames, createSamples(type, frames * height * width));
      } finally {
        await reader.close();
      }
      readable++;
    } catch (error) {
      assert.ok(
        isSlnetError(error, "bad-input", "unsupported", "choice-needed"),
        `round ${round}: ${error instanceof Error ? error.stack : String(error)}`,
      );
      if (error.code === "choice-needed") choices++;
      else refused++;
    }
    assert.equal(folder.openFiles.now, 0, `round ${round}: ${folder.openFiles.now} files are still open`);
  }
  assert.ok(
    readable > 200 && choices > 100 && refused > 100,
    `${readable} readable, ${choices} choices, ${refused} refused`,
  );
});

test("a folder of Micro-Manager's images takes names and sizes from the summary in its metadata", async () => {
  const summary = {
    // Braces and quotes in texts do not end it.
    Comment: 'a "}" and a \\ in a text',
    PixelSize_um: 0.16,
    Interval_ms: 50,
    ChNames: ["GFP", "Cy5"],
    StagePositions: [{ Label: "left" }, { Label: "right" }],
  };
  const images = Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
      const [position, channel, time] = [i >> 2, (i >> 1) & 1, i & 1];
      return [`img_channel00${channel}_position00${position}_time00000000${time}_z000.tif`, tiff([100 * i])];
    }),
  );
  const text = (value: unknown, more = "") => new TextEncoder().encode(JSON.stringify(value) + more);
  const folder = createMemoryFolder({
    ...images,
    "metadata.txt": text({ Summary: summary, "Metadata-img": { a: 1 } }),
  });
  await assert.rejects(openFolder(folder), choice("series", "left", "right"));
  await assert.rejects(openFolder(folder, { series: 1 }), choice("channel", "GFP", "Cy5"));
  const reader = await openFolder(folder, { series: 1, channel: 1 });
  assert.deepEqual(await firstPixels(reader), [600, 700]);
  const { pixelSizeNm, frameIntervalSeconds } = reader.description;
  assert.deepEqual([pixelSizeNm, frameIntervalSeconds], [160, 0.05]);
  await reader.close();
  assert.equal(folder.openFiles.now, 0);
  // One that was cut off within the images, and others of which nothing is known.
  const cut = createMemoryFolder({
    ...images,
    "metadata.txt": text({ Summary: summary }, ',"Coords": {').subarray(0, -5),
  });
  await assert.rejects(openFolder(cut), choice("series", "left", "right"));
  for (const metadata of ["", '"Summary": {', '{"Summary": [1]}', '{"Summary": {"ChNames": "x}"}']) {
    const other = createMemoryFolder({ ...images, "metadata.txt": new TextEncoder().encode(metadata) });
    await assert.rejects(openFolder(other), choice("series", "position 000", "position 001"));
  }
});
