/** Width and height: of an image in its pixels, of what it is seen through in pixels of the screen. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place, in the pixels of what it belongs to, from its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Which part of an image is seen. */
export interface View {
  /** Pixels of the screen for each pixel of the image; `null`: as many as fit. */
  readonly scale: number | null;
  /** The place of the image that is in the middle. */
  readonly centre: Point;
}

/** Where an image lies: its corner in whole pixels of the screen, and how many of them each of its pixels has. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** The whole image, as large as fits. */
export const fittedView: View = { scale: null, centre: { x: 0, y: 0 } };

/** A pixel of the image is not drawn larger than this, unless the whole image fits at that. */
const largestScale = 64;

/** The scale at which the whole image is seen; a whole number where pixels are large enough for it to be seen. */
export function fitScale(image: Size, pane: Size): number {
  const fit = Math.min(pane.width / image.width, pane.height / image.height);
  return fit > 4 ? Math.floor(fit) : fit;
}

export function place(view: View, image: Size, pane: Size): Placement {
  const scale = view.scale ?? fitScale(image, pane);
  const centre = within(view, scale, image, pane);
  return {
    left: Math.round(pane.width / 2 - centre.x * scale),
    top: Math.round(pane.height / 2 - centre.y * scale),
    scale,
  };
}

/**
 * A view that is a factor larger or smaller, within limits, in which the place of the image at a point of the pane stays
 * where it is. One that would pass the scale at which the image fits stops there.
 *
 * @param at - in the pane; its middle by default
 */
export function zoomed(view: View, factor: number, image: Size, pane: Size, at: Point = middle(pane)): View {
  const { left, top, scale: before } = place(view, image, pane);
  const fit = fitScale(image, pane);
  const scale = Math.min(Math.max(before * factor, Math.min(1, fit)), Math.max(largestScale, fit));
  if (scale === fit || (before - fit) * (scale - fit) < 0) return fittedView;
  const held: Point = { x: (at.x - left) / before, y: (at.y - top) / before };
  return settled(
    scale,
    { x: held.x + (pane.width / 2 - at.x) / scale, y: held.y + (pane.height / 2 - at.y) / scale },
    image,
    pane,
  );
}

/** A view with one pixel of the image on one of the screen. */
export function oneToOne(view: View, image: Size, pane: Size): View {
  const { left, top, scale } = place(view, image, pane);
  return settled(1, { x: (pane.width / 2 - left) / scale, y: (pane.height / 2 - top) / scale }, image, pane);
}

/** A view in which the image lies further right and down by pixels of the screen, as far as there is more of it to see. */
export function panned(view: View, right: number, down: number, image: Size, pane: Size): View {
  const { scale } = place(view, image, pane);
  const centre = within(view, scale, image, pane);
  return {
    ...view,
    centre: settled(scale, { x: centre.x - right / scale, y: centre.y - down / scale }, image, pane).centre,
  };
}

/** A view moved as little as is needed for a pixel of the image to be seen. */
export function revealing(view: View, pixel: Point, image: Size, pane: Size): View {
  const { left, top, scale } = place(view, image, pane);
  const [x, y] = [left + (pixel.x + 0.5) * scale, top + (pixel.y + 0.5) * scale];
  const beyond = (place: number, size: number): number => Math.min(Math.max(place, 0), size) - place;
  return panned(view, beyond(x, pane.width), beyond(y, pane.height), image, pane);
}

/** The pixel of the image at a point of the pane, or `null` beside the image. */
export function pixelAt(at: Point, { left, top, scale }: Placement, image: Size): Point | null {
  const x = Math.floor((at.x - left) / scale);
  const y = Math.floor((at.y - top) / scale);
  return x >= 0 && y >= 0 && x < image.width && y < image.height ? { x, y } : null;
}

function middle({ width, height }: Size): Point {
  return { x: width / 2, y: height / 2 };
}

function settled(scale: number, centre: Point, image: Size, pane: Size): View {
  return { scale, centre: within({ scale, centre }, scale, image, pane) };
}

/** The centre, kept so that no room is left beside the image that a part out of sight could fill. */
function within(view: View, scale: number, image: Size, pane: Size): Point {
  if (view.scale === null) return middle(image);
  const along = (centre: number, whole: number, seen: number): number =>
    whole <= seen ? whole / 2 : Math.min(Math.max(centre, seen / 2), whole - seen / 2);
  return {
    x: along(view.centre.x, image.width, pane.width / scale),
    y: along(view.centre.y, image.height, pane.height / scale),
  };
}
