import type { Engine } from "./engine.js";
import { loadKernels } from "./kernels.js";
import { createWasmSeparator } from "./wasm-separator.js";
import { WasmTrainer } from "./wasm-trainer.js";

/**
 * Our own kernels on WebAssembly SIMD, one thread: each pass over the pixels does all that can be done in it.
 *
 * @throws {@link SlnetError} `unsupported` where WebAssembly SIMD is missing or forbidden
 */
export async function startWasmEngine(): Promise<Engine> {
  const { module, relaxed } = await loadKernels();
  const trainer = new WasmTrainer(module);
  return {
    name: "wasm",
    adapter: relaxed ? "WebAssembly relaxed SIMD" : "WebAssembly SIMD",
    createSeparator: async (plan) => createWasmSeparator(module, plan),
    trainStep: async (network, frames, batch, options, gradient) =>
      trainer.step(network, frames, batch, options, gradient),
    release: () => trainer.release(),
    dispose: () => trainer.release(),
  };
}
