import { SlnetError } from "../errors.js";
import { createBufferSource } from "../io/buffer-source.js";
import { openZip } from "../io/zip-folder.js";
import type { Network } from "../network.js";
import type { PackageFile, WeightKind } from "./package-description.js";
import { insidePath, largestPackageFile, type PackageFolder } from "./package-folder.js";

/**
 * The network of one kind of weights of a package.
 *
 * @throws {@link SlnetError} `bad-input` where the file is broken or another one; `unsupported` where it holds another network
 */
export async function readPackageWeights(folder: PackageFolder, kind: WeightKind, file: PackageFile): Promise<Network> {
  const bytes = await folder.read(file);
  const name = `${file.source} in ${folder.name}`;
  switch (kind) {
    case "onnx": {
      const { readOnnx } = await import("../onnx/onnx-reader.js");
      return readOnnx(name, bytes);
    }
    case "tensorflow_js": {
      const { readTfjs } = await import("../tfjs/tfjs-reader.js");
      if (bytes[0] !== 0x50) {
        // Not in an archive: model.json with its weights beside it.
        const parent = file.source.slice(0, file.source.lastIndexOf("/") + 1);
        return readTfjs(file.source.slice(parent.length), (path) => folder.open(parent + path));
      }
      const zip = await openZip(createBufferSource(name, bytes));
      const [json, ...more] = [...zip.paths].filter((path) => /(?:^|\/)model\.json$/.test(path));
      if (json === undefined || more.length > 0) {
        throw new SlnetError(
          "unsupported",
          `${name} has ${json === undefined ? "no" : "several"} model.json, expected one`,
        );
      }
      const parent = json.slice(0, json.lastIndexOf("/") + 1);
      return readTfjs(json.slice(parent.length), (path) =>
        zip.open(parent + insidePath(name, path), largestPackageFile),
      );
    }
    case "pytorch_state_dict":
    case "torchscript": {
      const { readTorchFile } = await import("../torch/torch-file.js");
      const { networkOfTorch } = await import("../torch/torch-model.js");
      return networkOfTorch(await readTorchFile(createBufferSource(name, bytes)));
    }
    default:
      return kind satisfies never;
  }
}
