/** Texts of the list of layers and the loss plot, and titles of what is loaded later. */
export const english = {
  layers: "Layers",
  noLayers: "No layers yet.",
  showLayer: (name: string) => `Show ${name}`,
  show: "Show",
  hide: "Hide",

  trainingLoss: "Training loss",
  validationLoss: "Validation loss",
  validation: "Validation",
  noLoss: "The loss appears here while training",
  lossByStep: "Loss by training step",
  step: "Step",
  logScale: "Log scale",

  inspectTitle: "Inspect",
};
