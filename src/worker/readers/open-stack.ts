import { SlnetError } from "../../core/errors.js";
import type { ByteSource, StackReader } from "../../core/frames.js";
import { openSimulation } from "../../core/io/simulated-reader.js";
import { openTiff } from "../../core/io/tiff-reader.js";
import { createSimulationOptions } from "../../core/simulation.js";
import type { RemoteFrames, StackInput } from "../../protocol/api.js";
import type { ItkFormat, Platform } from "../platform/platform.js";
import { openItkStack } from "./itk-reader.js";
import { openRemoteStack } from "./remote-reader.js";

/** Opens a stack by what its first bytes say, not by its name. */
export async function openStack(
  input: StackInput,
  frames: RemoteFrames | null,
  platform: Platform,
  assetsBaseUrl: string,
): Promise<StackReader> {
  switch (input.type) {
    case "simulated":
      return openSimulation(createSimulationOptions(input.options));
    case "frames":
      if (!frames)
        throw new SlnetError("bad-input", `${input.name} came without its frames, expected a source of frames`);
      return openRemoteStack(frames, input.shape, input.name);
    case "file":
    case "path": {
      const source = await platform.openSource(input);
      try {
        const format = await formatOf(source);
        if (format === "tiff") return await openTiff(source);
        return await openItkStack(format, source, platform, assetsBaseUrl);
      } catch (error) {
        await source.close();
        throw error;
      }
    }
    default:
      input satisfies never;
      throw new SlnetError("bad-input", `there is no stack input of type ${(input as StackInput).type}`);
  }
}

/** Position of the letters `MAP ` in an MRC header, of the 2014 format and later. */
const mrcMark = 208;

async function formatOf(source: ByteSource): Promise<"tiff" | ItkFormat> {
  if (source.size === 0) throw new SlnetError("bad-input", `${source.name} is empty, expected a TIFF stack`);
  const head = await source.read(0, 1024);
  const text = String.fromCharCode(...head);
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (text.startsWith("NRRD00")) return "nrrd";
  if (text.startsWith("MAP", mrcMark)) return "mrc";
  if (/^\s*(ObjectType|NDims)\s*=/m.test(text)) {
    if (/\.mhd$/i.test(source.name)) {
      throw new SlnetError("unsupported", `${source.name} keeps its pixels in a second file; save it as one .mha file`);
    }
    return "meta";
  }
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SlnetError(
    "bad-input",
    `${source.name} is not a stack that can be read: it starts with bytes ${start}; expected TIFF, MHA, NRRD or MRC`,
  );
}
