import { expect } from "@open-wc/testing";

import { registerSlnet } from "../../src/plugin/register.js";
import { SessionHarness } from "./session-harness.js";

describe("a session whose viewer changes under it", () => {
  let harness: SessionHarness;
  beforeEach(() => (harness = new SessionHarness()));
  afterEach(async () => {
    harness.session.dispose();
    expect(harness.host.listeners, "listeners left in the host").to.equal(0);
    await untilThere(() => harness.workersEnded === harness.workersStarted);
  });

  it("stops cleaning when its layer is removed, says so, and cleans again", async () => {
    await harness.openSmall();
    const cleaning = harness.session.clean({ method: "rpca", lowRank: false });
    await harness.until(({ result }) => result !== null);
    await untilThere(() => harness.layer("Sparse") !== undefined);
    harness.host.layers.remove(harness.layer("Sparse")!.id);
    await cleaning;
    expect(harness.state.activity).to.equal("idle");
    expect(harness.state.error).to.equal(null);
    expect(harness.messages).to.deep.equal(["info: Cleaning was stopped, since its layer was removed."]);
    await harness.session.clean({ method: "median" });
    expect(harness.state.result?.done).to.equal(40);
    expect(await harness.samples("Sparse", 39)).to.not.equal(null);
  });

  it("gives up the stack when the layer that it reads from is removed", async () => {
    await harness.openSmallLayer();
    const cleaning = harness.session.clean({ method: "rpca" });
    await harness.until(({ result }) => result !== null);
    harness.host.layers.remove(harness.layer("noisy")!.id);
    await cleaning;
    expect(harness.state.stack).to.equal(null);
    expect(harness.messages).to.deep.equal([
      "error: layer noisy was removed from the viewer, expected it to stay: open a stack again",
    ]);
    await harness.openSmall();
    await harness.session.clean({ method: "median" });
    expect(harness.state.error).to.equal(null);
    expect(harness.state.result?.done).to.equal(40);
  });

  it("takes the removal of a layer of its own that nothing fills as a matter of course", async () => {
    await harness.openSmall();
    await harness.session.clean({ method: "median" });
    for (const { id } of harness.host.layers.list()) harness.host.layers.remove(id);
    expect(harness.messages).to.deep.equal([]);
    await harness.session.clean({ method: "median" });
    expect(harness.host.layers.list().map(({ name }) => name)).to.deep.equal(["Sparse"]);
  });

  it("leaves with everything when its viewer is disposed of in the middle of a cleaning", async () => {
    const { session, panel } = await registerSlnet(harness.host, {
      workerFactory: () => new Worker("/dist/slnet.worker.js", { type: "module" }),
    });
    document.body.append(panel);
    await session.openSample();
    const cleaning = session.clean({ method: "rpca" });
    await untilThere(() => session.state.result !== null);
    harness.host.dispose();
    await cleaning;
    expect(panel.isConnected).to.equal(false);
    expect(session.state.activity).to.equal("idle");
    expect(harness.host.layers.list()).to.deep.equal([]);
    expect(harness.messages).to.deep.equal([]);
    await session.clean({ method: "median" });
    expect(session.state.activity, "a disposed session does nothing").to.equal("idle");
  });

  it("lists the layers of the viewer that are not its own", async () => {
    await harness.openSmall();
    expect(harness.session.viewerLayers()).to.deep.equal([]);
    await harness.openSmallLayer();
    expect(harness.session.viewerLayers().map(({ name }) => name)).to.deep.equal(["noisy"]);
  });
});

async function untilThere(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it did not come to be within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
