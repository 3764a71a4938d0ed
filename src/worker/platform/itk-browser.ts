import { runPipeline } from "itk-wasm";

import type { ByteSource } from "../../core/frames.js";
import { itkArguments, itkImageOf, itkInput, itkOutputs } from "./itk-call.js";
import type { ItkFormat, ItkImage } from "./platform.js";

/** Runs in this worker: a nested one would need a script address of its own. Pipelines come from `assetsBaseUrl`. */
export async function readItkImage(format: ItkFormat, source: ByteSource, assetsBaseUrl: string): Promise<ItkImage> {
  const input = await itkInput(format, source);
  const result = await runPipeline(`${format}-read-image`, itkArguments(input), itkOutputs, [input], {
    pipelineBaseUrl: new URL("itk", assetsBaseUrl).href,
    pipelineQueryParams: {},
    webWorker: false,
  });
  return itkImageOf(source.name, result);
}
