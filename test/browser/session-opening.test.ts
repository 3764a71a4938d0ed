import { expect } from "@open-wc/testing";

import { errorMessage } from "../../src/core/errors.js";
import { takeDropped } from "../../src/plugin/dropped-files.js";
import { planStack } from "../../src/plugin/stack-files.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";
import { severalStacks } from "./several-stacks.js";

const channels = { of: "channel", labels: ["DAPI", "Alexa 647", "bright field"] } as const;
const series = { of: "series", labels: ["overview", "recording"] } as const;
/** Two images of three channels, 2 and 7 times. */
const several = severalStacks("several.ome.tif", [
  { name: "overview", slices: 1, times: 2 },
  { name: "recording", slices: 1, times: 7 },
]);

/** What is opened of files with these paths, as one line. */
function planned(...paths: readonly string[]): string {
  const { first } = planStack(paths.map((path) => ({ path, file: new Blob([path]) })));
  const { source, others } = first;
  const rest = others === 0 ? "" : `, ${others} left`;
  if (source.type === "folder")
    return `folder ${source.name}: ${source.files.map(({ path }) => path).join(" ")}${rest}`;
  if (source.type !== "file") return source.type;
  const beside = source.neighbours?.map(({ path }) => path).join(" ") ?? "nothing";
  return `${source.name} beside ${beside}${rest}`;
}

describe("the stack among several files", () => {
  for (const [paths, expected] of [
    [["a.tif"], "a.tif beside nothing"],
    [["unknown.bin"], "unknown.bin beside nothing"],
    [["run.inf", "run.dax"], "run.dax beside run.inf run.dax"],
    [["run.yaml", "run.raw"], "run.raw beside run.yaml run.raw"],
    [["run.raw", "run.mhd"], "run.mhd beside run.raw run.mhd"],
    [["run.RAW", "run.nhdr"], "run.nhdr beside run.RAW run.nhdr"],
    [["b10.tif", "b2.tif"], "b2.tif beside b10.tif b2.tif, 1 left"],
    [["b.nd2", "notes.txt", "a.npy"], "a.npy beside b.nd2 notes.txt a.npy, 1 left"],
    [
      ["s_MMStack_1.ome.tif", "s_MMStack.ome.tif", "s_metadata.txt"],
      "s_MMStack.ome.tif beside s_MMStack_1.ome.tif s_MMStack.ome.tif s_metadata.txt",
    ],
    [
      ["d/a.tif", "d/b.ome.tif", "d/run.companion.ome", "e/c.tif"],
      "run.companion.ome beside a.tif b.ome.tif run.companion.ome, 1 left",
    ],
    [["x.zarr/.zattrs", "x.zarr/0/.zarray", "x.zarr/0/0.0.0"], "folder x.zarr: .zattrs 0/.zarray 0/0.0.0"],
    [["plain/zarr.json", "plain/0/zarr.json", "plain/0/c/0/0/0"], "folder plain: zarr.json 0/zarr.json 0/c/0/0/0"],
    [["d/b.zarr/zarr.json", "d/a.zarr/0/0.0", "d/read me.txt"], "folder a.zarr: 0/0.0, 1 left"],
    [["day/.DS_Store", "day/Thumbs.db", "day/__MACOSX/a.tif", "day/b.tif"], "b.tif beside nothing"],
    [["day/two/a.dax", "day/one/a.dax", "day/one/a.inf"], "a.dax beside a.dax a.inf, 1 left"],
  ] as const) {
    it(`is ${expected}`, () => expect(planned(...paths)).to.equal(expected));
  }

  it("is a folder of frames where the first TIFF has a single one", () => {
    const paths = ["f/img_10.tif", "f/img_9.tif", "f/notes.txt", "f/movie.nd2"];
    const { framesAsFiles } = planStack(paths.map((path) => ({ path, file: new Blob() })));
    expect(framesAsFiles?.others).to.equal(1);
    expect(framesAsFiles?.source.type === "folder" && framesAsFiles.source.name).to.equal("f");
    expect(framesAsFiles?.source.type === "folder" && framesAsFiles.source.files.map(({ path }) => path)).to.deep.equal(
      ["img_9.tif", "img_10.tif"],
    );
    expect(planStack([{ path: "img.tif", file: new Blob() }]).framesAsFiles).to.equal(null);
  });

  it("is none among no files, or only those of the system", () => {
    for (const paths of [[], ["f/.DS_Store"]]) expect(() => planned(...paths)).to.throw("there is no file");
  });
});

describe("a session that opens", () => {
  let harness: SessionHarness;
  beforeEach(() => (harness = new SessionHarness()));
  afterEach(() => harness.session.dispose());

  it("opens the first of several stacks and says that the others stay closed", async () => {
    const files = [await noisyTiff(5, "b.tif"), await noisyTiff(4, "a.tif")];
    await harness.session.openFiles(files.map((file) => ({ path: file.name, file })));
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.name).to.equal("a.tif");
    expect(harness.state.stack?.shape.frames).to.equal(4);
    expect(harness.state.notices).to.deep.equal(["a.tif is the first of 2 stacks; the others stay closed."]);
  });

  it("opens dropped files, and takes a JSON file alone as a model", async () => {
    const dropped = new DataTransfer();
    dropped.items.add(await noisyTiff(3, "a.tif"));
    await harness.session.openDropped(dropped);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.shape.frames).to.equal(3);
    const model = new DataTransfer();
    model.items.add(new File(["{}"], "model.json"));
    await harness.session.openDropped(model);
    expect(harness.state.error?.message).to.contain("model model.json is not an SLNet model file");
    expect(harness.state.stack?.name).to.equal("a.tif");
  });

  it("opens dropped TIFF files by the companion file among them", async () => {
    const text =
      `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ` +
      `DimensionOrder="XYZCT" Type="uint16" SizeX="1" SizeY="1" SizeZ="1" SizeC="1" SizeT="5">` +
      `<TiffData IFD="0" FirstT="0" PlaneCount="2"><UUID FileName="b.tif">urn:uuid:b</UUID></TiffData>` +
      `<TiffData IFD="0" FirstT="2" PlaneCount="3"><UUID FileName="a.tif">urn:uuid:a</UUID></TiffData></Pixels></Image></OME>`;
    const dropped = new DataTransfer();
    dropped.items.add(await noisyTiff(3, "a.tif"));
    dropped.items.add(await noisyTiff(2, "b.tif"));
    dropped.items.add(new File([text], "run.companion.ome"));
    await harness.session.openDropped(dropped);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.name).to.equal("run.companion.ome");
    expect(harness.state.stack?.shape.frames).to.equal(5);
    expect(harness.state.notices).to.deep.equal([]);
  });

  it("refuses a drop without files, and more files than it takes", async () => {
    const text = new DataTransfer();
    text.items.add("https://example.org", "text/plain");
    await harness.session.openDropped(text);
    expect(harness.state.error?.message).to.contain("there is no file in what was given");
    const one = new File(["x"], "x");
    await harness.session.openFiles(Array.from({ length: 100_001 }, (_, index) => ({ path: `f/${index}`, file: one })));
    expect(harness.state.error?.message).to.contain("more than 100,000 files");
    expect(harness.state.activity).to.equal("idle");
  });

  it("stops looking through folders when it is cancelled", async () => {
    const dropped = new DataTransfer();
    dropped.items.add(await noisyTiff(3));
    const reason = new Error("enough");
    const refusal = await takeDropped(dropped)(AbortSignal.abort(reason), () => undefined).then(
      () => "read",
      errorMessage,
    );
    expect(refusal).to.equal("enough");
  });

  it("takes only addresses of web servers", async () => {
    for (const wrong of ["", "a.tif", "file:///etc/passwd", "javascript:alert(1)"]) {
      await harness.session.openUrl(wrong);
      expect(harness.state.error?.message).to.equal(
        `"${wrong}" is no address, expected one that begins with https:// or http://`,
      );
    }
    expect(harness.workersStarted, "nothing is fetched").to.equal(0);
  });

  it("says what it reads, and can be cancelled while it does", async () => {
    const opening = harness.session.openFile(await noisyTiff(5));
    await harness.until(({ opening: state }) => state?.name === "noisy.tif");
    expect(harness.state.activity).to.equal("opening");
    harness.session.cancel();
    expect(harness.state).to.include({ activity: "idle", opening: null, outcome: "Opening was stopped." });
    await opening;
    expect(harness.state.stack).to.equal(null);
    expect(harness.state.error).to.equal(null);
  });
});

describe("a session with a file that holds several stacks", () => {
  let harness: SessionHarness;
  afterEach(() => harness.session.dispose());

  it("asks one choice after the other, and keeps the open stack and its result meanwhile", async () => {
    harness = new SessionHarness();
    await harness.openSmallLayer();
    await harness.session.clean({ method: "median" });
    const { result } = harness.state;
    expect(result?.done).to.equal(40);

    await harness.session.openFile(several);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.choice).to.deep.equal({ ...series, name: "several.ome.tif" });
    expect(harness.state.activity).to.equal("idle");
    expect(harness.state.result).to.equal(result);
    expect(await harness.samples("Sparse", 3)).to.not.equal(null);

    await harness.session.choose(1);
    expect(harness.state.choice?.of).to.equal("channel");
    expect(harness.state.stack?.name).to.equal("noisy");
    await harness.session.choose(2);
    expect(harness.state.choice).to.equal(null);
    expect(harness.state.stack?.shape.frames).to.equal(7);
    // Six pages of the other image, and three channels a time.
    expect((await harness.samples("several.ome.tif", 3))?.[0]).to.equal(6 + 3 * 3 + 2);
    expect(harness.state.chosen).to.deep.equal([
      { ...series, index: 1 },
      { ...channels, index: 2 },
    ]);
    expect(harness.state.result).to.equal(null);
  });

  it("gives up a choice without a trace", async () => {
    harness = new SessionHarness();
    await harness.openSmall();
    await harness.session.openFile(several);
    expect(harness.state.choice?.name).to.equal("several.ome.tif");
    harness.session.dismissChoice();
    expect(harness.state.choice).to.equal(null);
    expect(harness.state.stack?.name).to.equal("noisy.tif");
    await harness.session.choose(1);
    expect(harness.state.stack?.name, "there is nothing to answer").to.equal("noisy.tif");
  });

  it("takes another channel of the open file, and asks again for the channel of another series", async () => {
    harness = new SessionHarness();
    await harness.session.openFile(several);
    await harness.session.choose(0);
    await harness.session.choose(0);
    harness.session.describe({ exposureSeconds: 0.02 });
    await harness.session.changePart("channel", 1);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.chosen.map(({ index }) => index)).to.deep.equal([0, 1]);
    expect(harness.state.metadata, "the same camera").to.deep.equal({ exposureSeconds: 0.02 });
    await harness.session.changePart("series", 1);
    expect(harness.state.choice?.of).to.equal("channel");
    expect(
      harness.state.chosen.map(({ index }) => index),
      "until it is answered",
    ).to.deep.equal([0, 1]);
    await harness.session.choose(2);
    expect(harness.state.chosen.map(({ index }) => index)).to.deep.equal([1, 2]);
  });
});

describe("the metadata of a session", () => {
  let harness: SessionHarness;
  beforeEach(async () => {
    harness = new SessionHarness();
    await harness.openSmall();
  });
  afterEach(() => harness.session.dispose());

  it("scales the layers, in place of what the file says, and goes back to it", async () => {
    expect(harness.layer("noisy.tif")?.scale).to.deep.equal([1, 100, 100]);
    harness.session.describe({ pixelSizeNm: 160, frameIntervalSeconds: 0.05 });
    expect(harness.layer("noisy.tif")?.scale).to.deep.equal([0.05, 160, 160]);
    expect(harness.layer("noisy.tif")?.units).to.deep.equal(["s", "nm", "nm"]);
    await harness.session.clean({ method: "median" });
    expect(harness.layer("Sparse")?.scale).to.deep.equal([0.05, 160, 160]);
    harness.session.describe({ pixelSizeNm: undefined, frameIntervalSeconds: undefined });
    expect(harness.layer("Sparse")?.scale).to.deep.equal([1, 100, 100]);
    expect(harness.state.metadata).to.deep.equal({});
    harness.session.describe({ pixelSizeNm: null });
    expect(harness.layer("noisy.tif")?.units, "not known after all").to.deep.equal(["frame", "pixel", "pixel"]);
  });

  it("is checked, and gone with the next stack", async () => {
    harness.session.describe({ pixelSizeNm: -1 });
    expect(harness.state.error?.message).to.equal("Pixel size is -1 nm, expected above 0, at most 1000000 nm");
    expect(harness.state.metadata).to.deep.equal({});
    harness.session.describe({ cameraOffsetAdu: 100 });
    await harness.openSmall();
    expect(harness.state.metadata).to.deep.equal({});
  });

  it("gives the saved frames the offset of the camera, unless an option says otherwise", async () => {
    await harness.session.clean({ method: "median" });
    const spot = (await harness.samples("Sparse", 6))![5 * 20 + 5]!;
    harness.session.describe({ cameraOffsetAdu: 100 });
    await harness.session.save();
    expect((await (await harness.savedTiff()).frame(6))[5 * 20 + 5]).to.equal(Math.round(spot + 100));
    expect(harness.state.saved?.offsetAdu).to.equal(100);
    await harness.session.save({ type: "float32" });
    expect(harness.state.saved?.offsetAdu, "floats hold what is below zero").to.equal(0);
    harness.session.configure({ sparseOffsetAdu: 7 });
    await harness.session.save();
    expect((await (await harness.savedTiff()).frame(6))[5 * 20 + 5]).to.equal(Math.round(spot + 7));
  });

  it("is written into what is saved, in each format of TIFF", async () => {
    harness.session.describe({ pixelSizeNm: 160, frameIntervalSeconds: 0.05 });
    await harness.session.clean({ method: "median" });
    const expected = await harness.samples("Sparse", 6);
    for (const [format, ending] of [
      ["tiff", "_sparse.tif"],
      ["ome-tiff", "_sparse.ome.tif"],
    ] as const) {
      await harness.session.save({ format, type: "float32" });
      expect(harness.state.error).to.equal(null);
      const { name, file } = harness.delivered.at(-1)!;
      expect(name).to.equal(`noisy${ending}`);
      const other = new SessionHarness();
      await other.session.openFile(new File([file], name));
      expect(other.state.error?.message, name).to.equal(undefined);
      expect(other.state.stack).to.include({ pixelSizeNm: 160 });
      expect(await other.samples(name, 6)).to.deep.equal(expected);
      const text = await file.text();
      expect(text).to.match(format === "tiff" ? /finterval=0\.05/ : /TimeIncrement="0\.05"/);
      other.session.dispose();
    }
    await harness.session.save({ compression: "deflate" });
    expect(harness.state.error).to.equal(null);
    const pixels = 40 * 24 * 20;
    expect(harness.state.saved?.bytes, "fewer than the pixels have").to.be.below(2 * pixels);
  });

  it("is written into what is saved as arrays for Python too, where they have a place for it", async () => {
    harness.session.describe({ pixelSizeNm: 160 });
    await harness.session.clean({ method: "median" });
    const expected = await harness.samples("Sparse", 6);
    for (const format of ["npy", "npz", "safetensors"] as const) {
      await harness.session.save({ format, type: "float32" });
      expect(harness.state.error).to.equal(null);
      const { name, file } = harness.delivered.at(-1)!;
      expect(name).to.equal(`noisy_sparse.${format}`);
      const other = new SessionHarness();
      await other.session.openFile(new File([file], name));
      expect(other.state.error?.message, name).to.equal(undefined);
      expect(other.state.stack).to.include({ format, pixelSizeNm: format === "npy" ? null : 160 });
      expect(await other.samples(name, 6)).to.deep.equal(expected);
      other.session.dispose();
    }
  });

  it("saves to a file that a person chose, and leaves what was in it when saving is cancelled", async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("chosen.tif", { create: true });
    await harness.session.clean({ method: "median" });
    await harness.session.save({ handle });
    expect(harness.state.error).to.equal(null);
    expect(harness.delivered).to.have.length(0);
    await harness.session.save();
    const written = await handle.getFile();
    expect(harness.state.saved?.bytes).to.equal(written.size);
    expect(await written.text()).to.equal(await harness.delivered[0]!.file.text());

    const saving = harness.session.save({ handle });
    await harness.until(({ activity }) => activity === "saving");
    harness.session.cancel();
    await saving;
    expect((await handle.getFile()).size).to.equal(written.size);
    await folder.removeEntry("chosen.tif");
  });
});
