import { engine as tensorEngine, type KernelBackend } from "@tensorflow/tfjs-core";

import { errorMessage, SlnetError } from "../../core/errors.js";
import type { Engine } from "./engine.js";
import { WebGpuDevice } from "./webgpu-device.js";
import { createWebGpuSeparator } from "./webgpu-separator.js";
import { WebGpuTrainer } from "./webgpu-trainer.js";

/**
 * Our own shaders, on the device that TensorFlow.js computes on too.
 *
 * @throws {@link SlnetError} `unsupported` where there is no such device
 */
export async function startWebGpuEngine(): Promise<Engine> {
  const device = await tensorDevice();
  const gpu = new WebGpuDevice(device);
  const trainer = new WebGpuTrainer(gpu);
  return {
    name: "webgpu",
    adapter: describeAdapter(device),
    createSeparator: (plan) => createWebGpuSeparator(gpu, plan),
    trainStep: (network, frames, batch, options, gradient) => trainer.step(network, frames, batch, options, gradient),
    release: () => trainer.release(),
    // The device stays: it belongs to TensorFlow.js.
    dispose: () => trainer.release(),
  };
}

type WebGpuBackend = KernelBackend & { readonly device: GPUDevice };

let makeBackend: (() => KernelBackend | Promise<KernelBackend>) | undefined;

/**
 * The device of the TensorFlow.js backend. The backend is made and registered without `setBackend`, which would pull the
 * current backend away under another engine that is computing.
 */
async function tensorDevice(): Promise<GPUDevice> {
  const { registry, registryFactory } = tensorEngine();
  await import("@tensorflow/tfjs-backend-webgpu");
  // The import registers it once, and `removeBackend` takes that away for good.
  makeBackend ??= registryFactory["webgpu"]?.factory;
  if (!makeBackend) throw new SlnetError("unsupported", "WebGPU is not available here");
  if (!registry["webgpu"]) {
    try {
      const made = await makeBackend();
      registry["webgpu"] ??= made;
    } catch (error) {
      throw new SlnetError("unsupported", `WebGPU does not start: ${errorMessage(error)}`, { cause: error });
    }
  }
  const backend = registry["webgpu"] as WebGpuBackend;
  // A new start gets a new device.
  void backend.device.lost.then(() => {
    if (registry["webgpu"] === backend) delete registry["webgpu"];
  });
  return backend.device;
}

function describeAdapter({ adapterInfo }: GPUDevice): string {
  const words = adapterInfo && [adapterInfo.vendor, adapterInfo.architecture, adapterInfo.description].filter(Boolean);
  return ["WebGPU", ...new Set(words)].join(" ");
}
