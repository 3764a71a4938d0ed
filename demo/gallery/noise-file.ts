const shape = { frames: 150, height: 32, width: 32 };

/** A recording of nothing but noise, as NumPy would save it. */
export function noiseFile(name: string): File {
  const { frames, height, width } = shape;
  const header = `{'descr': '<u2', 'fortran_order': False, 'shape': (${frames}, ${height}, ${width}), }`;
  // The header ends with a line end at a multiple of 64 bytes, behind 10 bytes of magic, version and length.
  const padded = `${header.padEnd(128 - 10 - 1)}\n`;
  const start = new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, padded.length, 0]);
  const samples = Uint16Array.from({ length: frames * height * width }, () => 200 + Math.floor(40 * Math.random()));
  return new File([start, padded, samples], name);
}
