/** Whether the engine computes on a WebGPU adapter that is no graphics card. */
export function isSoftware({ webGpu }, engine) {
  return engine.endsWith("webgpu") && webGpu !== null && webGpu.software;
}

/**
 * Engines whose whole training is measured: those whose 1212 steps are a matter of a minute. `tfjs-cpu` and WebGPU on the
 * processor take many.
 */
export function trainingRivals(engines) {
  const names = engines.adapters.map(({ engine }) => engine);
  return names.filter((name) => name !== "wasm" && name !== "tfjs-cpu" && !isSoftware(engines, name));
}
