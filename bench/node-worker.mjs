// The built worker of the command line, with WebGPU where the package `webgpu` is installed.
import { provideWebGpu } from "./node-webgpu.mjs";

await provideWebGpu();
await import("../dist/cli/worker.js");
