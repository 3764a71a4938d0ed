/** Numbers of the tags that are read or written. TIFF 6.0, section 8 and appendix A; the image depth is of SGI. */
export const tiffTags = {
  newSubfileType: 254,
  subfileType: 255,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  imageDepth: 32997,
  /** Of Micro-Manager: a text in JSON on each page. */
  microManagerMetadata: 51123,
} as const;

/** Field types. TIFF 6.0, section 2; `long8` is from BigTIFF. */
export const fieldTypes = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7, long8: 16 } as const;

/** Bytes of one value of each field type, by its number; 0 where there is no such type. */
export const fieldTypeBytes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** Numbers of the compression schemes that are read; 32946 is the one that deflate had before Adobe's supplement. */
export const tiffCompressions = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  zstandard: 50000,
} as const;

/** Compression schemes by their number, as people call them. */
export const compressionNames: Readonly<Record<number, string>> = {
  1: "none",
  2: "CCITT Huffman",
  3: "CCITT fax 3",
  4: "CCITT fax 4",
  5: "LZW",
  6: "JPEG (old form)",
  7: "JPEG",
  8: "Deflate",
  32773: "PackBits",
  32946: "Deflate (old number)",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
  50002: "JPEG XL",
};

/** Meanings of the pixel values that are read. */
export const photometrics = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5 } as const;

/** What the pixel values mean, by its number. */
export const photometricNames: Readonly<Record<number, string>> = {
  0: "white-is-zero",
  1: "black-is-zero",
  2: "RGB",
  3: "palette colour",
  4: "transparency mask",
  5: "CMYK",
  6: "YCbCr",
  8: "CIE L*a*b*",
  9: "ICC L*a*b*",
  10: "ITU L*a*b*",
  32803: "colour filter array",
  34892: "linear raw colour",
};
