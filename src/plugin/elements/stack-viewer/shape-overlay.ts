import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";

import type { PickedShape } from "../../host/contract.js";
import type { PaneLayout } from "./look.js";
import type { ShapeTool } from "./shape-tool.js";
import type { Placement, Point, Size } from "./view-transform.js";

/** A point is marked by at least this, in device pixels for each pixel of the screen. */
const markRadius = 6;

/** Shapes over the picture, in every pane, at whatever zoom. What is seen here is told in words elsewhere. */
export function shapeOverlay(
  panes: readonly PaneLayout[],
  shapes: readonly PickedShape[],
  tool: ShapeTool | null,
  stage: Size,
  density: number,
): TemplateResult | typeof nothing {
  if (shapes.length === 0 && !tool) return nothing;
  return html`<svg class="shapes" viewBox="0 0 ${stage.width} ${stage.height}" aria-hidden="true">
    ${panes.map(
      ({ clip, placement }, index) => svg`
        <clipPath id="pane-${index}">
          <rect x=${clip.left} y=${clip.top} width=${clip.width} height=${clip.height} />
        </clipPath>
        <g clip-path="url(#pane-${index})">
          ${shapes.map((shape) => outline(shape, placement, density, "shape"))}
          ${tool?.start ? outline(tool.draft, placement, density, "draft") : nothing}
          ${tool ? crosshair(tool.cursor, placement, density) : nothing}
        </g>`,
    )}
  </svg>`;
}

/** Twice: a dark line below a bright one is seen on any image. */
function outline(shape: PickedShape, placement: Placement, density: number, name: string): SVGTemplateResult {
  const d = path(shape, placement, density);
  return svg`<path class="halo" d=${d} /><path class=${name} data-kind=${shape.kind} d=${d} />`;
}

function path(shape: PickedShape, { left, top, scale }: Placement, density: number): string {
  if (shape.kind === "line") {
    const at = ([x, y]: readonly [number, number]): string => `${left + (x + 0.5) * scale} ${top + (y + 0.5) * scale}`;
    return `M${at(shape.from)}L${at(shape.to)}`;
  }
  const { x, y } = shape;
  if (shape.kind === "rectangle") {
    return `M${left + x * scale} ${top + y * scale}h${shape.width * scale}v${shape.height * scale}h${-shape.width * scale}z`;
  }
  // A frame around the pixel, with room for what is in it.
  const radius = Math.max(markRadius * density, scale / 2);
  return `M${left + (x + 0.5) * scale - radius} ${top + (y + 0.5) * scale - radius}h${2 * radius}v${2 * radius}h${-2 * radius}z`;
}

function crosshair({ x, y }: Point, { left, top, scale }: Placement, density: number): SVGTemplateResult {
  const [middleX, middleY] = [left + (x + 0.5) * scale, top + (y + 0.5) * scale];
  const inner = Math.max(2 * density, scale / 2);
  const outer = inner + 10 * density;
  const arms = [
    `M${middleX - outer} ${middleY}H${middleX - inner}`,
    `M${middleX + inner} ${middleY}H${middleX + outer}`,
    `M${middleX} ${middleY - outer}V${middleY - inner}`,
    `M${middleX} ${middleY + inner}V${middleY + outer}`,
  ].join("");
  return svg`<path class="halo" d=${arms} /><path class="crosshair" d=${arms} />`;
}
