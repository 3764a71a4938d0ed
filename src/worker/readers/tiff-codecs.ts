import { errorMessage, SlnetError } from "../../core/errors.js";
import type { TiffCodecs } from "../../core/io/tiff-codecs.js";
import { tiffCompressions } from "../../core/io/tiff-tags.js";

/** Decoders that few files need, each loaded with the first strip that does. */
export const tiffCodecs: TiffCodecs = {
  async zstandard(bytes, most) {
    const { ZSTDDecoder } = await import("zstddec");
    const decoder = new ZSTDDecoder();
    await decoder.init();
    // It takes the size for the most that it may write, and gives nothing where there is more or something is wrong.
    const unpacked = decoder.decode(bytes, most) as Uint8Array<ArrayBuffer>;
    if (unpacked.length > 0) return unpacked;
    throw new SlnetError("bad-input", `its Zstandard frame is damaged or holds more than the ${most} bytes expected`);
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
