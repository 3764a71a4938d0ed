import { errorMessage, SlnetError } from "../../core/errors.js";
import type { TiffCodecs } from "../../core/io/tiff-codecs.js";
import { tiffCompressions } from "../../core/io/tiff-tags.js";
import { zstandardSize } from "./zstandard-size.js";

/** Decoders that few files need, each loaded with the first strip that does. */
export const tiffCodecs: TiffCodecs = {
  async zstandard(bytes, most) {
    const size = zstandardSize(bytes);
    if (size > most) {
      throw new SlnetError(
        "bad-input",
        `its Zstandard frame holds ${size} bytes, more than the ${most} bytes expected`,
      );
    }
    const { default: Zstandard } = await import("numcodecs/zstd");
    const unpacked = await decodeZstandard(() => Zstandard.fromConfig({ id: "zstd" }).decode(bytes));
    // The size is estimated where the frame does not state it.
    if (unpacked.length <= most) return unpacked;
    throw new SlnetError(
      "bad-input",
      `its Zstandard frame holds ${unpacked.length} bytes, more than the ${most} bytes expected`,
    );
  },

  async jpeg(bytes, tables) {
    const { getDecoder } = await import("geotiff");
    const parameters = {
      tileWidth: 0,
      tileHeight: 0,
      predictor: 1,
      bitsPerSample: 8,
      planarConfiguration: 1,
      ...(tables && { JPEGTables: tables }),
    };
    try {
      const decoder = await getDecoder(tiffCompressions.jpeg, parameters);
      // It wants the buffer, and `bytes` may be a part of a larger one.
      return new Uint8Array((await decoder.decode(new Uint8Array(bytes).buffer)) as ArrayBuffer);
    } catch (error) {
      throw new SlnetError("bad-input", `its JPEG is damaged: ${errorMessage(error)}`, { cause: error });
    }
  },
};

async function decodeZstandard(decode: () => Promise<Uint8Array> | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  try {
    // Out of the memory of the decoder, which it uses again.
    return new Uint8Array(await decode());
  } catch (error) {
    throw new SlnetError("bad-input", `its Zstandard frame is damaged: ${errorMessage(error)}`, { cause: error });
  }
}
