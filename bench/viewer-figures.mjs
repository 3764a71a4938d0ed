import { median } from "./timing.mjs";

const side = 2048;
/** Different frames that are gone through again and again. */
const frameCount = 8;

/** Frames as a camera gives them: noise on a background. */
function createFrames() {
  let state = 1;
  return Array.from({ length: frameCount }, (_, index) => {
    const samples = new Uint16Array(side * side);
    for (let i = 0; i < samples.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      samples[i] = 100 + (state >>> 22);
    }
    return { index, height: side, width: side, samples };
  });
}

/**
 * How fast the stack viewer goes through frames of 2048² uint16 that are in memory, and how long one takes to draw, with
 * each renderer.
 *
 * @param {object} renderers - the two that the viewer has: `{ WebGlRenderer, CanvasRenderer }`
 */
export async function measureViewer({ WebGlRenderer, CanvasRenderer }, { quick }) {
  const frames = createFrames();
  const rounds = quick ? 8 : 60;
  const figures = [];
  for (const [choice, create] of [
    ["webgl2", () => WebGlRenderer.create(true, () => undefined)],
    ["2d", () => new CanvasRenderer(() => undefined)],
  ]) {
    const renderer = create();
    if (!renderer) continue;
    const { kind } = renderer;
    const device = deviceOf(renderer.canvas);
    const times = await measureDrawing(renderer, frames, rounds);
    renderer.dispose();
    figures.push({ kind, device, ...times, ...(await measureScrubbing(choice, kind, frames, rounds)) });
  }
  return { side, figures };
}

/** Milliseconds to draw a frame for the first time, and once more. */
async function measureDrawing(renderer, frames, rounds) {
  const box = { left: 0, top: 0, width: 1024, height: 1024 };
  renderer.canvas.width = box.width;
  renderer.canvas.height = box.height;
  const draw = (frame) => {
    const start = performance.now();
    const layer = { id: "layer", frame, limits: [100, 1200], colormap: "gray", opacity: 1 };
    renderer.draw([{ clip: box, image: box, layers: [layer] }]);
    finish(renderer.canvas);
    return performance.now() - start;
  };
  // What shrinks frames is loaded with the first one.
  draw(frames[0]);
  await new Promise((resolve) => globalThis.setTimeout(resolve, 500));
  const first = [];
  const again = [];
  for (let round = 0; round <= rounds; round++) {
    const frame = frames[round % frames.length];
    const times = [draw(frame), draw(frame)];
    if (round === 0) continue;
    first.push(times[0]);
    again.push(times[1]);
  }
  return { newFrameMs: median(first), sameFrameMs: median(again) };
}

/** Waits until it is drawn, by reading a pixel. */
function finish(canvas) {
  const gl = canvas.getContext("webgl2");
  if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  else canvas.getContext("2d").getImageData(0, 0, 1, 1);
}

function deviceOf(canvas) {
  const gl = canvas.getContext("webgl2");
  const named = gl?.getExtension("WEBGL_debug_renderer_info");
  return gl ? gl.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER) : "the processor";
}

/** Frames shown in a second, each asked for when the one before is on the canvas. */
async function measureScrubbing(choice, kind, frames, rounds) {
  const { document } = globalThis;
  const viewer = document.createElement("slnet-stack-viewer");
  viewer.renderer = choice;
  viewer.style.cssText = "display: block; width: 1280px; height: 1100px";
  document.body.append(viewer);
  const drawn = () => new Promise((resolve) => viewer.addEventListener("picture-drawn", resolve, { once: true }));
  try {
    const source = { frames: frames.length, height: side, width: side, type: "uint16", read: async (i) => frames[i] };
    await viewer.host.layers.add([source, { name: "Frames", contrastLimits: [100, 1200] }, "image"]);
    const limit = performance.now() + 10_000;
    while (viewer.drawnBy !== kind && performance.now() < limit) await drawn();
    const intervals = [];
    let before = performance.now();
    for (let round = 1; round <= rounds; round++) {
      viewer.host.dims.setStep(round % frames.length);
      await drawn();
      const now = performance.now();
      intervals.push(now - before);
      before = now;
    }
    return { framesPerSecond: 1000 / (intervals.reduce((sum, value) => sum + value, 0) / intervals.length) };
  } finally {
    viewer.dispose();
    viewer.remove();
  }
}
