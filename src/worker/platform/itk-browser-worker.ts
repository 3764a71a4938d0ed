import { runItk } from "./itk-browser-run.js";
import { movedBuffers, type ItkMessage, type ItkOrder } from "./itk-pipeline.js";

// The script of the nested worker. That of itk-wasm itself is not used: the library starts it from a blob, which a page
// with `worker-src 'self'` refuses, and it writes the reader's errors to the console.
const say = (message: ItkMessage): void => self.postMessage(message, { transfer: movedBuffers(message) });

self.onmessage = ({ data }: MessageEvent<ItkOrder>) => void runItk(data).then(say);
say({ type: "started" });
