import { InterfaceTypes, type PipelineInput, type PipelineOutput } from "itk-wasm";

import { SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";
import type { ItkFormat, ItkImage } from "./platform.js";

/** itk-wasm holds the file, its copy inside WASM and the decoded image at once: about six times the file. */
const largestFileBytes = 300e6;

interface BinaryFileInput extends PipelineInput {
  readonly data: { readonly path: string; readonly data: Uint8Array };
}

export const itkOutputs: PipelineOutput[] = [{ type: InterfaceTypes.JsonCompatible }, { type: InterfaceTypes.Image }];

/** @throws {@link SlnetError} `unsupported` for a file larger than 300 MB, before a byte of it is read */
export async function itkInput(format: ItkFormat, source: ByteSource): Promise<BinaryFileInput> {
  if (source.size > largestFileBytes) {
    throw new SlnetError(
      "unsupported",
      `${source.name} has ${Math.round(source.size / 1e6)} MB, ${format.toUpperCase()} files are read up to ${largestFileBytes / 1e6} MB; convert it to TIFF`,
    );
  }
  // The reader goes by the extension; the rest of the name is the user's and stays out of the virtual file system.
  const extension = { meta: "mha", nrrd: "nrrd", mrc: "mrc" }[format];
  return {
    type: InterfaceTypes.BinaryFile,
    data: { path: `stack.${extension}`, data: await source.read(0, source.size) },
  };
}

export function itkArguments(input: BinaryFileInput): string[] {
  return [input.data.path, "0", "1", "--memory-io"];
}

/** @throws {@link SlnetError} `bad-input` where the pipeline could not read the file */
export function itkImageOf(
  name: string,
  result: { returnValue: number; stderr: string; outputs: readonly (PipelineOutput | undefined)[] },
): ItkImage {
  const [couldRead, image] = result.outputs;
  if (result.returnValue !== 0 || couldRead?.data === false || !image?.data) {
    const reason = result.stderr.trim().split("\n").at(-1) ?? "";
    throw new SlnetError("bad-input", `${name} could not be read${reason === "" ? "" : `: ${reason.slice(0, 300)}`}`);
  }
  return image.data as unknown as ItkImage;
}
