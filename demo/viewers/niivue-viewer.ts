import { DRAG_MODE, Niivue, SLICE_TYPE } from "@niivue/niivue";

import { createNiivueHost, type NiivueHost } from "../../src/plugin/adapters/niivue.js";
import { NiivuePage } from "./niivue-page.js";

export interface NiivueDemo {
  readonly host: NiivueHost;
  /** For the console, and for tests that act as the viewer's own controls do. */
  readonly nv: Niivue;
  dispose(): void;
}

/** NiiVue 0.69 as a host. */
export async function createViewer(
  container: HTMLElement,
  options: Parameters<typeof createNiivueHost>[1] = {},
): Promise<NiivueDemo> {
  const page = new NiivuePage(container);
  const nv = new Niivue({
    backColor: [0, 0, 0, 1],
    show3Dcrosshair: false,
    crosshairWidth: 0,
    isOrientationTextVisible: false,
    isNearestInterpolation: true,
    loadingText: "",
    dragMode: DRAG_MODE.pan,
    logLevel: "error",
  });
  await nv.attachToCanvas(page.canvas);
  // As an option of the constructor it is not taken.
  nv.setMouseEventConfig({
    leftButton: { primary: DRAG_MODE.pan },
    rightButton: DRAG_MODE.contrast,
    centerButton: DRAG_MODE.pan,
  });
  nv.setSliceType(SLICE_TYPE.AXIAL);
  const host = createNiivueHost(nv, { hostName: "NiiVue 0.69", ...options });
  page.follow(host);
  let disposed = false;
  return {
    host,
    nv,
    dispose() {
      if (disposed) return;
      disposed = true;
      host.dispose();
      nv.cleanup();
      // Browsers allow some sixteen contexts at once, and NiiVue does not give its own back.
      nv.gl.getExtension("WEBGL_lose_context")?.loseContext();
      page.remove();
    },
  };
}
