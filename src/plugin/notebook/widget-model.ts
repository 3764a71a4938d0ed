/**
 * What a front-end module gets from its host in place of Python's object: the traits, and messages beside them. The part
 * that is used here of the model of https://anywidget.dev/en/afm/ .
 */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  /** Sends to Python what was set. */
  save_changes(): void;
  /** `change:` with the name of a trait, or `msg:custom` with what Python sent. */
  on(event: string, callback: (message: unknown, buffers: readonly ArrayBufferView[]) => void): void;
  off(event: string, callback: (message: unknown, buffers: readonly ArrayBufferView[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
