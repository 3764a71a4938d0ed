// Made by the bundler: see rollup.config.mjs.

declare module "slnet-kernels/simd" {
  /** The WebAssembly kernels of src/kernels/assembly. */
  export const base64: string;
}

/** The same with relaxed SIMD, which not every runtime compiles. */
declare module "slnet-kernels/relaxed-simd" {
  export const base64: string;
}

/** What makes frames smaller: src/kernels/assembly/shrink.ts. */
declare module "slnet-kernels/shrink" {
  export const base64: string;
}

declare module "*.wgsl" {
  const source: string;
  export default source;
}
