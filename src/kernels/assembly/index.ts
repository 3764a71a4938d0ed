export {
  estimateMeanFloat32,
  estimateMeanInteger,
  growMask,
  prepareMaskedMean,
  slideFloat32,
  slideUint16,
  slideUint8,
  writeMeanFloat32,
  writeMeanUint16,
  writeMeanUint8,
} from "./masked-mean";
export { heapBase } from "./heap";
export { maskMolecules, maskScratchBytes } from "./masked-mean-mask";
export {
  correctByNear,
  countNear,
  nearScratchBytes,
  sumTilesFloat32,
  sumTilesUint16,
  sumTilesUint8,
} from "./near-correction";
export {
  prepareRunningMedian,
  runningMedianFloat32,
  runningMedianScratch,
  runningMedianUint16,
  runningMedianUint8,
} from "./running-median";
export { subtractFloat32, subtractUint16, subtractUint8 } from "./running-median-subtract";
export {
  prepareLowRank,
  prepareSeparation,
  prepareSparse,
  separateFloat32,
  separateUint16,
  separateUint8,
} from "./separate";
export {
  biasAddress,
  compare,
  differentiate,
  gatherFloat32,
  gatherUint16,
  gatherUint8,
  lossesAddress,
  matrixAddress,
  prepareTraining,
  productsAddress,
  project,
  totalsAddress,
} from "./train";
