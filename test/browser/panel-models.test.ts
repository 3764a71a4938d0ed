import { expect } from "@open-wc/testing";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { zipped } from "../../src/core/io/zip-tree.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { model } from "./biased-model.js";
import { PanelHarness } from "./panel-harness.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";

const written = async (name: string): Promise<File> => new File([(await writeModel(name, model)).bytes], name);

/** The package of the model with another picture in place of the expected one, without the checksums that would tell. */
async function wrongPackage(): Promise<File> {
  const { bytes } = await writeModel("a.bioimage.zip", model);
  const zip = await openZip(createBufferSource("a", bytes));
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of zip.paths) {
    const source = (await zip.open(path))!;
    files.set(path, await source.read(0, source.size));
  }
  const description = new TextDecoder().decode(files.get("rdf.yaml"));
  files.set("rdf.yaml", new TextEncoder().encode(description.replace(/^.*\bsha256\b.*\n/gm, "")));
  const expected = files.get("test_low_rank.npy")!;
  new DataView(expected.buffer).setFloat32(expected.length - 4, 12345, true);
  return new File([await zipped(files)], "wrong.zip");
}

function dropped(file: File): DataTransfer {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  return transfer;
}

describe("models of other programs in the panel", () => {
  let harness: SessionHarness;

  beforeEach(() => {
    harness = new SessionHarness();
  });

  afterEach(() => harness.session.dispose());

  it("loads a package of the BioImage Model Zoo, runs its test images and shows the difference", async () => {
    await harness.session.loadModel(await written("a.bioimage.zip"));
    expect(harness.state.error).to.equal(null);
    expect(harness.state.model).to.deep.equal(model);
    const tests = harness.state.notices.filter((notice) => notice.startsWith("Test images"));
    expect(
      tests.map((notice) => /^Test images, (\w+): reproduced, largest difference [\d.e-]+ of \d/.exec(notice)?.[1]),
    ).to.deep.equal(["tensorflow_js", "onnx", "pytorch_state_dict"]);
  });

  it("refuses a package that does not reproduce its test images, and keeps the model at hand", async () => {
    await harness.session.loadModel(await written("a.npz"));
    await harness.session.loadModel(await wrongPackage());
    expect(harness.state.error?.code).to.equal("bad-input");
    expect(harness.state.error?.message).to.match(
      /^model wrong\.zip does not reproduce the test images in it: its weights for tensorflow_js are off by up to 1\.\d+e\+4/,
    );
    expect(harness.state.model).to.deep.equal(model);
  });

  it("knows models among the zip archives and safetensors that are dropped by what is in them", async () => {
    const { bytes } = await writeModel("a.bioimage.zip", model);
    for (const file of [new File([bytes], "theirs.zip"), await written("a.npz"), await written("a.safetensors")]) {
      await harness.session.useModel(null);
      await harness.session.openDropped(dropped(file));
      expect(harness.state.error, file.name).to.equal(null);
      expect(harness.state.model, file.name).to.deep.equal(model);
      expect(harness.state.stack).to.equal(null);
    }
    await harness.session.openDropped(dropped(new File(["PK\u0003\u0004 nothing of the kind"], "a.zip")));
    expect(harness.state.error?.message).to.match(/^a\.zip is a broken zip archive/);
  });

  it("saves the model as the kind of file that is chosen, and reads each back", async () => {
    const panel = await PanelHarness.create("dark", harness.session);
    expect(panel.button("Save model").disabled).to.equal(true);
    await harness.session.openFile(await noisyTiff(12));
    const kinds = panel.field("Save the model as") as HTMLSelectElement;
    expect([...kinds.options].map(({ label }) => label)).to.deep.equal([
      "SLNet (.json)",
      "PyTorch (.pt)",
      "NumPy (.npz)",
      "safetensors",
      "BioImage Model Zoo (.zip)",
    ]);
    for (const { value } of [...kinds.options]) {
      harness.delivered.length = 0;
      await harness.session.useModel(model);
      await panel.enter("Save the model as", value);
      await panel.press("Save model");
      while (harness.delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const { name, file } = harness.delivered[0]!;
      await harness.session.useModel(null);
      await harness.session.loadModel(new File([file], name));
      expect(harness.state.error, name).to.equal(null);
      const found = harness.state.model!;
      if (value === "torch") expect(found.weights.conv1).to.deep.equal(model.weights.conv1.map(Math.fround));
      else expect(found, name).to.deep.equal(model);
    }
  });
});
