import { expect } from "@open-wc/testing";

import { PanelHarness } from "./panel-harness.js";
import { SessionHarness } from "./session-harness.js";
import { severalStacks } from "./several-stacks.js";

const file = severalStacks("several.ome.tif", [{ name: "recording", slices: 12, times: 5 }]);

describe("the panel, asking for a choice", () => {
  let harness: PanelHarness;
  beforeEach(async () => {
    const { session } = new SessionHarness();
    harness = await PanelHarness.create("dark", session);
    await session.openFile(file);
    await harness.settled();
  });
  afterEach(() => harness.session.dispose());

  it("moves the focus to the question, opens what is chosen, and then shows it in fields to change it", async () => {
    expect(harness.question).to.equal("This file has 3 channels. Which one is the recording?");
    expect(harness.focused?.closest("label")?.textContent.trim()).to.equal("DAPI");
    await expect(harness.panel).to.be.accessible();

    harness.field("bright field")!.click();
    harness.button("Open").click();
    await harness.until(({ choice }) => choice?.of === "slice");
    expect(harness.question).to.equal("This file has 12 slices along z. Which one is the recording?");
    expect(harness.focused?.localName).to.equal("select");
    await expect(harness.panel).to.be.accessible();

    (harness.focused as HTMLSelectElement).selectedIndex = 4;
    harness.focused!.dispatchEvent(new Event("change", { bubbles: true }));
    harness.button("Open").click();
    await harness.until(({ stack }) => stack !== null);
    expect(harness.question).to.equal("");
    expect(harness.focused?.id, "the form is gone").to.equal("stack-title");
    expect(harness.field("Channel")?.value).to.equal("bright field");
    expect(harness.field("Slice")?.value).to.equal("slice 4");
    await expect(harness.panel).to.be.accessible();

    await harness.enter("Channel", "Alexa 647");
    await harness.until(({ chosen }) => chosen[0]?.index === 1);
    expect(harness.session.state.chosen.map(({ index }) => index)).to.deep.equal([1, 4]);
  });

  it("gives up on Escape and on Cancel", async () => {
    for (const giveUp of [
      () => harness.focused!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })),
      () => harness.button("Cancel", "slnet-choice-form").click(),
    ]) {
      await harness.session.openFile(file);
      await harness.settled();
      expect(harness.question).to.contain("channels");
      giveUp();
      await harness.settled();
      expect(harness.question).to.equal("");
      expect(harness.session.state.choice).to.equal(null);
      expect(harness.focused?.id).to.equal("stack-title");
    }
  });
});

describe("the panel, with an open stack", () => {
  let harness: PanelHarness;
  beforeEach(async () => {
    const sessionHarness = new SessionHarness();
    harness = await PanelHarness.create("dark", sessionHarness.session);
    await sessionHarness.openSmall();
    await harness.settled();
  });
  afterEach(() => harness.session.dispose());

  it("shows what the file says about the recording, and takes another value until it is undone", async () => {
    expect(harness.metadata("pixelSizeNm").value).to.equal("100");
    expect(harness.metadata("frameIntervalSeconds").value).to.equal("");
    await harness.typeMetadata("pixelSizeNm", "160");
    await harness.typeMetadata("frameIntervalSeconds", "50");
    await harness.typeMetadata("exposureSeconds", "0.1");
    expect(harness.session.state.metadata).to.deep.equal({
      pixelSizeNm: 160,
      frameIntervalSeconds: 0.05,
      exposureSeconds: 0.0001,
    });
    expect(harness.metadataDescription("pixelSizeNm")).to.contain("nm").and.contain("File: 100");
    expect(harness.metadataDescription("frameIntervalSeconds")).to.contain("File: not stated");
    await expect(harness.panel).to.be.accessible();
    await harness.undoMetadata("pixelSizeNm");
    await harness.typeMetadata("frameIntervalSeconds", "");
    expect(harness.metadata("pixelSizeNm").value).to.equal("100");
    expect(harness.focused?.id, "the button is gone").to.equal("pixelSizeNm");
    expect(harness.session.state.metadata).to.deep.equal({ exposureSeconds: 0.0001 });
    await harness.typeMetadata("pixelSizeNm", "");
    expect(harness.session.state.metadata["pixelSizeNm"], "not known, whatever the file says").to.equal(null);
  });

  it("says what is wrong with a value, and keeps the last right one", async () => {
    await harness.typeMetadata("cameraOffsetAdu", "100");
    for (const [text, message] of [
      ["many", 'Camera offset is "many", expected a number such as 12.5, or nothing'],
      ["-1", "Camera offset is -1 ADU, expected 0 to 65535 ADU"],
      ["Infinity", "Camera offset is Infinity ADU, expected 0 to 65535 ADU"],
    ] as const) {
      await harness.typeMetadata("cameraOffsetAdu", text);
      expect(harness.metadata("cameraOffsetAdu").value).to.equal(text);
      expect(harness.metadata("cameraOffsetAdu").getAttribute("aria-invalid")).to.equal("true");
      expect(harness.metadataDescription("cameraOffsetAdu")).to.contain(message);
      expect(harness.session.state.metadata).to.deep.equal({ cameraOffsetAdu: 100 });
    }
    await expect(harness.panel).to.be.accessible();
    await harness.undoMetadata("cameraOffsetAdu");
    expect(harness.metadata("cameraOffsetAdu").getAttribute("aria-invalid")).to.equal("false");
    expect(harness.session.state.metadata).to.deep.equal({});
  });

  it("takes the offset of the camera as the default of saved frames, and an option of its own before that", async () => {
    expect(harness.valueOf("sparseOffsetAdu", "slnet-save-form")).to.equal("0");
    await harness.typeMetadata("cameraOffsetAdu", "100");
    expect(harness.valueOf("sparseOffsetAdu", "slnet-save-form")).to.equal("100");
    await harness.type("sparseOffsetAdu", "7");
    await harness.typeMetadata("cameraOffsetAdu", "200");
    expect(harness.valueOf("sparseOffsetAdu", "slnet-save-form")).to.equal("7");
    await harness.type("sparseOffsetAdu", "");
    expect(harness.valueOf("sparseOffsetAdu", "slnet-save-form")).to.equal("200");
  });

  it("offers formats and compression, and saves in those", async () => {
    expect(harness.button("Save TIFF").disabled).to.equal(true);
    await harness.enter("Format", "ome-tiff");
    await harness.enter("Compression", "deflate");
    await harness.session.clean({ method: "median" });
    await harness.settled();
    expect(harness.button("Save TIFF")).to.equal(undefined);
    harness.button("Save OME-TIFF").click();
    await harness.until(({ saved }) => saved !== null);
    expect(harness.session.state.error).to.equal(null);
    expect(harness.session.state.saved?.name).to.equal("noisy_sparse.ome.tif");
    await expect(harness.panel).to.be.accessible();
  });

  it("asks for an address only when told to, and says what is wrong with one", async () => {
    expect(harness.field("Address")).to.equal(null);
    harness.button("Open URL…").click();
    await harness.settled();
    await expect(harness.panel).to.be.accessible();
    const field = harness.panel.shadowRoot!.querySelector("slnet-open-form")!.shadowRoot!.querySelector("form")!;
    field.querySelector("input")!.value = "ftp://example.org/a.tif";
    field.requestSubmit();
    await harness.settled();
    expect(harness.errorMessage).to.contain('"ftp://example.org/a.tif" is no address');
  });

  it("offers pickers that name the formats it reads", () => {
    const { accept, multiple } = harness.panel
      .shadowRoot!.querySelector("slnet-open-form")!
      .shadowRoot!.querySelector<HTMLInputElement>("#files")!;
    expect(multiple).to.equal(true);
    for (const ending of [
      ".tif",
      ".mrc",
      ".nrrd",
      ".mha",
      ".mhd",
      ".nii",
      ".dax",
      ".inf",
      ".nd2",
      ".raw",
      ".npy",
      ".zip",
    ]) {
      expect(accept.split(",")).to.include(ending);
    }
  });
});
