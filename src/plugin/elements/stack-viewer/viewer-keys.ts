/** What keys do in the viewer. */
export interface KeyTarget {
  /** True while a shape is picked with the crosshair, which then has arrows, Enter and Escape. */
  readonly picks: boolean;
  moveCrosshair(right: number, down: number): void;
  setPoint(): void;
  leaveTool(): void;
  /** By frames; an infinite number goes to an end. */
  stepBy(frames: number): void;
  togglePlaying(): void;
  zoomBy(factor: number): void;
  fit(): void;
  oneToOne(): void;
  /** Moves what is seen, in steps. */
  panBy(right: number, down: number): void;
  /** Shows a layer alone, counted from 0 at the bottom, or all again. */
  toggleAlone(index: number): void;
}

/** Zoom of one press. */
export const keyZoom = 1.5;
/** With Shift, a press moves by this many frames or pixels. */
const longStride = 10;

const arrows: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What has the focus: on the slider, arrows always mean frames; on other controls they are not the viewer's. */
export type KeyFocus = "stage" | "slider" | "other";

/**
 * Does what a key is for.
 *
 * @returns false for a key that is for nothing here
 */
export function pressKey(event: KeyboardEvent, target: KeyTarget, focus: KeyFocus): boolean {
  if (event.metaKey) return false;
  const arrow = arrows[event.key];
  if (arrow && (event.altKey || event.ctrlKey)) {
    target.panBy(arrow[0], arrow[1]);
    return true;
  }
  if (event.altKey || event.ctrlKey) return false;
  const stride = event.shiftKey ? longStride : 1;
  const [right, down] = arrow ? [arrow[0] * stride, arrow[1] * stride] : [0, 0];
  return (
    (focus === "stage" && target.picks && pressCrosshairKey(event, target, right, down)) ||
    (focus !== "other" && pressFrameKey(event, target, right - down)) ||
    pressViewKey(event, target)
  );
}

function pressCrosshairKey(event: KeyboardEvent, target: KeyTarget, right: number, down: number): boolean {
  if (right !== 0 || down !== 0) target.moveCrosshair(right, down);
  else if (event.key === "Enter" || event.key === " ") target.setPoint();
  else return false;
  return true;
}

/** @param frames - later by these; up is later, as on a slider */
function pressFrameKey(event: KeyboardEvent, target: KeyTarget, frames: number): boolean {
  if (frames !== 0) target.stepBy(frames);
  else if (event.key === "Home") target.stepBy(-Infinity);
  else if (event.key === "End") target.stepBy(Infinity);
  else if (event.key === " ") target.togglePlaying();
  else return false;
  return true;
}

function pressViewKey(event: KeyboardEvent, target: KeyTarget): boolean {
  const digit = digitOf(event);
  if (event.key === "Escape" && target.picks) target.leaveTool();
  else if (event.key === "+" || event.key === "=") target.zoomBy(keyZoom);
  else if (event.key === "-" || event.key === "_") target.zoomBy(1 / keyZoom);
  else if (digit === 1 && event.shiftKey) target.oneToOne();
  else if (digit === 0 && !event.shiftKey) target.fit();
  else if (digit !== null && digit > 0 && !event.shiftKey) target.toggleAlone(digit - 1);
  else return false;
  return true;
}

/** By the place of the key: not every keyboard gives digits without Shift. */
function digitOf({ code, key }: KeyboardEvent): number | null {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? /^\d$/.exec(key)?.[0];
  return digit === undefined ? null : Number(digit);
}
