import { expect, waitUntil } from "@open-wc/testing";

import type { SampleArray } from "../../src/core/frames.js";
import { colormapNames } from "../../src/plugin/host/colormaps.js";
import type { FrameSource } from "../../src/plugin/host/contract.js";
import { ArrayFrames, StackViewerHarness, type ViewerOptions } from "./stack-viewer-harness.js";

const [height, width] = [37, 53];

/** Any values, the same each time. */
function noise(state: number): () => number {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function stackOf(samples: SampleArray): FrameSource {
  return Object.assign(new ArrayFrames(height, width, [samples]), {
    type: samples instanceof Uint8Array ? "uint8" : samples instanceof Uint16Array ? "uint16" : "float32",
  });
}

const random = noise(7);
const pixels = height * width;
const stacks: readonly (readonly [name: string, samples: SampleArray, limits: readonly [number, number]])[] = [
  ["uint8", Uint8Array.from({ length: pixels }, () => 256 * random()), [3, 249]],
  ["uint16", Uint16Array.from({ length: pixels }, () => 65_536 * random()), [1234, 61_001]],
  [
    "uint16 in a narrow window",
    Uint16Array.from({ length: pixels }, () => 60_000 + 300 * random()),
    [60_050.3, 60_111],
  ],
  ["float32", Float32Array.from({ length: pixels }, () => 4 * random() - 2), [-1.37, 1.79]],
  [
    "float32 with what is no number",
    Float32Array.from({ length: pixels }, (_, i) => [NaN, Infinity, -Infinity, -0, 1e30, random()][i % 6]!),
    [0, 1],
  ],
  ["samples through limits without a width", Uint16Array.from({ length: pixels }, () => 4 * random()), [2, 2]],
];

/** Both ways to draw, with the same layers. */
async function bothWays(
  prepare: (harness: StackViewerHarness) => Promise<unknown>,
  options: ViewerOptions = {},
): Promise<readonly [webGl: ImageData, flat: ImageData]> {
  const drawings: ImageData[] = [];
  for (const renderer of ["webgl2", "2d"] as const) {
    const harness = await StackViewerHarness.create({ ...options, renderer });
    await prepare(harness);
    expect(harness.viewer.drawnBy).to.equal(renderer);
    drawings.push(harness.drawing);
  }
  return [drawings[0]!, drawings[1]!];
}

/** Pixels whose colours are further apart than allowed. */
function different(one: ImageData, other: ImageData, allowed = 0): number {
  expect([one.width, one.height]).to.deep.equal([other.width, other.height]);
  let count = 0;
  for (let i = 0; i < one.data.length; i += 4) {
    const apart = [0, 1, 2].map((channel) => Math.abs(one.data[i + channel]! - other.data[i + channel]!));
    if (Math.max(...apart) > allowed) count++;
  }
  return count;
}

/** Colours that occur. */
function variety({ data }: ImageData): number {
  return new Set(new Uint32Array(data.buffer)).size;
}

describe("the two ways in which the stack viewer draws", () => {
  for (const [name, samples, limits] of stacks) {
    it(`give the same pixels: ${name}`, async () => {
      const [webGl, flat] = await bothWays((harness) => harness.add(stackOf(samples), "Raw", limits));
      expect(variety(flat)).to.be.above(1);
      expect(different(webGl, flat)).to.equal(0);
    });
  }

  it("give the same pixels for a frame that is painted through a table of colours", async () => {
    const large = Uint16Array.from({ length: 300 * 400 }, () => 65_536 * random());
    const [webGl, flat] = await bothWays(
      (harness) => harness.add(new ArrayFrames(300, 400, [large]), "Raw", [10_000.5, 50_000]),
      { width: 400 + 232 + 2 },
    );
    expect(variety(flat)).to.be.above(200);
    expect(different(webGl, flat)).to.be.below(0.001 * webGl.width * webGl.height);
  });

  it("give the same pixels in each colormap", async () => {
    const ramp = Uint16Array.from({ length: pixels }, (_, i) => i);
    const drawings: ImageData[] = [];
    const draw = (collect: (drawing: ImageData) => void) => async (harness: StackViewerHarness) => {
      const id = await harness.add(stackOf(ramp), "Raw", [0, pixels]);
      for (const colormap of colormapNames) {
        harness.viewer.host.layers.update(id, { colormap });
        await harness.drawn();
        collect(harness.drawing);
      }
    };
    await bothWays(draw((drawing) => drawings.push(drawing)));
    const half = drawings.length / 2;
    expect(half).to.equal(colormapNames.length);
    for (let i = 0; i < half; i++) expect(different(drawings[i]!, drawings[i + half]!), colormapNames[i]).to.equal(0);
  });

  it("mix layers alike, to two steps of 255: each rounds twice", async () => {
    const [webGl, flat] = await bothWays(async (harness) => {
      await harness.add(stackOf(stacks[1]![1]), "Raw", [0, 65_535]);
      const id = await harness.add(stackOf(stacks[0]![1]), "Sparse", [0, 255]);
      harness.viewer.host.layers.update(id, { opacity: 0.37, colormap: "green" });
      await harness.drawn();
    });
    expect(variety(flat)).to.be.above(100);
    expect(different(webGl, flat, 2)).to.equal(0);
  });

  it("give the same pixels zoomed in, beside each other and with a divider", async () => {
    const drawings: ImageData[] = [];
    await bothWays(async (harness) => {
      await harness.add(stackOf(stacks[1]![1]), "Raw", [0, 65_535]);
      await harness.add(stackOf(stacks[0]![1]), "Sparse", [0, 255]);
      for (const arrangement of ["side", "swipe"] as const) {
        await harness.arrange(arrangement);
        for (const key of ["+", "+"]) await harness.press(key);
        drawings.push(harness.drawing);
      }
    });
    for (const at of [0, 1]) {
      expect(variety(drawings[at]!)).to.be.above(100);
      // Where a pixel of the frame ends within one of the screen, rounding may go either way.
      const area = drawings[at]!.width * drawings[at]!.height;
      expect(different(drawings[at]!, drawings[at + 2]!)).to.be.below(0.002 * area);
    }
  });
});

describe("the stack viewer and the graphics card", () => {
  const levels = Uint16Array.of(10, 20, 30, 40);

  it("draws without WebGL2 where it is told to", async () => {
    const harness = await StackViewerHarness.create({ renderer: "2d" });
    await harness.add(new ArrayFrames(2, 2, [levels]), "Raw");
    expect(harness.viewer.drawnBy).to.equal("2d");
    expect(harness.canvas.getContext("webgl2"), "the canvas is a 2D one").to.equal(null);
    expect(harness.colourAt(0.25, 0.25)).to.deep.equal([10, 10, 10]);
  });

  it("changes the way at any time, and the picture stays", async () => {
    const harness = await StackViewerHarness.create({ renderer: "2d" });
    await harness.add(new ArrayFrames(2, 2, [levels]), "Raw");
    const before = harness.drawing;
    harness.viewer.renderer = "webgl2";
    await waitUntil(() => harness.viewer.drawnBy === "webgl2");
    expect(different(before, harness.drawing)).to.equal(0);
    harness.viewer.renderer = "2d";
    await waitUntil(() => harness.viewer.drawnBy === "2d");
    expect(different(before, harness.drawing)).to.equal(0);
  });

  it("goes on with the 2D canvas when the context is lost, and back when it is restored", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [levels, levels.map((value) => value + 100)]), "Raw");
    const lost = harness.canvas;
    const extension = lost.getContext("webgl2")!.getExtension("WEBGL_lose_context")!;
    extension.loseContext();
    await waitUntil(() => harness.viewer.drawnBy === "2d", "the 2D canvas draws");
    expect(harness.canvas).to.not.equal(lost);
    expect(harness.colourAt(0.75, 0.75)).to.deep.equal([40, 40, 40]);
    await harness.press("ArrowRight");
    expect(harness.colourAt(0.75, 0.75)).to.deep.equal([140, 140, 140]);
    extension.restoreContext();
    await waitUntil(() => harness.viewer.drawnBy === "webgl2", "WebGL2 draws again");
    expect(harness.canvas).to.equal(lost);
    expect(harness.colourAt(0.75, 0.75)).to.deep.equal([140, 140, 140]);
    await harness.press("ArrowLeft");
    expect(harness.colourAt(0.25, 0.25)).to.deep.equal([10, 10, 10]);
  });

  it("draws a frame that is too large for a texture with the 2D canvas, and the next one with WebGL2", async () => {
    const harness = await StackViewerHarness.create();
    const gl = harness.canvas.getContext("webgl2")!;
    const side = (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number) + 1;
    const id = await harness.add(new ArrayFrames(1, side, [new Uint16Array(side).fill(77)]), "Long");
    expect(harness.viewer.drawnBy).to.equal("2d");
    await harness.press("1", { shiftKey: true });
    const { width, height } = harness.drawing;
    expect(harness.colourOf(width / 2, Math.floor(height / 2))).to.deep.equal([77, 77, 77]);
    harness.viewer.host.layers.remove(id);
    await harness.add(new ArrayFrames(2, 2, [levels]), "Raw");
    expect(harness.viewer.drawnBy).to.equal("webgl2");
    expect(harness.colourAt(0.75, 0.25)).to.deep.equal([20, 20, 20]);
  });

  it("uploads a frame once, however often it is drawn", async () => {
    const prototype = WebGL2RenderingContext.prototype;
    const upload = Object.getOwnPropertyDescriptor(prototype, "texSubImage2D")!;
    const original = upload.value as (...given: unknown[]) => void;
    let uploads = 0;
    Object.defineProperty(prototype, "texSubImage2D", {
      ...upload,
      value(this: WebGL2RenderingContext, ...given: unknown[]) {
        uploads++;
        original.apply(this, given);
      },
    });
    try {
      const harness = await StackViewerHarness.create();
      await harness.add(new ArrayFrames(2, 2, [levels, levels]), "Raw");
      const [before, drawings] = [uploads, harness.drawings];
      await harness.press("+");
      harness.viewer.host.layers.update(harness.viewer.host.layers.activeId!, { contrastLimits: [5, 50] });
      await harness.drawn();
      expect(harness.drawings).to.be.above(drawings);
      expect(uploads).to.equal(before);
      await harness.press("ArrowRight");
      expect(uploads).to.equal(before + 1);
    } finally {
      Object.defineProperty(prototype, "texSubImage2D", upload);
    }
  });

  it("has a pixel of the canvas for each of the screen, also after a change of size", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [levels]), "Raw");
    const expectSharp = (): void => {
      const { clientWidth, clientHeight } = harness.stage;
      expect(harness.canvas.width).to.equal(Math.round(clientWidth * devicePixelRatio));
      expect(harness.canvas.height).to.equal(Math.round(clientHeight * devicePixelRatio));
    };
    expectSharp();
    harness.viewer.style.width = "777px";
    await harness.drawn();
    expectSharp();
    expect(harness.colourAt(0.25, 0.25)).to.deep.equal([10, 10, 10]);
  });

  it("draws again after it was taken out of the page and put back", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [levels]), "Raw");
    const { viewer } = harness;
    const parent = viewer.parentElement!;
    viewer.remove();
    parent.append(viewer);
    await waitUntil(() => viewer.drawnBy === "webgl2" && harness.canvas !== null);
    await harness.drawn();
    expect(harness.colourAt(0.75, 0.75)).to.deep.equal([40, 40, 40]);
  });

  it("refuses a frame with fewer samples than pixels, and says so", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(1, 2, 3)]), "Raw");
    expect(harness.note).to.equal("Raw: frame 0 has 3 samples, expected 2×2 = 4");
  });
});
