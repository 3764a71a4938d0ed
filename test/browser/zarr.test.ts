import { expect } from "@open-wc/testing";

import type { StackInput } from "../../src/protocol/api.js";
import type { SlnetClient } from "../../src/protocol/client.js";
import { createWorkerClient } from "../../src/plugin/worker-client.js";

/** Two frames of 2×3 pixels from 0 to 11, OME-Zarr 0.4, compressed in the archive by Node's zlib. */
const zip =
  "UEsDBBQAAAAIAAAAAAAQBp51EwAAABEAAAAHAAAALnpncm91cKtWqkosKopPyy/KTSxRsjKqBQBQSwMEFAAAAAgAAAAAAG7OtHtKAAAAUgAAAAcAAAAuemF0" +
  "dHJzJcs7CoAwEADRu0wdxMIqV5EUiwYM+MNdJRJyd1HreVNYztmSDjJHxfeFKx6athVP23Q4JH8Bw3HjyATHKCYa7T92senl1FBDfQBQSwMEFAAAAAgAAAAA" +
  "AIL3UKd1AAAAlgAAAAkAAAAwLy56YXJyYXk1jM0KwjAQBt/lOy+o8Ra8+RhFQmi2NJg/dhOhiu8uFb3ODPPC04u4pUr2HdYQdPWNYSdDhs43wryOclfY6fQD" +
  "oW97gMswIMw1N2HVKrBlpERYYkru4dNg2COhSmCBxRVf1Vn0X4aYuWisxSk3L77vExzw/gBQSwMEFAAAAAgAAAAAAJC7s6IOAAAADAAAAAcAAAAwLzAvMC8w" +
  "Y2BgZGBiYGZgYWBlAABQSwMEFAAAAAgAAAAAACQLlw4OAAAADAAAAAcAAAAwLzEvMC8wY2NgZ+Bg4GTgYuBmAABQSwECFAAUAAAACAAAAAAAEAaedRMAAAAR" +
  "AAAABwAAAAAAAAAAAAAAAAAAAAAALnpncm91cFBLAQIUABQAAAAIAAAAAABuzrR7SgAAAFIAAAAHAAAAAAAAAAAAAAAAADgAAAAuemF0dHJzUEsBAhQAFAAA" +
  "AAgAAAAAAIL3UKd1AAAAlgAAAAkAAAAAAAAAAAAAAAAApwAAADAvLnphcnJheVBLAQIUABQAAAAIAAAAAACQu7OiDgAAAAwAAAAHAAAAAAAAAAAAAAAAAEMB" +
  "AAAwLzAvMC8wUEsBAhQAFAAAAAgAAAAAACQLlw4OAAAADAAAAAcAAAAAAAAAAAAAAAAAdgEAADAvMS8wLzBQSwUGAAAAAAUABQALAQAAqQEAAAAA";

/** One frame of 2×3 pixels from 0 to 5, as these codecs of numcodecs write it. */
const chunks = { zstd: "KLUv/SAMYQAAAAABAAIAAwAEAAUA", blosc: "AgEzBAwAAAAMAAAAHAAAAAAAAQACAAMABAAFAA==" };

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function folderWith(id: keyof typeof chunks): StackInput {
  const metadata = {
    zarr_format: 2,
    shape: [2, 3],
    chunks: [2, 3],
    dtype: "<u2",
    compressor: { id },
    fill_value: 0,
    order: "C",
    filters: null,
  };
  return {
    type: "folder",
    name: "frame.zarr",
    files: [
      { path: ".zarray", file: new Blob([JSON.stringify(metadata)]) },
      { path: "0.0", file: new Blob([bytesOf(chunks[id])]) },
    ],
  };
}

describe("OME-Zarr in the page", () => {
  let client: SlnetClient;

  before(async () => {
    client = await createWorkerClient({ workerUrl: "/dist/slnet.worker.js" });
  });

  after(() => {
    client.dispose();
  });

  it("is read from a compressed zip", async () => {
    const stack = await client.openStack({ type: "file", name: "stack.zarr.zip", file: new Blob([bytesOf(zip)]) });
    expect(stack.description.format).to.equal("zarr");
    expect([...(await stack.readFrame(1))]).to.deep.equal([6, 7, 8, 9, 10, 11]);
    await stack.close();
  });

  for (const id of ["zstd", "blosc"] as const) {
    it(`is read from a folder with chunks of ${id}`, async () => {
      const input = folderWith(id) as Extract<StackInput, { type: "folder" }>;
      const stack = await client.openStack(input);
      expect([...(await stack.readFrame(0))]).to.deep.equal([0, 1, 2, 3, 4, 5]);
      await stack.close();
    });
  }

  it("is refused where a web server has none", async () => {
    let message = "";
    await client.openStack({ type: "url", url: new URL("/none.zarr", location.href).href }).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.contain("none.zarr is not a Zarr folder");
  });
});
