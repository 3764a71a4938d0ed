/** Texts of the stack viewer. */
export const english = {
  empty: "Nothing is open.",
  noImage: "No image",
  stage:
    "Image. Arrow keys change the frame, space plays. Plus and minus zoom, Alt with arrows moves, digits show one layer, B the one below.",
  tools: "Image tools",
  /** What the picture shows, for those who do not see it. */
  description: (names: readonly string[], frame: number, last: number, layers: number, zoom: string): string =>
    `${names.join(" beside ")}, frame ${frame} of ${last}, ${layers} ${layers === 1 ? "layer" : "layers"}, ${zoom}`,
  zoomedTo: (percent: number): string => `zoom ${percent} %`,
  fitted: "whole image in view",
  missing: (name: string): string => `${name}: this frame is not there yet`,
  failed: (name: string, reason: string): string => `${name}: ${reason}`,
  position: (x: number, y: number): string => `x ${x}, y ${y}`,
  // Tenths of a count are enough; small values, of densities and normalised stacks, keep three digits.
  value: (name: string, value: number): string =>
    `${name} ${Number(Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(3))}`,
  /** Of values that say no other. */
  unit: "ADU",

  frames: "Frames",
  frame: "Frame",
  frameNumber: "Frame number",
  ofFrames: (last: number): string => `of ${last}`,
  play: "Play",
  pause: "Pause",
  playHint: "Play (space)",
  pauseHint: "Pause (space)",
  loop: "Repeat from the first frame",
  rate: "Frames per second",
  framesPerSecond: (rate: number): string => `${rate} fps`,

  arrangement: "Compare layers",
  arrangements: { one: "One", side: "Side by side", swipe: "Swipe" },
  arrangementHints: {
    one: "The layers one over the other",
    side: "The visible layers beside each other, moved together",
    swipe: "The two topmost visible layers with a divider between them",
  },
  divider: "Divider",
  dividerAt: (left: string, right: string, percent: number): string =>
    `${left} on the left ${percent} %, ${right} on the right`,
  alone: (name: string): string => `${name} alone`,

  zoom: "Zoom",
  zoomIn: "Zoom in",
  zoomInHint: "Zoom in (+)",
  zoomOut: "Zoom out",
  zoomOutHint: "Zoom out (−)",
  fit: "Fit",
  fitHint: "Whole image (0, or double click)",
  oneToOne: "1:1",
  oneToOneHint: "One pixel of the image to one of the screen (Shift+1)",
  percent: (percent: number): string => `${percent} %`,

  shapes: "Pick on the image",
  shape: { point: "Point", line: "Line", rectangle: "Rectangle" },
  shapeHints: {
    point: "Pick a point: click, or move with the arrow keys and press Enter",
    line: "Draw a line: drag, click its two ends, or move with the arrow keys and press Enter at both",
    rectangle: "Draw a rectangle: drag, click two corners, or move with the arrow keys and press Enter at both",
  },
  shapeStarted: (x: number, y: number): string => `from x ${x}, y ${y}`,
  shapeLeft: "Nothing is picked.",
  shapePicked: {
    point: (x: number, y: number): string => `Point at x ${x}, y ${y}`,
    line: (x: number, y: number, toX: number, toY: number): string => `Line from x ${x}, y ${y} to x ${toX}, y ${toY}`,
    rectangle: (x: number, y: number, width: number, height: number): string =>
      `Rectangle of ${width} × ${height} at x ${x}, y ${y}`,
  },
};
