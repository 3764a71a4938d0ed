/**
 * Gives Node the WebGPU of the npm package `webgpu`, which is no dependency: `npm install --no-save webgpu`.
 *
 * @returns {Promise<boolean>} whether the package is there; an adapter is another question
 */
export async function provideWebGpu() {
  const name = "webgpu";
  const found = await import(name).catch((error) => {
    if (error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  });
  if (!found) return false;
  const { create, globals } = found;
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), userAgent: "node" };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
  return true;
}
