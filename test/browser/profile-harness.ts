import type { Profile } from "../../src/plugin/profile.js";

/** A profile whose raw value is 1000·frame + position, background half of it, and cleaned the other half. */
export function profileOf(frames: number, positions: number, change: Partial<Profile> = {}): Profile {
  const raw = Float32Array.from(
    { length: frames * positions },
    (_, i) => 1000 * Math.floor(i / positions) + (i % positions),
  );
  const half = raw.map((value) => value / 2);
  return {
    path: { from: [3, 4], to: [3, 4 + positions - 1] },
    from: 0,
    to: frames,
    done: frames,
    positions,
    raw,
    lowRank: half,
    sparse: half,
    ...change,
  };
}

/** The slider of a plot over frames, worked as a person works it. */
export class FrameAxisHarness {
  readonly chosen: number[] = [];
  readonly ranges: (readonly [number, number] | null)[] = [];

  constructor(readonly plot: HTMLElement) {
    plot.addEventListener("frame-chosen", (event) =>
      this.chosen.push((event as CustomEvent<{ frame: number }>).detail.frame),
    );
    plot.addEventListener("range-chosen", (event) =>
      this.ranges.push((event as CustomEvent<{ range: readonly [number, number] | null }>).detail.range),
    );
  }

  get slider(): HTMLElement {
    return this.plot.shadowRoot!.querySelector("slnet-frame-axis")!.shadowRoot!.querySelector("[role=slider]")!;
  }

  get markerShare(): number {
    const marker = this.slider.querySelector(".marker");
    return marker ? parseFloat((marker as HTMLElement).style.left) / 100 : NaN;
  }

  press(key: string, shiftKey = false): void {
    this.slider.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
  }

  /** Presses the pointer at a share of the width, moves it to another, and lets go. */
  drag(from: number, to = from): void {
    const { slider } = this;
    // A pointer that no hardware has cannot be captured.
    slider.setPointerCapture = () => undefined;
    const { left, width, top } = slider.getBoundingClientRect();
    const fire = (type: string, share: number): void => {
      const clientX = left + share * width;
      slider.dispatchEvent(new PointerEvent(type, { clientX, clientY: top + 5, bubbles: true, button: 0 }));
    };
    fire("pointerdown", from);
    fire("pointermove", to);
    fire("pointerup", to);
  }

  get rows(): string[][] {
    return [...this.plot.shadowRoot!.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()),
    );
  }
}
