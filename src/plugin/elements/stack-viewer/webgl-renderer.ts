import type { SampleArray } from "../../../core/frames.js";
import { colormapSize, colormapTable } from "../../host/colormaps.js";
import type { HostFrame } from "../../host/contract.js";
import { levelScale } from "../../host/frame-painter.js";
import type { FrameRenderer, LayerPicture, PanePicture } from "./frame-renderer.js";
import { ShrunkenFrames } from "./shrunken-frames.js";

/** A triangle over the whole canvas; the scissor cuts it. */
const vertexSource = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

/** level = (sample − low) · scale, the same two operations as {@link levelScale} has for the processor. */
const fragmentSource = (sampler: string): string => `#version 300 es
precision highp float;
precision highp int;
precision highp ${sampler};
uniform ${sampler} samples;
uniform lowp sampler2D colours;
uniform float canvasHeight;
uniform vec2 corner;
uniform vec2 pixelsPerStep;
uniform vec2 limits;
uniform float opacity;
out vec4 colour;
void main() {
  vec2 place = vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y) - corner;
  // Where a pixel of the frame ends in the middle of one of the screen, the 2D canvas takes the one before, too.
  ivec2 pixel = ivec2(floor(place * pixelsPerStep - ${1 / 8192}));
  if (any(lessThan(pixel, ivec2(0))) || any(greaterThanEqual(pixel, textureSize(samples, 0)))) discard;
  float level = (float(texelFetch(samples, pixel, 0).r) - limits.x) * limits.y;
  int index = level >= ${colormapSize - 1}.0 ? ${colormapSize - 1} : level > 0.0 ? int(level) : 0;
  colour = vec4(texelFetch(colours, ivec2(index, 0), 0).rgb, opacity);
}`;

/** What draws with the processor says so in its name. Chromium does not count SwiftShader as a performance caveat. */
const softwareNames = /swiftshader|llvmpipe|softpipe|software|basic render/i;

const uniformNames = ["samples", "colours", "canvasHeight", "corner", "pixelsPerStep", "limits", "opacity"] as const;

interface Program {
  readonly program: WebGLProgram;
  readonly at: Readonly<Record<(typeof uniformNames)[number], WebGLUniformLocation | null>>;
}

/** The samples of a layer's frame on the graphics card. */
interface LayerTexture {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
  readonly format: SampleFormat;
  frame: HostFrame | null;
}

interface SampleFormat {
  readonly sampler: "usampler2D" | "sampler2D";
  readonly internal: number;
  readonly external: number;
  readonly type: number;
}

/**
 * Draws with WebGL2: the samples go to the graphics card once for each frame shown, as they are, or shrunken by the processor
 * where they have to be. That is less to send, and it took the software adapter, for 2048² on 1024², less time than to draw
 * the frame with a pixel passed over for each that was taken.
 */
export class WebGlRenderer implements FrameRenderer {
  readonly kind = "webgl2";
  readonly canvas: HTMLCanvasElement;
  readonly largestSide: number;
  readonly #gl: WebGL2RenderingContext;
  #programs: Readonly<Record<SampleFormat["sampler"], Program>> | null;
  readonly #textures = new Map<string, LayerTexture>();
  readonly #colours = new Map<Uint32Array, WebGLTexture>();
  readonly #shrunken: ShrunkenFrames;

  /**
   * A renderer, or `null` where the browser refuses WebGL2.
   *
   * @param allowSoftware - also where there is no graphics card and the processor does its work: slower than the 2D canvas
   *   (measured with SwiftShader: a picture of 1024² in 35 ms, the 2D canvas in 3 ms once the frame is painted)
   * @param onChange - called when the context was lost or is there again, or the picture can be drawn better
   */
  static create(allowSoftware: boolean, onChange: () => void): WebGlRenderer | null {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      failIfMajorPerformanceCaveat: !allowSoftware,
    });
    if (!gl || (!allowSoftware && softwareNames.test(deviceOf(gl)))) return null;
    const renderer = new WebGlRenderer(canvas, gl, onChange);
    return renderer.lost ? null : renderer;
  }

  private constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, onChange: () => void) {
    this.canvas = canvas;
    this.#gl = gl;
    this.largestSide = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.#programs = createPrograms(gl);
    this.#shrunken = new ShrunkenFrames(onChange);
    canvas.addEventListener("webglcontextlost", (event) => {
      // Without this the browser never restores it.
      event.preventDefault();
      this.#programs = null;
      this.#textures.clear();
      this.#colours.clear();
      onChange();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.#programs = createPrograms(gl);
      onChange();
    });
  }

  /** True while there is nothing to draw with. */
  get lost(): boolean {
    return this.#programs === null || this.#gl.isContextLost();
  }

  draw(panes: readonly PanePicture[]): void {
    const gl = this.#gl;
    const { width, height } = this.canvas;
    gl.viewport(0, 0, width, height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
    for (const pane of panes) {
      const { left, top, width: clipWidth, height: clipHeight } = pane.clip;
      gl.scissor(left, height - top - clipHeight, Math.max(0, clipWidth), Math.max(0, clipHeight));
      for (const layer of pane.layers) this.#drawLayer(layer, pane);
    }
  }

  retain(layerIds: ReadonlySet<string>): void {
    this.#shrunken.retain(layerIds);
    for (const [id, { texture }] of this.#textures) {
      if (layerIds.has(id)) continue;
      this.#gl.deleteTexture(texture);
      this.#textures.delete(id);
    }
  }

  dispose(): void {
    // The number of contexts that a page may have is small, and a collected one goes late.
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #drawLayer({ id, frame: whole, limits, colormap, opacity }: LayerPicture, pane: PanePicture): void {
    const gl = this.#gl;
    const placed = this.#shrunken.place(id, whole, pane.image, pane.clip);
    if (!placed) return;
    const { frame, image } = placed;
    gl.activeTexture(gl.TEXTURE0);
    const { format, width, height } = this.#bindFrame(id, frame);
    const used = this.#programs?.[format.sampler];
    if (!used) return;
    gl.activeTexture(gl.TEXTURE1);
    this.#bindColours(colormap);
    gl.useProgram(used.program);
    gl.uniform1i(used.at.samples, 0);
    gl.uniform1i(used.at.colours, 1);
    gl.uniform1f(used.at.canvasHeight, this.canvas.height);
    gl.uniform2f(used.at.corner, image.left, image.top);
    gl.uniform2f(used.at.pixelsPerStep, width / image.width, height / image.height);
    gl.uniform2f(used.at.limits, ...levelScale(limits));
    // In 255 steps, as on a 2D canvas.
    gl.uniform1f(used.at.opacity, Math.round(opacity * 255) / 255);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** The frame of a layer as the bound texture, uploaded where it is another one than the last time. */
  #bindFrame(id: string, frame: HostFrame): LayerTexture {
    const gl = this.#gl;
    const { width, height, samples } = frame;
    const format = formatOf(gl, samples);
    let kept = this.#textures.get(id);
    if (kept?.width !== width || kept.height !== height || kept.format.internal !== format.internal) {
      if (kept) gl.deleteTexture(kept.texture);
      kept = { texture: gl.createTexture(), width, height, format, frame: null };
      this.#textures.set(id, kept);
      gl.bindTexture(gl.TEXTURE_2D, kept.texture);
      setNearest(gl);
      gl.texStorage2D(gl.TEXTURE_2D, 1, format.internal, width, height);
    } else {
      gl.bindTexture(gl.TEXTURE_2D, kept.texture);
    }
    if (kept.frame !== frame) {
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, format.external, format.type, samples);
      kept.frame = frame;
    }
    return kept;
  }

  #bindColours(colormap: string): void {
    const gl = this.#gl;
    const table = colormapTable(colormap);
    const kept = this.#colours.get(table);
    const texture = kept ?? gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    if (kept) return;
    this.#colours.set(table, texture);
    setNearest(gl);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, colormapSize, 1);
    const bytes = new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, colormapSize, 1, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }
}

function deviceOf(gl: WebGL2RenderingContext): string {
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

function formatOf(gl: WebGL2RenderingContext, samples: SampleArray): SampleFormat {
  if (samples instanceof Uint8Array)
    return { sampler: "usampler2D", internal: gl.R8UI, external: gl.RED_INTEGER, type: gl.UNSIGNED_BYTE };
  if (samples instanceof Uint16Array)
    return { sampler: "usampler2D", internal: gl.R16UI, external: gl.RED_INTEGER, type: gl.UNSIGNED_SHORT };
  return { sampler: "sampler2D", internal: gl.R32F, external: gl.RED, type: gl.FLOAT };
}

/** Integer and 32-bit textures know no other. */
function setNearest(gl: WebGL2RenderingContext): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
}

function createPrograms(gl: WebGL2RenderingContext): Record<SampleFormat["sampler"], Program> | null {
  const usampler2D = createProgram(gl, "usampler2D");
  const sampler2D = createProgram(gl, "sampler2D");
  return usampler2D && sampler2D && { usampler2D, sampler2D };
}

/** `null` where a driver does not take the shaders. */
function createProgram(gl: WebGL2RenderingContext, sampler: SampleFormat["sampler"]): Program | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource(sampler)],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  const entries = uniformNames.map((name) => [name, gl.getUniformLocation(program, name)]);
  return { program, at: Object.fromEntries(entries) as Program["at"] };
}
