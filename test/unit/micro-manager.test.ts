import assert from "node:assert/strict";
import { test } from "node:test";

import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import type { StackReader, StackSelection } from "../../src/core/frames.js";
import { parseImageName, parseSeriesName, seriesName } from "../../src/core/io/micro-manager.js";
import { openTiffStack } from "../../src/core/io/tiff-stack.js";
import { readXml } from "../../src/worker/readers/xml.js";
import { createMemoryFolder, type MemoryFolder } from "./memory-folder.js";

interface Place {
  readonly c?: number;
  readonly z?: number;
  readonly t?: number;
  readonly p?: number;
}

interface Options {
  readonly summary?: object | string;
  readonly page?: object;
  /** Order of the table's entries; that of the pages where nothing is said. */
  readonly tableOrder?: (count: number) => readonly number[];
  readonly withoutTable?: boolean;
  readonly littleEndian?: boolean;
  /** What the table says of page i in place of where its directory is. */
  readonly wrongOffset?: readonly [page: number, offset: number];
}

const [width, height] = [6, 5];

/** A file as Micro-Manager writes it; pixel i of a page is `first` + i. The metadata of the pages differ in length. */
function microManager(
  places: readonly Place[],
  firstOf: (page: number) => number,
  options: Options = {},
): Uint8Array<ArrayBuffer> {
  const { summary = {}, page: pageText = {}, littleEndian = true, tableOrder, withoutTable, wrongOffset } = options;
  const summaryBytes = new TextEncoder().encode(typeof summary === "string" ? summary : JSON.stringify(summary));
  const bytes = new Uint8Array(40 + summaryBytes.length + places.length * 600 + 4000);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value, littleEndian);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  put(8, 54773648);
  put(16, 483765892);
  put(24, 99384722);
  put(32, 2355492);
  put(36, summaryBytes.length);
  bytes.set(summaryBytes, 40);
  let end = 40 + summaryBytes.length;
  let link = 4;
  const directories: number[] = [];
  places.forEach((_, page) => {
    end += end % 2;
    put(link, end);
    directories.push(end);
    const text = new TextEncoder().encode(
      JSON.stringify({ ...pageText, FrameIndex: page, more: "x".repeat(page % 7) }),
    );
    const first: readonly (readonly [number, number, number, number])[] = page === 0 ? [[305, 2, 4, 0x41414141]] : [];
    const entries = [
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 1, 16],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      [273, 4, 1, 0],
      [277, 3, 1, 1],
      [278, 4, 1, height],
      [279, 4, 1, 2 * width * height],
      ...first,
      [51123, 2, text.length, 0],
    ] as const;
    const pixelsAt = end + 2 + 12 * entries.length + 4;
    const textAt = pixelsAt + 2 * width * height;
    view.setUint16(end, entries.length, littleEndian);
    entries.forEach(([tag, type, count, value], i) => {
      const at = end + 2 + 12 * i;
      view.setUint16(at, tag, littleEndian);
      view.setUint16(at + 2, type, littleEndian);
      put(at + 4, count);
      if (type === 3) view.setUint16(at + 8, value, littleEndian);
      else put(at + 8, tag === 273 ? pixelsAt : tag === 51123 ? textAt : value);
    });
    for (let i = 0; i < width * height; i++) view.setUint16(pixelsAt + 2 * i, firstOf(page) + i, littleEndian);
    bytes.set(text, textAt);
    link = pixelsAt - 4;
    end = textAt + text.length;
  });
  put(link, 0);
  if (!withoutTable) {
    put(12, end);
    put(end, 3453623);
    put(end + 4, places.length);
    end += 8;
    for (const page of tableOrder?.(places.length) ?? places.keys()) {
      const { c = 0, z = 0, t = 0, p = 0 } = places[page]!;
      const offset = wrongOffset?.[0] === page ? wrongOffset[1] : directories[page]!;
      for (const value of [c, z, t, p, offset]) {
        put(end, value);
        end += 4;
      }
    }
  }
  return bytes.slice(0, end);
}

const times = (count: number, from = 0): Place[] => Array.from({ length: count }, (_, i) => ({ t: from + i }));

async function openIn(folder: MemoryFolder, name: string, selection: StackSelection = {}): Promise<StackReader> {
  const source = await folder.open(name);
  assert.ok(source);
  try {
    return await openTiffStack(source, { folder, selection, readXml });
  } catch (error) {
    await source.close();
    throw error;
  }
}

function openOne(bytes: Uint8Array, selection: StackSelection = {}): Promise<StackReader> {
  return openIn(createMemoryFolder({ "a_MMStack.ome.tif": bytes }), "a_MMStack.ome.tif", selection);
}

async function firstPixels(reader: StackReader): Promise<number[]> {
  const { frames } = reader.description.shape;
  const size = width * height;
  const out = new Uint16Array(frames * size);
  await reader.readFrames(0, frames, out);
  return Array.from({ length: frames }, (_, frame) => {
    for (let i = 0; i < size; i++) assert.equal(out[frame * size + i], out[frame * size]! + i);
    return out[frame * size]!;
  });
}

function refusal(code: SlnetErrorCode, ...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, code), String(error));
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

for (const littleEndian of [true, false]) {
  test(`a ${littleEndian ? "little" : "big"}-endian recording gives its frames and what its texts say`, async () => {
    const bytes = microManager(times(5), (page) => 100 * page, {
      littleEndian,
      summary: { Interval_ms: 30, PixelSize_um: 0.2, Frames: 5, Slices: 1, Channels: 1, Positions: 1 },
      page: { PixelSizeUm: 0.107, "Exposure-ms": 25 },
    });
    const reader = await openOne(bytes);
    assert.deepEqual(await firstPixels(reader), [0, 100, 200, 300, 400]);
    const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, notices } = reader.description;
    assert.deepEqual(
      { pixelSizeNm, frameIntervalSeconds, exposureSeconds },
      { pixelSizeNm: 107, frameIntervalSeconds: 0.03, exposureSeconds: 0.025 },
    );
    assert.deepEqual(notices, []);
  });
}

test("a long recording is read by its table, in whatever order that is, and its pages are verified", async () => {
  const places = times(600).map((place, page) => ({ ...place, c: page % 2, t: Math.floor(page / 2) }));
  const bytes = microManager(places, (page) => 10 * page, {
    tableOrder: (count) => Array.from({ length: count }, (_, i) => (i * 7) % count),
    summary: { ChNames: ["GFP", "Cy5"] },
  });
  await assert.rejects(openOne(bytes), (error) => {
    assert.ok(isSlnetError(error, "choice-needed"));
    assert.deepEqual(error.choice, { of: "channel", labels: ["GFP", "Cy5"] });
    return true;
  });
  const reader = await openOne(bytes, { channel: 1 });
  assert.deepEqual(
    await firstPixels(reader),
    Array.from({ length: 300 }, (_, t) => 10 * (2 * t + 1)),
  );
  await reader.close();
});

test("a table that says of a page that it is elsewhere is found out", async () => {
  const bytes = microManager(times(600), (page) => page, { wrongOffset: [300, 1234] });
  await assert.rejects(openOne(bytes).then(firstPixels), refusal("bad-input", "table"));
});

test("a recording without its table is read page by page", async () => {
  const reader = await openOne(microManager(times(4), (page) => page, { withoutTable: true }));
  assert.deepEqual(await firstPixels(reader), [0, 1, 2, 3]);
  assert.match(reader.description.notices.join(" "), /not ended/);
});

test("a recording of several channels without its table is refused, not mixed up", async () => {
  const bytes = microManager(times(4), (page) => page, { withoutTable: true, summary: { Channels: 2, Frames: 2 } });
  await assert.rejects(openOne(bytes), refusal("bad-input", "2 channels"));
});

test("a channel of which times were skipped has the times that there are", async () => {
  const places = [
    { c: 0, t: 0 },
    { c: 1, t: 0 },
    { c: 0, t: 1 },
    { c: 0, t: 2 },
    { c: 1, t: 2 },
  ];
  const bytes = microManager(places, (page) => 100 * page);
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 1 })), [100, 400]);
  assert.deepEqual(await firstPixels(await openOne(bytes, { channel: 0 })), [0, 200, 300]);
});

test("positions of the stage are chosen as series", async () => {
  const places = [0, 1, 2, 3].map((page) => ({ p: page % 2, t: Math.floor(page / 2) }));
  const bytes = microManager(places, (page) => 100 * page);
  await assert.rejects(openOne(bytes), (error) => {
    assert.ok(isSlnetError(error, "choice-needed"));
    assert.deepEqual(error.choice, { of: "series", labels: ["position 0", "position 1"] });
    return true;
  });
  assert.deepEqual(await firstPixels(await openOne(bytes, { series: 1 })), [100, 300]);
  await assert.rejects(openOne(bytes, { series: 2 }), refusal("bad-input", "series 2", "0 to 1"));
});

/** What there is to choose from. */
async function labelsOf(opening: Promise<StackReader>): Promise<readonly string[]> {
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(isSlnetError(error, "choice-needed"), String(error));
  assert.equal(error.choice!.of, "series");
  return error.choice!.labels;
}

test("positions are called as the plan of the recording calls them, in every form that Micro-Manager writes", async () => {
  const places = [0, 2, 0, 2].map((p, page) => ({ p, t: Math.floor(page / 2) }));
  const labels = ["left edge", "elsewhere", "right edge"];
  for (const summary of [
    { InitialPositionList: labels.map((Label) => ({ Label, GridRowIndex: 0, DeviceCoordinatesUm: {} })) },
    { StagePositions: labels.map((Label) => ({ Label, GridRow: 0 })) },
    {
      StagePositions: {
        type: "PROPERTY_MAP",
        array: labels.map((scalar) => ({ Label: { type: "STRING", scalar } })),
      },
    },
  ]) {
    const bytes = microManager(places, (page) => 100 * page, { summary });
    assert.deepEqual(await labelsOf(openOne(bytes)), ["left edge", "right edge"]);
    assert.deepEqual(await firstPixels(await openOne(bytes, { series: 1 })), [100, 300]);
  }
});

test("positions that the plan does not name are called as their pages call them", async () => {
  const places = [0, 1, 0, 1].map((p, page) => ({ p, t: Math.floor(page / 2) }));
  const summary = { StagePositions: [{ Label: "planned" }] };
  for (const written of ["Pos1", { type: "STRING", scalar: "Pos1" }]) {
    const bytes = microManager(places, (page) => page, { summary, page: { PositionName: written } });
    assert.deepEqual(await labelsOf(openOne(bytes)), ["planned", "Pos1"]);
  }
  for (const summary of [{ StagePositions: 7 }, { StagePositions: [null, [], { Label: {} }] }, "{"]) {
    const bytes = microManager(places, (page) => page, { summary, page: { PositionName: ["x"] } });
    assert.deepEqual(await labelsOf(openOne(bytes)), ["position 0", "position 1"]);
  }
  const long = microManager(places, (page) => page, { page: { PositionName: "x".repeat(500) } });
  assert.deepEqual(
    (await labelsOf(openOne(long))).map((label) => label.length),
    [200, 200],
  );
});

test("any file of a series opens the series", async () => {
  const files = {
    "x_MMStack_Pos0.ome.tif": microManager(times(3), (page) => page),
    "x_MMStack_Pos0_1.ome.tif": microManager(times(3, 3), (page) => 3 + page),
    "x_MMStack_Pos0_2.ome.tif": microManager(times(1, 6), () => 6),
    "x_MMStack_Pos1.ome.tif": microManager(times(3), (page) => 100 + page),
    "y_MMStack_Pos0_3.ome.tif": microManager(times(3), (page) => 200 + page),
  };
  for (const name of ["x_MMStack_Pos0.ome.tif", "x_MMStack_Pos0_1.ome.tif", "x_MMStack_Pos0_2.ome.tif"]) {
    for (const canList of [true, false]) {
      const folder = createMemoryFolder(files, canList);
      const reader = await openIn(folder, name);
      assert.deepEqual(await firstPixels(reader), [0, 1, 2, 3, 4, 5, 6], `${name}, ${canList}`);
      await reader.close();
      assert.equal(folder.openFiles.now, 0);
    }
  }
});

test("a missing file of a series is named", async () => {
  const part = (from: number) => microManager(times(2, from), (page) => from + page);
  const gap = createMemoryFolder({ "x_MMStack.ome.tif": part(0), "x_MMStack_2.ome.tif": part(4) });
  await assert.rejects(openIn(gap, "x_MMStack.ome.tif"), refusal("bad-input", "x_MMStack_1.ome.tif", "missing"));
  for (const canList of [true, false]) {
    const headless = createMemoryFolder({ "x_MMStack_1.ome.tif": part(2) }, canList);
    await assert.rejects(openIn(headless, "x_MMStack_1.ome.tif"), refusal("bad-input", "x_MMStack.ome.tif", "missing"));
  }
});

test("a recording with fewer images than planned, and a last file that was not finished, are noted", async () => {
  const summary = { Frames: 10, Channels: 1, Slices: 1, Positions: 1 };
  const folder = createMemoryFolder({
    "x_MMStack.ome.tif": microManager(times(3), (page) => page, { summary }),
    "x_MMStack_1.ome.tif": microManager(times(3, 3), (page) => 3 + page, { summary, withoutTable: true }),
  });
  const reader = await openIn(folder, "x_MMStack.ome.tif");
  assert.deepEqual(await firstPixels(reader), [0, 1, 2]);
  assert.match(
    reader.description.notices.join(" "),
    /x_MMStack_1\.ome\.tif was not finished .* planned 10 images, 3 are there/,
  );
});

test("texts that are no JSON, and numbers of any kind in them, say nothing", async () => {
  for (const summary of [
    "{",
    "[1]",
    "null",
    "[".repeat(100_000),
    '{"Interval_ms":"soon","PixelSize_um":[1],"ChNames":7,"Frames":-1}',
  ]) {
    const { pixelSizeNm, frameIntervalSeconds } = (await openOne(microManager(times(2), (page) => page, { summary })))
      .description;
    assert.deepEqual({ pixelSizeNm, frameIntervalSeconds }, { pixelSizeNm: null, frameIntervalSeconds: null });
  }
});

test("a table with absurd places costs nothing and is refused or read", async () => {
  const places = [{ t: 0 }, { t: 4_294_967_295 }, { t: 5, c: 0 }];
  assert.deepEqual(await firstPixels(await openOne(microManager(places, (page) => page))), [0, 2, 1]);
  const absurd = microManager([{ c: 4_294_967_295, z: 4_294_967_295 }, { t: 1 }], (page) => page);
  await assert.rejects(
    openOne(absurd),
    (error) => isSlnetError(error, "choice-needed") && error.choice!.labels.length <= 1000,
  );
});

test("names of files are taken apart and put together again", () => {
  for (const [name, base, number] of [
    ["a_MMStack.ome.tif", "a_MMStack", 0],
    ["a_MMStack_1.ome.tif", "a_MMStack", 1],
    ["a_1_MMStack_Pos0_12.ome.tif", "a_1_MMStack_Pos0", 12],
    ["a_MMStack_1-Pos_000_001.ome.tif", "a_MMStack_1-Pos_000_001", 0],
  ] as const) {
    assert.deepEqual(parseSeriesName(name), { base, number });
    assert.equal(seriesName({ base, number }), name);
  }
  assert.equal(parseSeriesName("a.ome.tif"), null);
  assert.deepEqual(parseImageName("img_000000012_GFP 2_003.tif"), {
    channel: "GFP 2",
    slice: 3,
    time: 12,
    position: "",
  });
  assert.deepEqual(parseImageName("img_channel001_position002_time000000003_z004.tif"), {
    channel: "001",
    position: "002",
    time: 3,
    slice: 4,
  });
  assert.equal(parseImageName("img_12.tif"), null);
});
