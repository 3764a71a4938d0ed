import { unknownMetadata } from "../frames.js";
import { inUnit, micrometresIn, positive, secondsIn } from "./physical-units.js";
import type { StackAxes } from "./stack-axes.js";
import type { TiffDescription } from "./tiff-description.js";

/** Names under which the exposure of a frame stands among the lines of a text, with the unit in them. */
const exposureName = /^exposure(?:[ _-]?time)?[ _-]*[([]?(ms|s|us|\u00b5s)[)\]]?$/i;

/** Reads ImageJ's text: lines of `name=value`. ImageJ, TiffEncoder.java and FileInfo.java. */
export function parseImageJDescription(text: string): TiffDescription {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const number = (name: string): number | null => positive(Number(values.get(name) ?? 0));
  const notices: string[] = [];
  if (values.has("cf")) {
    notices.push("ImageJ stored a calibration of the pixel values; it is not applied, the stored values are read.");
  }
  // As our writer names them; in a text of somebody else `offset` may be anything.
  const isOurs = values.has("slnet");
  let exposureSeconds = number("exposureSeconds") ?? (isOurs ? number("exposure") : null);
  for (const [name, value] of values) {
    const unit = exposureName.exec(name)?.[1];
    if (unit !== undefined) exposureSeconds ??= inUnit(positive(Number(value)), secondsIn(unit.toLowerCase()));
  }
  const offset = Number(values.get("cameraOffsetAdu") ?? (isOurs ? values.get("offset") : undefined) ?? NaN);
  return {
    isImageJ: true,
    images: number("images"),
    unitMicrometres: micrometresIn(values.get("unit") ?? ""),
    metadata: {
      ...unknownMetadata,
      // `fps` is the speed at which ImageJ plays the stack, not the one it was recorded at.
      frameIntervalSeconds: inUnit(number("finterval"), secondsIn(values.get("tunit") || "s")),
      exposureSeconds,
      cameraOffsetAdu: Number.isFinite(offset) ? offset : null,
      aduPerElectron: number("aduPerElectron"),
    },
    axes: readAxes(number),
    notices,
  };
}

function readAxes(number: (name: string) => number | null): StackAxes | null {
  const axes = { channel: number("channels") ?? 1, slice: number("slices") ?? 1, time: number("frames") ?? 1 };
  return Object.values(axes).every((extent) => Number.isSafeInteger(extent)) ? { ...axes, channelNames: [] } : null;
}
