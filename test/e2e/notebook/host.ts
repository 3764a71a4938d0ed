/** Each as base64. */
export type SentBuffers = readonly string[];

/** What is in a message of a comm between a widget and Python. */
export type CommData =
  | { readonly method: "update"; readonly state: Readonly<Record<string, unknown>>; readonly buffer_paths?: [] }
  | { readonly method: "custom"; readonly content: Readonly<Record<string, unknown>> };

/** The notebook in the page, as tests call it. */
export interface NotebookHost {
  /** Makes the widget's model, as when Python opens its comm. @param state - the traits, without the module */
  createModel(id: string, state: Readonly<Record<string, unknown>>): Promise<void>;
  /** Shows the widget in an output cell with this id. */
  showView(id: string, modelId: string): Promise<void>;
  removeView(id: string): void;
  destroyModel(id: string): Promise<void>;
  /** What Python sends. */
  receive(modelId: string, data: CommData, buffers: SentBuffers): void;
}
