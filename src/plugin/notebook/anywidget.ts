import { NotebookCell } from "./notebook-cell.js";
import type { WidgetModel } from "./widget-model.js";

export type { WidgetModel } from "./widget-model.js";

/**
 * The widget of a notebook, as anywidget and other hosts of its front-end modules load it:
 * https://anywidget.dev/en/afm/ . Python's side is `notebook/slnet_widget.py`, docs/notebook.md says what travels.
 *
 * Everything is in this one module, since hosts load it from a text: the elements, and the worker.
 */
const slnetWidget = {
  /**
   * Shows a view of the widget. Each view has a worker of its own.
   *
   * @returns takes the view away again
   */
  render({ model, el }: { readonly model: WidgetModel; readonly el: HTMLElement }): () => void {
    const cell = new NotebookCell(model, el);
    void cell.start();
    return () => cell.dispose();
  },
};

// The protocol asks for a default export.
export { slnetWidget as default };
