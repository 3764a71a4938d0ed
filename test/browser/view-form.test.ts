import { expect, fixture, html } from "@open-wc/testing";

import { definePanelForms } from "../../src/plugin/define-panel-forms.js";
import type { SlnetViewForm } from "../../src/plugin/elements/panel/view-form.js";
import { ProbeSource } from "../../src/plugin/host/conformance/index.js";
import { CountingHost } from "./session-harness.js";

describe("slnet-view-form", () => {
  let host: CountingHost;
  let form: SlnetViewForm;

  beforeEach(async () => {
    definePanelForms();
    host = new CountingHost({ hostName: "test", capabilities: ["layer-update", "multi-layer"] });
    await host.layers.add([new ProbeSource(), { name: "Raw" }, "image"]);
    await host.layers.add([new ProbeSource(), { name: "Sparse" }, "image"]);
    form = await fixture(html`<slnet-view-form .host=${host}></slnet-view-form>`);
  });

  function field(selector: string): HTMLInputElement {
    return form.renderRoot.querySelector<HTMLInputElement>(selector)!;
  }

  async function set(input: HTMLInputElement, value: string, event = "change"): Promise<void> {
    input.value = value;
    input.dispatchEvent(new Event(event, { bubbles: true }));
    await form.updateComplete;
  }

  it("moves the frame of the viewer, and follows it", async () => {
    await set(field("input[type=range]"), "4", "input");
    expect(host.dims.step).to.equal(4);
    host.dims.setStep(9);
    await form.updateComplete;
    expect(field("input[type=range]").value).to.equal("9");
    expect(field('[aria-label="Frame number"]').value).to.equal("9");
    await set(field('[aria-label="Frame number"]'), "99");
    expect(host.dims.step).to.equal(11);
    expect(field('[aria-label="Frame number"]').value).to.equal("11");
  });

  it("changes the contrast of the layer in front, and follows it", async () => {
    const id = host.layers.activeId!;
    host.layers.update(id, { contrastLimits: [3, 80] });
    await form.updateComplete;
    const [black, white] = [...form.renderRoot.querySelectorAll<HTMLInputElement>(".contrast input")];
    expect([black!.value, white!.value]).to.deep.equal(["3", "80"]);
    await set(white!, "60");
    expect(host.layers.get(id)?.contrastLimits).to.deep.equal([3, 60]);
    await set(black!, "70");
    expect(field('[role="alert"]').textContent).to.equal("Black is 70 and white 60: black has to be the lower one.");
    expect(host.layers.get(id)?.contrastLimits).to.deep.equal([3, 60]);
    field(".contrast button").click();
    expect(host.layers.get(id)?.contrastLimits).to.equal(null);
  });

  it("brings a layer to the front by hiding those above it", async () => {
    const [raw, sparse] = host.layers.list();
    await set(field("select"), raw!.id);
    expect(host.layers.activeId).to.equal(raw!.id);
    expect(host.layers.list().map(({ visible }) => visible)).to.deep.equal([true, false]);
    await set(field("select"), sparse!.id);
    expect(host.layers.list().map(({ visible }) => visible)).to.deep.equal([true, true]);
  });

  it("is accessible, and leaves the viewer alone once it is gone", async () => {
    await expect(form).to.be.accessible();
    form.remove();
    expect(host.listeners).to.equal(0);
  });
});
