import { expect } from "@open-wc/testing";

import type {} from "../../src/plugin/define-history.js";
import { forgetFile, openRecent, recentFiles, rememberFile } from "../../src/plugin/recent-files.js";
import { PanelHarness } from "./panel-harness.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";

describe("the panel's list of runs", () => {
  let session: SessionHarness;
  let harness: PanelHarness;
  beforeEach(async () => {
    session = new SessionHarness();
    await session.session.history();
    harness = await PanelHarness.create("dark", session.session);
    await session.openSmall();
    await drawn();
  });
  afterEach(() => session.session.dispose());

  const list = (): ShadowRoot => harness.panel.renderRoot.querySelector("slnet-run-history")!.shadowRoot!;
  const rows = (): HTMLLIElement[] => [...list().querySelectorAll<HTMLLIElement>("li")];
  const inRow = (index: number, title: string): HTMLButtonElement =>
    [...rows()[index]!.querySelectorAll("button")].find((button) => button.textContent.trim() === title)!;
  /** Elements are loaded and the history is asked for; both take some turns. */
  async function drawn(): Promise<void> {
    await customElements.whenDefined("slnet-run-history");
    while (!list().querySelector("ul")) await new Promise((resolve) => setTimeout(resolve, 20));
    await (await session.session.history()).settled();
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await harness.settled();
    }
  }

  it("lists each run with what came of it, and is accessible in dark and light", async () => {
    expect(list().textContent).to.contain("Each training");
    await session.session.train();
    await session.session.clean();
    await drawn();
    expect(rows().map((row) => row.querySelector(".badge")!.textContent)).to.deep.equal(["Cleaning", "Training"]);
    expect(rows()[1]!.textContent).to.contain(`${session.state.training!.step} steps`).and.contain("kept");
    rows()[0]!.querySelector("details")!.open = true;
    for (const choose of list().querySelectorAll<HTMLInputElement>("li input")) choose.click();
    await drawn();
    harness.button("Compare", "slnet-run-history").click();
    await drawn();
    const cells = [...list().querySelectorAll("tbody th")].map((cell) => cell.textContent);
    expect(cells).to.include.members(["Run", "Method", "Frames cleaned"]);
    await expect(harness.panel).to.be.accessible();
    harness.panel.parentElement!.style.colorScheme = "light";
    await expect(harness.panel).to.be.accessible();
    harness.panel.parentElement!.style.width = "300px";
    await harness.settled();
    const { scrollWidth, clientWidth } = harness.panel;
    expect(scrollWidth, "nothing sticks out").to.be.at.most(clientWidth);
  });

  it("renames by keyboard, removes with undo, and keeps the focus", async () => {
    await session.session.clean({ method: "median" });
    await drawn();
    rows()[0]!.querySelector("details")!.open = true;
    inRow(0, "Rename").click();
    await drawn();
    const field = list().querySelector<HTMLInputElement>("form input")!;
    expect(harness.focused === field || field.selectionEnd === field.value.length).to.equal(true);
    field.value = "good one";
    field.form!.requestSubmit();
    await drawn();
    expect(rows()[0]!.querySelector("strong")!.textContent).to.equal("good one");
    expect(harness.focused?.localName).to.equal("summary");
    inRow(0, "Remove").click();
    await drawn();
    expect(rows()).to.have.length(0);
    expect(list().querySelector(".note")!.textContent).to.contain("good one was removed.");
    expect(harness.focused?.textContent.trim()).to.equal("Undo");
    (harness.focused as HTMLButtonElement).click();
    await drawn();
    expect(rows()).to.have.length(1);
  });

  it("repeats a run and takes options and model back by its buttons", async () => {
    await session.session.train();
    const { model } = session.state;
    session.session.configure({ maxEpochs: 2 });
    await session.session.train();
    await drawn();
    inRow(1, "Take options and model").click();
    await session.until((state) => state.model === model && state.activity === "idle");
    expect(session.state.options).to.include({ maxEpochs: 4 });
    inRow(1, "Repeat this run").click();
    await session.until(({ activity }) => activity === "training");
    await session.until(({ activity }) => activity === "idle");
    expect(session.state.model!.weights).to.deep.equal(model!.weights);
  });

  it("pauses and goes on by one button", async () => {
    session.session.configure({ maxEpochs: 100_000 });
    const training = session.session.train();
    await session.until((state) => (state.training?.step ?? 0) > 0);
    await harness.settled();
    harness.button("Pause").click();
    await harness.settled();
    expect(harness.panel.renderRoot.querySelector(".status strong")!.textContent).to.equal("Paused");
    harness.button("Go on").click();
    await harness.settled();
    expect(session.state.paused).to.equal(false);
    expect(harness.button("Pause").hidden).to.equal(false);
    session.session.cancel();
    await training;
  });

  it("works through the queue by its buttons, and is accessible with every state in it", async () => {
    const queue = harness.panel.renderRoot.querySelector("slnet-queue")!;
    const add = async (...files: File[]): Promise<void> => {
      const transfer = new DataTransfer();
      files.forEach((file) => transfer.items.add(file));
      const input = queue.shadowRoot!.querySelector<HTMLInputElement>("#files")!;
      input.files = transfer.files;
      input.dispatchEvent(new Event("change"));
      await harness.settled();
    };
    expect(harness.button("Start", "slnet-queue").disabled).to.equal(true);
    await add(await noisyTiff(30, "a.tif"), new File([new Uint8Array(40)], "b.tif"), await noisyTiff(30, "c.tif"));
    const names = (): (string | null)[] =>
      [...queue.shadowRoot!.querySelectorAll("strong")].map(({ textContent }) => textContent);
    expect(names()).to.deep.equal(["a.tif", "b.tif", "c.tif"]);
    queue.shadowRoot!.querySelector<HTMLButtonElement>('button[aria-label="Move c.tif earlier"]')!.click();
    await harness.settled();
    expect(names()).to.deep.equal(["a.tif", "c.tif", "b.tif"]);
    queue.shadowRoot!.querySelector<HTMLButtonElement>('button[aria-label="Remove a.tif"]')!.click();
    await harness.settled();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(harness.focused?.textContent.trim()).to.equal("Undo");
    (harness.focused as HTMLButtonElement).click();
    harness.button("Start", "slnet-queue").click();
    await new Promise<void>((resolve) => {
      const off = queue.queue!.subscribe(() => {
        if (queue.queue!.isRunning) return;
        off();
        resolve();
      });
    });
    await harness.settled();
    const states = [...queue.shadowRoot!.querySelectorAll(".badge")].map(({ textContent }) => textContent);
    expect(states).to.deep.equal(["done", "done", "failed"]);
    expect(queue.shadowRoot!.textContent).to.contain("2 of 3 done, 1 failed.");
    await expect(harness.panel).to.be.accessible();
  });
});

describe("files opened before", () => {
  async function savedFile(name: string): Promise<FileSystemFileHandle> {
    const directory = await navigator.storage.getDirectory();
    return directory.getFileHandle(name, { create: true });
  }
  beforeEach(async () => {
    for (const { id } of await recentFiles()) await forgetFile(id);
  });

  it("are at most ten, the last one first, each once", async () => {
    for (let index = 0; index < 12; index++) await rememberFile(await savedFile(`recent-${index}.tif`));
    await rememberFile(await savedFile("recent-5.tif"));
    const names = (await recentFiles()).map(({ name }) => name);
    expect(names).to.have.length(10);
    expect(names.slice(0, 3)).to.deep.equal(["recent-5.tif", "recent-11.tif", "recent-10.tif"]);
  });

  it("are opened again, and one that is gone says so", async () => {
    await rememberFile(await savedFile("gone.tif"));
    const [recent] = await recentFiles();
    expect((await openRecent(recent!)).name).to.equal("gone.tif");
    await (await navigator.storage.getDirectory()).removeEntry("gone.tif");
    const error = await openRecent(recent!).catch((thrown: unknown) => thrown);
    expect((error as Error).message).to.contain("gone.tif is not there any more");
    await forgetFile(recent!.id);
    expect(await recentFiles()).to.have.length(0);
  });
});
