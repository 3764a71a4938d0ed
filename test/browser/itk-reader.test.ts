import { expect } from "@open-wc/testing";

import { isSlnetError } from "../../src/core/errors.js";
import { createWorkerClient, type WorkerOptions } from "../../src/plugin/worker-client.js";
import type { ClientStack, SlnetClient, StackSource } from "../../src/protocol/client.js";

const workerUrl = "/dist/slnet.worker.js";
const [width, height, frames] = [64, 48, 20] as const;
const pixels = width * height;
const values = Uint16Array.from({ length: pixels * frames }, (_, index) => (index * 7919) % 65521);

async function compressed(bytes: BlobPart, format: "gzip" | "deflate"): Promise<Blob> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Response(stream).blob();
}

const nrrdFile = async (encoding: "raw" | "gzip"): Promise<File> => {
  const header = `NRRD0004\ntype: uint16\ndimension: 3\nsizes: ${width} ${height} ${frames}\nendian: little\nencoding: ${encoding}\n\n`;
  return new File([header, encoding === "gzip" ? await compressed(values, "gzip") : values], `${encoding}.nrrd`);
};

const metaText = (pixelFile: string, more = ""): string =>
  `ObjectType = Image\nNDims = 3\nDimSize = ${width} ${height} ${frames}\nElementType = MET_USHORT\n${more}ElementDataFile = ${pixelFile}\n`;

async function metaFile(damage = false): Promise<File> {
  const bytes = new Uint8Array(await (await compressed(values, "deflate")).arrayBuffer());
  if (damage) bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 8);
  return new File(
    [metaText("LOCAL", `CompressedData = True\nCompressedDataSize = ${bytes.length}\n`), bytes],
    "zlib.mha",
  );
}

async function niftiFile(): Promise<File> {
  const header = new DataView(new ArrayBuffer(352));
  header.setInt32(0, 348, true);
  [3, width, height, frames, 1, 1, 1, 1].forEach((size, index) => header.setInt16(40 + 2 * index, size, true));
  header.setInt16(70, 512, true);
  header.setFloat32(108, 352, true);
  new Uint8Array(header.buffer).set(new TextEncoder().encode("n+1"), 344);
  return new File([await compressed(await new Blob([header, values]).arrayBuffer(), "gzip")], "gzip.nii.gz");
}

const opening = (file: File): StackSource => ({ type: "file", file, name: file.name });

async function expectValues(stack: ClientStack): Promise<void> {
  expect({ ...stack.description.shape }).to.deep.equal({ frames, height, width, type: "uint16" });
  for (const frame of [0, frames - 1]) {
    const found = await stack.readFrame(frame);
    const wanted = values.subarray(frame * pixels, (frame + 1) * pixels);
    expect(found.length).to.equal(pixels);
    expect(
      found.every((value, index) => value === wanted[index]),
      `frame ${frame}`,
    ).to.equal(true);
  }
}

describe("volume formats in a page", () => {
  let client: SlnetClient | null = null;
  const start = async (options: WorkerOptions = { workerUrl }): Promise<SlnetClient> => {
    client = await createWorkerClient(options);
    return client;
  };
  afterEach(() => {
    client?.dispose();
    client = null;
  });

  it("are read from the file where they are raw, and through a nested worker where they are compressed", async () => {
    const opener = await start();
    for (const file of [await nrrdFile("raw"), await nrrdFile("gzip"), await metaFile(), await niftiFile()]) {
      const stack = await opener.openStack(opening(file));
      expect(stack.description.notices, file.name).to.deep.equal([]);
      await expectValues(stack);
      await stack.close();
    }
  });

  it("find their pixels in the file that was chosen with the header", async () => {
    const opener = await start();
    const file = new File([metaText("pixels.raw")], "header.mhd");
    const neighbours = [{ path: "pixels.raw", file: new File([values], "pixels.raw") }];
    await expectValues(await opener.openStack({ type: "file", file, name: file.name, neighbours }));
    let error: unknown;
    await opener.openStack(opening(file)).catch((caught: unknown) => (error = caught));
    expect(isSlnetError(error, "bad-input")).to.equal(true);
    expect(String(error)).to.match(/"pixels\.raw", which is not beside it/);
  });

  it("are read in the worker itself, with a notice, where it can have no worker", async () => {
    const script = `import ${JSON.stringify(new URL(workerUrl, location.href).href)}; delete self.Worker;`;
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const opener = await start({ workerFactory: () => new Worker(url, { type: "module" }) });
    for (const file of [await nrrdFile("gzip"), await metaFile()]) {
      const stack = await opener.openStack(opening(file));
      expect(stack.description.notices.join()).to.match(/No worker could be started for reading/);
      await expectValues(stack);
    }
  });

  it("are refused where their pixels are damaged, and the worker reads on", async () => {
    const opener = await start();
    const stack = await opener.openStack(opening(await metaFile(true)));
    let error: unknown;
    await stack.readFrame(0).catch((caught: unknown) => (error = caught));
    expect(isSlnetError(error, "bad-input"), String(error)).to.equal(true);
    expect(String(error)).to.match(/zlib\.mha could not be read/);
    await expectValues(await opener.openStack(opening(await nrrdFile("gzip"))));
  });
});
