/** What a WebGPU adapter that computes on the processor calls itself. */
const softwareAdapter = /swiftshader|llvmpipe|lavapipe|software/i;

/**
 * The WebGPU adapter of this thread, in words, or `null`.
 *
 * @returns {Promise<{description: string, software: boolean} | null>}
 */
export async function describeWebGpu() {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const words = [...new Set([vendor, architecture, device, description])].filter(Boolean).join(" ");
  return { description: words, software: Boolean(isFallbackAdapter) || softwareAdapter.test(words) };
}
