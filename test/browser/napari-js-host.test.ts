import { expect } from "@open-wc/testing";

import { createNapariHost, type NapariHost } from "../../src/plugin/adapters/napari-js.js";
import { conformanceChecks, ProbeSource } from "../../src/plugin/host/conformance/index.js";
import type { HostEventMap } from "../../src/plugin/host/contract.js";
import { StubViewer } from "./napari-js-stub.js";
import { ArrayFrames } from "./stack-viewer-harness.js";

// napari-js cannot be installed here: all of this runs against a stand-in written from its documentation.

/** One pixel a frame. */
function frames(...values: (number | null)[]): ArrayFrames {
  return new ArrayFrames(
    1,
    1,
    values.map((value) => (value === null ? null : Uint16Array.of(value))),
  );
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 3000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what}: not within 3 s`);
    await pause(10);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function untilDrawn(viewer: StubViewer, wanted: readonly (number | null)[]): Promise<void> {
  const drawn = (): string => JSON.stringify(viewer.drawn.map((samples) => samples?.[0] ?? null));
  await until(() => drawn() === JSON.stringify(wanted), `${JSON.stringify(wanted)} is drawn, found ${drawn()}`);
}

function record<K extends keyof HostEventMap>(host: NapariHost, type: K): HostEventMap[K][] {
  const details: HostEventMap[K][] = [];
  host.on(type, (detail) => details.push(detail));
  return details;
}

for (const canMove of [true, false]) {
  describe(`a stand-in for napari-js ${canMove ? "with" : "without"} LayerList.move as a host`, () => {
    for (const check of conformanceChecks) {
      it(check.name, () =>
        check.run(async () => {
          const host = createNapariHost(new StubViewer(canMove));
          return { host, dispose: () => host.dispose() };
        }),
      ).timeout(20_000);
    }

    it("draws a changed frame anew, at its place between the layers", async () => {
      const viewer = new StubViewer(canMove);
      const host = createNapariHost(viewer);
      const middle = frames(10, 20);
      await host.layers.add([frames(1, 2), { contrastLimits: [0, 9] }, "image"]);
      await host.layers.add([middle, { contrastLimits: [0, 99] }, "image"]);
      await host.layers.add([frames(100, 200), { contrastLimits: [0, 999] }, "image"]);
      await untilDrawn(viewer, [1, 10, 100]);
      middle.replace(0, Uint16Array.of(15));
      await untilDrawn(viewer, [1, 15, 100]);
      middle.replace(1, Uint16Array.of(25));
      viewer.dims.z = 1;
      await untilDrawn(viewer, [2, 25, 200]);
      expect(viewer.layers.items.map((layer) => layer.contrastLimits[1])).to.deep.equal([9, 99, 999]);
      expect(host.layers.list()).to.have.length(3);
      host.dispose();
    });
  });
}

describe("the adapter for napari-js", () => {
  it("follows the viewer's own slider, and tells of it once", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    await host.layers.add([frames(1, 2, 3), {}, "image"]);
    const steps = record(host, "step-changed");
    viewer.dims.z = 2;
    await untilDrawn(viewer, [3]);
    host.dims.setStep(1);
    await untilDrawn(viewer, [2]);
    expect(viewer.dims.z).to.equal(1);
    expect(steps).to.deep.equal([
      { step: 2, frames: 3 },
      { step: 1, frames: 3 },
    ]);
    host.dispose();
  });

  it("follows the viewer's own contrast control, and does not echo a plugin's", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    const id = await host.layers.add([frames(5), { contrastLimits: [0, 10] }, "image"]);
    const changes = record(host, "display-changed");
    viewer.layers.items[0]!.contrastLimits = [2, 7];
    viewer.layers.items[0]!.opacity = 0.5;
    host.layers.update(id, { contrastLimits: [1, 8], visible: false });
    await pause(50);
    expect(changes).to.deep.equal([
      { id, patch: { contrastLimits: [2, 7] } },
      { id, patch: { opacity: 0.5 } },
      { id, patch: { contrastLimits: [1, 8], visible: false } },
    ]);
    const [image] = viewer.layers.items;
    expect([image?.contrastLimits, image?.visible, image?.opacity]).to.deep.equal([[1, 8], false, 0.5]);
    host.dispose();
  });

  it("chooses a contrast from the first frame, not from the viewer's default", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    const source = new ArrayFrames(2, 2, [Uint16Array.of(100, 200, 300, 400)]);
    const id = await host.layers.add([source, {}, "image"]);
    viewer.layers.items[0]!.opacity = 0.9;
    await until(() => host.layers.get(id)?.contrastLimits !== null, "a contrast is chosen");
    expect(host.layers.get(id)?.contrastLimits).to.deep.equal([100, 400]);
    expect(viewer.layers.items[0]?.contrastLimits).to.deep.equal([100, 400]);
    host.dispose();
  });

  it("leaves a frame empty until it is computed, and then draws it", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    const cleaned = frames(null, null);
    await host.layers.add([frames(1, 2), { contrastLimits: [0, 9] }, "image"]);
    await host.layers.add([cleaned, { contrastLimits: [0, 9] }, "image"]);
    await untilDrawn(viewer, [1, null]);
    const [, image] = viewer.layers.items;
    cleaned.replace(0, Uint16Array.of(7));
    await untilDrawn(viewer, [1, 7]);
    expect(viewer.layers.items[1]).to.equal(image);
    host.dispose();
  });

  it("draws gray for a colormap that the viewer does not know", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    const id = await host.layers.add([frames(1), { colormap: "green" }, "image"]);
    expect(viewer.layers.items[0]?.colormap).to.deep.equal({ name: "green" });
    host.layers.update(id, { colormap: "no such colours" });
    expect(viewer.layers.items[0]?.colormap).to.deep.equal({ name: "gray" });
    host.dispose();
  });

  it("gives up a layer that the viewer's own list removes", async () => {
    const viewer = new StubViewer();
    const host = createNapariHost(viewer);
    const source = new ProbeSource();
    const id = await host.layers.add([source, {}, "image"]);
    const changes = record(host, "layers-changed");
    viewer.layers.remove(viewer.layers.items[0]!);
    expect(changes).to.deep.equal([{ reason: "removed", id }]);
    expect([source.disposals, source.listeners, viewer.dims.depth]).to.deep.equal([1, 0, 1]);
    host.dispose();
  });

  it("leaves the viewer's own layers and frames alone", async () => {
    const viewer = new StubViewer();
    const own = viewer.addImage({
      kind: "tiled",
      width: 1,
      height: 1,
      tileSize: 1,
      levels: 1,
      depth: 50,
      channels: 1,
      dtype: "uint8",
      fetchTile: ({ z }) => Promise.resolve({ width: 1, height: 1, data: Uint8Array.of(z) }),
    });
    viewer.dims.z = 30;
    const host = createNapariHost(viewer);
    await host.layers.add([frames(1, 2, 3), { contrastLimits: [0, 9] }, "image"]);
    await untilDrawn(viewer, [30, 3]);
    expect([host.dims.step, viewer.dims.z]).to.deep.equal([2, 30]);
    host.dispose();
    expect([viewer.layers.items, viewer.dims.z, viewer.dims.depth]).to.deep.equal([[own], 30, 50]);
    expect([viewer.layers.removed.listeners, viewer.dims.changed.listeners]).to.deep.equal([0, 1]);
  });
});
