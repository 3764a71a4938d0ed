import { configurationFields, createConfiguration, isSlnetError } from "../../../src/plugin/index.js";
import { HostModel } from "../../../src/plugin/host/index.js";
import { sampleIn, sampleSession, type SampleStep } from "../sample-session.js";
import { withProperties, type Story, type StoryState } from "../story.js";

const keys = configurationFields.map(({ key }) => key);

/** The sentence about a wrong value, as the configuration itself says it. */
function complaint(options: Record<string, unknown>): string {
  try {
    createConfiguration(options);
    return "";
  } catch (error) {
    if (isSlnetError(error)) return error.message;
    throw error;
  }
}

export const openFormStory: Story = {
  tag: "slnet-open-form",
  about: "The ways to open a stack.",
  padded: true,
  states: [
    withProperties("Nothing is open", "slnet-open-form", {}),
    withProperties("A stack is open", "slnet-open-form", { opened: true }),
    withProperties("While something runs", "slnet-open-form", { disabled: true }),
    {
      name: "In a viewer that shows a stack",
      async make(place, signal) {
        const form = document.createElement("slnet-open-form");
        const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] });
        await sampleIn(host, "opened", signal);
        form.layers = host.layers.list();
        place.append(form);
      },
    },
  ],
};

export const choiceFormStory: Story = {
  tag: "slnet-choice-form",
  about: "Asks which part of a file is the recording. It takes the focus when it appears.",
  padded: true,
  states: [
    withProperties("A few", "slnet-choice-form", {
      choice: { name: "cells.ome.tif", of: "series", labels: ["Position 1", "Position 2", "Overview, 2048 × 2048"] },
    }),
    withProperties("Many", "slnet-choice-form", {
      choice: { name: "plate.nd2", of: "series", labels: Array.from({ length: 96 }, (_, well) => `Well ${well + 1}`) },
    }),
    withProperties("While something runs", "slnet-choice-form", {
      choice: { name: "two.ome.tif", of: "channel", labels: ["Cy5", "DAPI"] },
      disabled: true,
    }),
  ],
};

export const metadataFormStory: Story = {
  tag: "slnet-metadata-form",
  about: "How the stack was recorded: what its file says, and what a person says in its place.",
  padded: true,
  states: [
    {
      name: "As the file says",
      async make(place, signal) {
        const { state } = await sampleSession("opened", signal);
        place.append(Object.assign(document.createElement("slnet-metadata-form"), { stack: state.stack }));
      },
    },
    {
      name: "Changed by hand",
      async make(place, signal) {
        const { state } = await sampleSession("opened", signal);
        const form = document.createElement("slnet-metadata-form");
        place.append(Object.assign(form, { stack: state.stack, overrides: { pixelSizeNm: 97.5 } }));
      },
    },
  ],
};

export const optionsFormStory: Story = {
  tag: "slnet-options-form",
  about: "Options from the table that describes them: title, unit, help, default, and the name in the published code.",
  padded: true,
  states: [
    withProperties("Brief", "slnet-options-form", {
      brief: true,
      keys: ["temporalShifts", "maxEpochs", "sparsityWeight"],
    }),
    withProperties("A wrong value", "slnet-options-form", {
      brief: true,
      keys: ["temporalShifts", "maxEpochs", "sparsityWeight"],
      options: { maxEpochs: 0 },
      errors: { maxEpochs: complaint({ maxEpochs: 0 }) },
    }),
    withProperties("All", "slnet-options-form", { keys }),
    withProperties("While something runs", "slnet-options-form", {
      brief: true,
      disabled: true,
      keys: ["temporalShifts", "maxEpochs", "sparsityWeight"],
    }),
  ],
};

function saveForm(name: string, until: SampleStep): StoryState {
  return {
    name,
    async make(place, signal) {
      const session = await sampleSession(until, signal);
      const form = document.createElement("slnet-save-form");
      place.append(Object.assign(form, { session, state: session.state }));
    },
  };
}

export const saveFormStory: Story = {
  tag: "slnet-save-form",
  about: "What is saved, how, and where to.",
  padded: true,
  states: [
    saveForm("Nothing to save yet", "opened"),
    saveForm("Cleaned frames to save", "cleaned"),
    saveForm("Saved", "saved"),
  ],
};

export const viewFormStory: Story = {
  tag: "slnet-view-form",
  about: "Frame, layer and contrast, for a viewer that has no controls for them.",
  padded: true,
  states: [
    {
      name: "With layers",
      async make(place, signal) {
        const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels", "layer-update"] });
        await sampleIn(host, "cleaned", signal);
        place.append(Object.assign(document.createElement("slnet-view-form"), { host }));
      },
    },
  ],
};
