import { expect, fixture, html } from "@open-wc/testing";

import { defineHistory } from "../../src/plugin/define-history.js";
import type { SlnetQueue } from "../../src/plugin/elements/queue/queue.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";

describe("the form of the queue", () => {
  let harness: SessionHarness;
  let element: SlnetQueue;

  beforeEach(async () => {
    defineHistory();
    harness = new SessionHarness();
    const box = await fixture<HTMLElement>(html`<div style="width: 330px"><slnet-queue></slnet-queue></div>`);
    element = box.querySelector("slnet-queue")!;
    element.session = harness.session;
    await element.updateComplete;
  });
  afterEach(() => harness.session.dispose());

  const root = (): ShadowRoot => element.shadowRoot!;
  const button = (title: string): HTMLButtonElement =>
    [...root().querySelectorAll("button")].find(({ textContent }) => textContent.trim() === title)!;

  async function add(...files: File[]): Promise<void> {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    const input = root().querySelector<HTMLInputElement>("#files")!;
    input.files = transfer.files;
    input.dispatchEvent(new Event("change"));
    await element.updateComplete;
  }

  async function choose(id: string, value: string): Promise<void> {
    const select = root().querySelector<HTMLSelectElement>(`#${id}`)!;
    select.value = value;
    select.dispatchEvent(new Event("change"));
    await element.updateComplete;
  }

  function chosenText(id: string): string {
    const option = root().querySelector<HTMLSelectElement>(`#${id}`)!.selectedOptions[0]!;
    return option.textContent.trim();
  }

  async function until(condition: () => boolean): Promise<void> {
    const { queue } = element;
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const off = queue!.subscribe(() => {
          off();
          resolve();
        });
      });
    }
    await element.updateComplete;
  }

  it("says by which method the queue cleans: that of the session, or the one chosen", async () => {
    expect(chosenText("method")).to.equal("as in this session: SLNet");
    await harness.openSmall();
    await harness.session.clean({ method: "median", medianWindowFrames: 7 });
    await element.updateComplete;
    expect(chosenText("method")).to.equal("as in this session: Running median");
    await choose("method", "masked-mean");
    expect(chosenText("method")).to.equal("Masked mean");
    expect(element.queue!.settings.save.cleaning).to.deep.include({ method: "masked-mean", maskWindowFrames: 100 });
    await add(await noisyTiff(30, "a.tif"));
    const window = root().querySelector<HTMLInputElement>("input[type=number]")!;
    window.value = "2";
    window.dispatchEvent(new Event("change"));
    await element.updateComplete;
    expect(button("Start").disabled).to.equal(true);
    expect(root().querySelector("#start-reason")!.textContent).to.equal("The window has to be 6 to 2001 frames.");
    expect(window.getAttribute("aria-describedby")).to.equal("start-reason");
    await choose("method", "session");
    expect(element.queue!.settings.save.cleaning).to.equal(undefined);
    expect(button("Start").disabled).to.equal(false);
  });

  it("offers the part that the session trains on, and all of each stack", async () => {
    await harness.openSmall();
    expect(root().querySelector("#region")).to.equal(null);
    harness.session.chooseRegion({ x: 2, y: 3, width: 16, height: 16, from: 4, to: 36 });
    await element.updateComplete;
    expect(chosenText("region")).to.equal("16 × 16 pixels at x 2, y 3; frames 4 to 35");
    await choose("region", "whole");
    expect(element.queue!.settings.region).to.equal(null);
    await choose("region", "session");
    expect(element.queue!.settings.region).to.equal("session");
  });

  it("takes what is known of the recordings, and refuses what cannot be", async () => {
    root().querySelector("details")!.open = true;
    const form = root().querySelector("slnet-metadata-form")!;
    await form.updateComplete;
    const type = async (key: string, text: string): Promise<void> => {
      const field = form.shadowRoot!.querySelector<HTMLInputElement>(`#${key}`)!;
      field.value = text;
      field.dispatchEvent(new Event("change"));
      await element.updateComplete;
      await form.updateComplete;
    };
    await type("pixelSizeNm", "65");
    await type("frameIntervalSeconds", "20");
    expect(element.queue!.settings.metadata).to.deep.equal({ pixelSizeNm: 65, frameIntervalSeconds: 0.02 });
    await type("cameraOffsetAdu", "-4");
    expect(form.shadowRoot!.querySelector(".error")!.textContent).to.contain("Camera offset is -4 ADU");
    await type("pixelSizeNm", "");
    expect(element.queue!.settings.metadata).to.deep.equal({ frameIntervalSeconds: 0.02 });
    await expect(element).to.be.accessible();
  });

  it("is paused and goes on by one button, which has the focus when Start is pressed", async () => {
    harness.session.configure({ maxEpochs: 40 });
    await add(await noisyTiff(40, "a.tif"));
    button("Start").focus();
    button("Start").click();
    await until(() => element.queue!.items[0]!.state === "training");
    expect(root().activeElement).to.equal(button("Pause"));
    button("Pause").click();
    await element.updateComplete;
    expect(root().querySelector(".badge")!.textContent.trim()).to.equal("Paused");
    expect(root().querySelector("p[role=status]")!.textContent.trim()).to.equal("Paused: 0 of 1 done.");
    await expect(element).to.be.accessible();
    expect(root().activeElement).to.equal(button("Go on"));
    button("Go on").click();
    await until(() => !element.queue!.isRunning);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(root().querySelector(".badge")!.textContent.trim()).to.equal("done");
    expect(root().activeElement, "nothing is left to start").to.equal(button("Add stacks…"));
  });
});
