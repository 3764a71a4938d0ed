import type { SimulationRequest } from "./simulation-options.js";

/** A recording that every method can be measured on. */
export interface SimulationScene {
  /** One sentence. */
  readonly title: string;
  readonly request: SimulationRequest;
}

const size = { width: 160, height: 160, frames: 600, pixelSizeNm: 100 } as const;

/** An sCMOS sensor whose pixels differ, by figures as in Huang et al., Nature Methods 10 (2013), figure 1. */
const unevenSensor = { offsetSpreadAdu: 2, gainSpread: 0.05, readNoiseSpread: 0.35 } as const;

/** An EMCCD camera with a multiplication of 300. */
const multiplyingSensor = {
  offsetAdu: 200,
  aduPerElectron: 0.02,
  quantumEfficiency: 0.92,
  readNoiseElectrons: 60,
  emGain: 300,
} as const;

/** Scenes for evaluation, from easy to cruel. They are fixed: figures of different versions can be compared. */
export const simulationScenes = {
  sparse: {
    title: "Few bright molecules on filaments, over a low background.",
    request: { ...size, emittersPerFrame: 6, backgroundPhotons: 10, photonsMin: 1000, photonsMax: 3000 },
  },
  standard: {
    title: "Filaments in a smooth background that bleaches.",
    request: { ...size, emittersPerFrame: 14, backgroundPhotons: 50 },
  },
  dense: {
    title: "Many molecules on at a time, so that their spots overlap.",
    request: { ...size, structureCount: 14, emittersPerFrame: 60, backgroundPhotons: 30 },
  },
  dim: {
    title: "Molecules hardly brighter than the noise of a strong background, on an EMCCD camera.",
    request: {
      ...size,
      emittersPerFrame: 14,
      backgroundPhotons: 100,
      photonsMin: 200,
      photonsMax: 900,
      photonDistribution: "log-normal",
      camera: multiplyingSensor,
    },
  },
  puncta: {
    title: "Steady spots that look like molecules, among the molecules.",
    request: {
      ...size,
      structureCount: 12,
      emittersPerFrame: 18,
      backgroundPhotons: 20,
      punctaCount: 130,
      punctaPhotons: 370,
    },
  },
  "long-lived": {
    title: "Rings of molecules that stay on for 12 frames, come back, and bleach.",
    request: {
      ...size,
      structure: "rings",
      structureCount: 30,
      emittersPerFrame: 16,
      meanOnFrames: 12,
      meanOffFrames: 300,
      blinksPerMolecule: 4,
      backgroundPhotons: 40,
    },
  },
  moving: {
    title: "A background that moves and emitters far out of focus, over a grid, on an sCMOS camera with uneven pixels.",
    request: {
      ...size,
      structure: "grid",
      structureCount: 6,
      emittersPerFrame: 14,
      backgroundPhotons: 60,
      driftPixels: 0.05,
      outOfFocusEmitters: 2,
      camera: unevenSensor,
    },
  },
  cruel: {
    title:
      "All of it: dense, dim, partly out of focus molecules among puncta in a background that moves and bleaches fast.",
    request: {
      ...size,
      structureCount: 12,
      emittersPerFrame: 30,
      photonsMin: 300,
      photonsMax: 2000,
      photonDistribution: "exponential",
      meanOnFrames: 4,
      meanOffFrames: 400,
      blinksPerMolecule: 6,
      defocusedShare: 0.3,
      backgroundPhotons: 60,
      bleachFrames: 150,
      driftPixels: 0.03,
      punctaCount: 80,
      punctaPhotons: 250,
      outOfFocusEmitters: 2,
      camera: unevenSensor,
    },
  },
} as const satisfies Record<string, SimulationScene>;

export type SimulationSceneName = keyof typeof simulationScenes;
