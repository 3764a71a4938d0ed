import { fileURLToPath } from "node:url";

import { runPipelineNode } from "itk-wasm";

import type { ByteSource } from "../../core/frames.js";
import { itkArguments, itkImageOf, itkInput, itkOutputs } from "./itk-call.js";
import type { ItkFormat, ItkImage } from "./platform.js";

export async function readItkImage(format: ItkFormat, source: ByteSource, assetsBaseUrl: string): Promise<ItkImage> {
  const input = await itkInput(format, source);
  const pipeline = fileURLToPath(new URL(`itk/${format}-read-image`, assetsBaseUrl));
  const result = await runPipelineNode(pipeline, itkArguments(input), itkOutputs, [input]);
  return itkImageOf(source.name, result);
}
