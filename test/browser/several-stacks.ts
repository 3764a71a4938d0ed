interface Image {
  readonly name: string;
  readonly slices: number;
  readonly times: number;
}

const width = 4;
const height = 3;
const channelNames = ["DAPI", "Alexa 647", "bright field"];

/**
 * An OME-TIFF of several images, each with three channels, which run fastest, then slices, then times. All pixels of a
 * page have its index as their value.
 */
export function severalStacks(name: string, images: readonly Image[]): File {
  let page = 0;
  const elements = images.map(({ name: imageName, slices, times }, index) => {
    const planes = channelNames.length * slices * times;
    const channels = channelNames.map((channel) => `<Channel Name="${channel}" SamplesPerPixel="1"/>`).join("");
    const pixels =
      `<Pixels DimensionOrder="XYCZT" Type="uint8" SizeX="${width}" SizeY="${height}" SizeC="${channelNames.length}" ` +
      `SizeZ="${slices}" SizeT="${times}">${channels}<TiffData IFD="${page}" PlaneCount="${planes}"/></Pixels>`;
    page += planes;
    return `<Image ID="Image:${index}" Name="${imageName}">${pixels}</Image>`;
  });
  const text = `<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">${elements.join("")}</OME>\0`;
  return new File([tiffOfPages(page, new TextEncoder().encode(text))], name);
}

/** A little-endian TIFF of pages of 8 bits, the text at the first. */
function tiffOfPages(pages: number, text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const pixels = width * height;
  const directoryBytes = 2 + 10 * 12 + 4;
  const directories = 8 + text.length + (text.length % 2);
  const pixelsAt = directories + pages * directoryBytes;
  const bytes = new Uint8Array(pixelsAt + pages * pixels);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directories, true);
  bytes.set(text, 8);
  for (let page = 0; page < pages; page++) {
    const at = directories + page * directoryBytes;
    const offset = pixelsAt + page * pixels;
    const tags = [
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 1, 8],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      // On the other pages a text of three letters, which is in the entry itself.
      page === 0 ? [270, 2, text.length, 8] : [270, 2, 4, 0x636261],
      [273, 4, 1, offset],
      [277, 3, 1, 1],
      [278, 4, 1, height],
      [279, 4, 1, pixels],
    ] as const;
    view.setUint16(at, tags.length, true);
    tags.forEach(([tag, type, count, value], index) => {
      view.setUint16(at + 2 + 12 * index, tag, true);
      view.setUint16(at + 4 + 12 * index, type, true);
      view.setUint32(at + 6 + 12 * index, count, true);
      view.setUint32(at + 10 + 12 * index, value, true);
    });
    if (page + 1 < pages) view.setUint32(at + directoryBytes - 4, at + directoryBytes, true);
    bytes.fill(page, offset, offset + pixels);
  }
  return bytes;
}
