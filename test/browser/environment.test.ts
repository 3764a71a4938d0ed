import { expect } from "@open-wc/testing";

/** Runs a module in a worker and gives the first message that it posts. */
function askWorker(source: string): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.addEventListener("message", (event: MessageEvent<unknown>) => resolve(event.data));
    worker.addEventListener("error", (event) => reject(new Error(event.message || "the worker did not start")));
  });
  return answer.finally(() => {
    worker.terminate();
    URL.revokeObjectURL(url);
  });
}

const tellAdapter = `
  const adapter = await navigator.gpu?.requestAdapter();
  postMessage(adapter ? { vendor: adapter.info.vendor, architecture: adapter.info.architecture } : null);
`;

describe("the test page", () => {
  it("is isolated from other origins, as the demo is", () => {
    expect(crossOriginIsolated).to.equal(true);
  });

  it("lets a module worker share memory", async () => {
    const source = "postMessage([crossOriginIsolated, new SharedArrayBuffer(8).byteLength]);";
    expect(await askWorker(source)).to.deep.equal([true, 8]);
  });

  it("has a WebGPU adapter in a module worker", async function () {
    const adapter = await askWorker(tellAdapter);
    // A browser built without WebGPU cannot run the tests of that engine; say so instead of passing.
    if (adapter === null) this.skip();
    expect(adapter).to.have.property("vendor").that.is.a("string");
  });
});
