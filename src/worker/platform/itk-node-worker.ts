import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";

import { runPipelineNode } from "itk-wasm";

import { itkAnswer, movedBuffers, type ItkMessage, type ItkOrder } from "./itk-pipeline.js";

// The script of the thread in which a reader runs under Node.
const say = (message: ItkMessage): void => parentPort?.postMessage(message, movedBuffers(message));

parentPort?.on("message", ({ request, pipelinesUrl }: ItkOrder) => {
  const pipeline = fileURLToPath(new URL(`${request.pipeline}-read-image`, pipelinesUrl));
  void itkAnswer(request, (...call) => runPipelineNode(pipeline, ...call)).then(say);
});
say({ type: "started" });
