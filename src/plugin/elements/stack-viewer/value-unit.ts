import type { ImageLayer } from "../../host/contract.js";
import { strings } from "../../strings/index.js";

/** In what the values of a layer are, for people: camera counts where it does not say. */
export function valueUnitOf({ valueUnit }: ImageLayer): string {
  return valueUnit ?? strings().viewer.unit;
}
