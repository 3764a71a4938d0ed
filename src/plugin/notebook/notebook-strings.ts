import { useStrings } from "../strings/index.js";

/** Says where the frames go, which is elsewhere than on a page: Python may run on another computer. */
export function useNotebookStrings(): void {
  useStrings({
    panel: { privacy: "Where the frames go" },
    steering: {
      privacyText:
        "Your recording is trained on and cleaned here, in the browser. Its frames come from Python, and the cleaned ones go back to it, over the connection of this notebook. Nothing goes anywhere else.",
      proofs: [
        "Watch the requests: the network tab of the developer tools (F12) shows each one. There are only those of the notebook.",
        "The source code is open, and holds no counting, no log and no account.",
      ],
    },
  });
}
