import { sampleSession, startTraining } from "../sample-session.js";
import { withProperties, type Story } from "../story.js";

export const lossPlotStory: Story = {
  tag: "slnet-loss-plot",
  about: "The loss over the training steps, as a plot and as a table for those who cannot see it.",
  padded: true,
  states: [
    withProperties("Before training", "slnet-loss-plot", {}),
    {
      name: "Training",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        const plot = document.createElement("slnet-loss-plot");
        place.append(plot);
        const stop = session.subscribe(({ training }) => {
          plot.training = training?.losses ?? [];
          plot.validation = training?.validations ?? [];
        });
        signal.addEventListener("abort", stop, { once: true });
        await startTraining(session);
      },
    },
    {
      name: "Trained",
      async make(place, signal) {
        const { state } = await sampleSession("trained", signal);
        const { losses, validations } = state.training!;
        const plot = document.createElement("slnet-loss-plot");
        place.append(Object.assign(plot, { training: losses, validation: validations }));
      },
    },
  ],
};
