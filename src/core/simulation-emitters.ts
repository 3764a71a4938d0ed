import { createRandom, type Random } from "./random.js";
import { moleculeCount, type SimulationOptions } from "./simulation-options.js";

/** An emitter in one frame. */
export interface Emitter {
  readonly frame: number;
  /** The molecule; it may come on again later, at the same place. */
  readonly id: number;
  /** Position from the left edge; pixel i spans [i, i + 1). */
  readonly xPixels: number;
  /** Position from the top edge; pixel i spans [i, i + 1). */
  readonly yPixels: number;
  /** Photons that reach the camera in this frame, on average. */
  readonly photons: number;
  /** Standard deviation of its spot, in pixels. */
  readonly sigmaPixels: number;
}

/** How a kind of molecule blinks. */
export type Blinking = Pick<
  SimulationOptions,
  | "frames"
  | "seed"
  | "emittersPerFrame"
  | "meanOnFrames"
  | "meanOffFrames"
  | "blinksPerMolecule"
  | "photonsMin"
  | "photonsMax"
  | "photonDistribution"
>;

/** Called with an emitter that is on: a place of those that the timeline was made for, and its light in this frame. */
export type VisitEmitter = (id: number, place: number, photons: number) => void;

export interface EmitterTimeline {
  /** Calls back for each emitter that is on in a frame. */
  visit(frame: number, callback: VisitEmitter): void;
}

/** Frames drawn together; fewer where so many emitters are on that their rows would fill the memory. */
const longestBlock = 256;
const rowsPerBlock = 1_000_000;
/** Blocks kept, so that frames can be visited back and forth. */
const keptBlocks = 3;
/** Half the distance of the 5 % from the 95 % point of a normal distribution, in standard deviations. */
const twentieth = 1.6449;

/** Emitters that are on at the start of a block, and so bright. */
interface CarriedEmitters {
  readonly ids: readonly number[];
  readonly photons: readonly number[];
}

/** The emitters of the frames of a block: rows `rowsOfFrame[f]` up to `rowsOfFrame[f + 1] − 1` for its frame f. */
interface Block {
  readonly rowsOfFrame: Uint32Array;
  readonly ids: Uint32Array;
  readonly photons: Float32Array;
}

/**
 * Draws when which molecule is on, block after block, so that memory does not grow with the recording: on and off times
 * are exponential and have no memory, so what goes on at the end of a block needs no more than its name and brightness.
 *
 * Without `meanOffFrames` blinks begin as a Poisson process at random places; with it there is a number of molecules, each
 * of which goes on and off and in the end bleaches. Either way `emittersPerFrame` are on from the first frame on.
 *
 * @param places - where a molecule can be
 * @param stream - names the random numbers
 */
export function createEmitterTimeline(options: Blinking, places: number, stream: string): EmitterTimeline {
  const { frames, seed, emittersPerFrame, meanOnFrames, meanOffFrames, blinksPerMolecule } = options;
  const molecules = meanOffFrames > 0 ? moleculeCount(options) : 0;
  const placeOfMolecule = new Uint32Array(molecules);
  /** The block in which a molecule bleached. */
  const bleachedIn = new Uint32Array(molecules).fill(0xffffffff);
  const rowsPerFrame = emittersPerFrame * (1 + 1 / meanOnFrames);
  const blockFrames = Math.max(1, Math.min(longestBlock, Math.floor(rowsPerBlock / Math.max(1, rowsPerFrame))));
  const carried: CarriedEmitters[] = [drawStart()];
  const kept = new Map<number, Block>();

  function drawStart(): CarriedEmitters {
    const random = createRandom(seed, stream);
    for (let id = 0; id < molecules; id++) placeOfMolecule[id] = random.integer(places);
    const ids: number[] = [];
    if (molecules > 0) {
      const shareOn = meanOnFrames / (meanOnFrames + meanOffFrames);
      for (let id = 0; id < molecules; id++) if (random.next() < shareOn) ids.push(id);
    } else if (emittersPerFrame > 0) {
      for (let i = random.poisson(emittersPerFrame); i > 0; i--) ids.push(random.integer(places));
    }
    return { ids, photons: ids.map(() => drawPhotons(options, random)) };
  }

  function draw(index: number): Block {
    const random = createRandom(seed, `${stream} ${index}`);
    const exponential = (mean: number): number => -Math.log(1 - random.next()) * mean;
    const length = Math.min(blockFrames, frames - index * blockFrames);
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const photons: number[] = [];
    const still: { ids: number[]; photons: number[] } = { ids: [], photons: [] };
    /** Returns when it goes off, at the latest the end of the block. */
    const shine = (id: number, start: number, brightness: number): number => {
      const end = start + exponential(meanOnFrames);
      ids.push(id);
      starts.push(start);
      ends.push(Math.min(end, length));
      photons.push(brightness);
      if (end >= length) {
        still.ids.push(id);
        still.photons.push(brightness);
      }
      return end;
    };

    const before = carried[index];
    if (molecules > 0) {
      const brightnessAtStart = new Map(before.ids.map((id, i) => [id, before.photons[i]]));
      for (let id = 0; id < molecules; id++) {
        if (bleachedIn[id] < index) continue;
        let brightness = brightnessAtStart.get(id);
        let time = brightness === undefined ? exponential(meanOffFrames) : 0;
        while (time < length) {
          time = shine(id, time, brightness ?? drawPhotons(options, random));
          brightness = undefined;
          if (time >= length) break;
          if (blinksPerMolecule > 0 && random.next() < 1 / blinksPerMolecule) {
            bleachedIn[id] = index;
            break;
          }
          time += exponential(meanOffFrames);
        }
      }
    } else if (emittersPerFrame > 0) {
      before.ids.forEach((id, i) => shine(id, 0, before.photons[i]));
      const gap = meanOnFrames / emittersPerFrame;
      for (let start = exponential(gap); start < length; start += exponential(gap)) {
        shine(random.integer(places), start, drawPhotons(options, random));
      }
    }
    carried[index + 1] ??= still;
    return rowsByFrame(length, ids, starts, ends, photons);
  }

  function blockAt(index: number): Block {
    let block = kept.get(index);
    if (block) return block;
    // What goes on from block to block is only known once the blocks before are drawn.
    for (let earlier = carried.length - 1; earlier < index; earlier++) draw(earlier);
    block = draw(index);
    kept.set(index, block);
    const [oldest] = kept.keys();
    if (kept.size > keptBlocks && oldest !== undefined) kept.delete(oldest);
    return block;
  }

  return {
    visit(frame, callback) {
      const index = Math.floor(frame / blockFrames);
      const { rowsOfFrame, ids, photons } = blockAt(index);
      const inside = frame - index * blockFrames;
      for (let row = rowsOfFrame[inside]; row < rowsOfFrame[inside + 1]; row++) {
        const id = ids[row];
        callback(id, molecules > 0 ? placeOfMolecule[id] : id, photons[row]);
      }
    },
  };
}

/** Sorts blinks, whose times are in frames from the start of the block, into the frames that they shine in. */
function rowsByFrame(
  length: number,
  ids: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  photons: readonly number[],
): Block {
  const rowsOfFrame = new Uint32Array(length + 1);
  const lastFrame = (blink: number): number => Math.min(length - 1, Math.ceil(ends[blink]) - 1);
  for (let blink = 0; blink < ids.length; blink++) {
    const last = lastFrame(blink);
    for (let frame = Math.floor(starts[blink]); frame <= last; frame++) rowsOfFrame[frame + 1]++;
  }
  for (let frame = 0; frame < length; frame++) rowsOfFrame[frame + 1] += rowsOfFrame[frame];
  const filled = rowsOfFrame.slice(0, length);
  const rowIds = new Uint32Array(rowsOfFrame[length]);
  const rowPhotons = new Float32Array(rowsOfFrame[length]);
  for (let blink = 0; blink < ids.length; blink++) {
    const last = lastFrame(blink);
    for (let frame = Math.floor(starts[blink]); frame <= last; frame++) {
      const row = filled[frame]++;
      rowIds[row] = ids[blink];
      rowPhotons[row] = photons[blink] * (Math.min(ends[blink], frame + 1) - Math.max(starts[blink], frame));
    }
  }
  return { rowsOfFrame, ids: rowIds, photons: rowPhotons };
}

function drawPhotons(
  { photonsMin, photonsMax, photonDistribution }: Pick<Blinking, "photonsMin" | "photonsMax" | "photonDistribution">,
  random: Random,
): number {
  switch (photonDistribution) {
    case "uniform":
      return photonsMin + random.next() * (photonsMax - photonsMin);
    case "log-normal": {
      const spread = Math.log(photonsMax / photonsMin) / (2 * twentieth);
      return Math.sqrt(photonsMin * photonsMax) * Math.exp(spread * random.normal());
    }
    case "exponential":
      return -Math.log(1 - random.next()) * 0.5 * (photonsMin + photonsMax);
    default:
      return photonDistribution satisfies never;
  }
}
