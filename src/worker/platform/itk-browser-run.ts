import { runPipeline } from "itk-wasm";

import { itkAnswer, type ItkMessage, type ItkOrder } from "./itk-pipeline.js";

/** Runs a reader in this thread. */
export function runItk({ request, pipelinesUrl }: ItkOrder): Promise<ItkMessage> {
  return itkAnswer(request, (args, outputs, inputs) =>
    runPipeline(`${request.pipeline}-read-image`, args, outputs, inputs, {
      // Without the slash at its end, which is put there.
      pipelineBaseUrl: pipelinesUrl.replace(/\/$/, ""),
      pipelineQueryParams: {},
      webWorker: false,
    }),
  );
}
