import NiiVue, { DRAG_MODE } from "niivue-next/webgl2";

import { createNiivueHost, type NiivueHost } from "../../src/plugin/adapters/niivue.js";
import { NiivuePage } from "./niivue-page.js";

export interface NiivueNextDemo {
  readonly host: NiivueHost;
  /** For the console, and for tests that act as the viewer's own controls do. */
  readonly nv: NiiVue;
  dispose(): void;
}

/** NiiVue 1.0 as a host. */
export async function createViewer(
  container: HTMLElement,
  options: Parameters<typeof createNiivueHost>[1] = {},
): Promise<NiivueNextDemo> {
  const page = new NiivuePage(container);
  const nv = new NiiVue({
    backgroundColor: [0, 0, 0, 1],
    // Of its axial slices alone.
    sliceType: 0,
    is3DCrosshairVisible: false,
    isOrientationTextVisible: false,
    isOrientCubeVisible: false,
    crosshairWidth: 0,
    volumeIsNearestInterpolation: true,
    placeholderText: "",
    primaryDragMode: DRAG_MODE.pan,
    secondaryDragMode: DRAG_MODE.contrast,
    logLevel: "error",
  });
  await nv.attachToCanvas(page.canvas);
  const host = createNiivueHost(nv, { hostName: "NiiVue 1.0", ...options });
  page.follow(host);
  let disposed = false;
  return {
    host,
    nv,
    dispose() {
      if (disposed) return;
      disposed = true;
      host.dispose();
      nv.destroy();
      page.canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
      page.remove();
    },
  };
}
