import type { PipelineInput, PipelineOutput, runPipelineNode } from "itk-wasm";

/** A file for one of itk-wasm's readers. Its name is ours: the reader goes by the extension. */
export interface ItkRequest {
  readonly pipeline: "nrrd" | "meta";
  readonly fileName: string;
  readonly file: Uint8Array<ArrayBuffer>;
}

/** An image as itk-wasm gives it, as far as it is used here. */
export interface ItkImage {
  readonly imageType: { readonly dimension: number; readonly componentType: string; readonly components: number };
  readonly size: readonly number[];
  readonly data: ArrayBufferView | null;
}

/** What the thread that runs a reader is told, once. */
export interface ItkOrder {
  readonly request: ItkRequest;
  /** Folder of the readers, ending in `/`. */
  readonly pipelinesUrl: string;
}

/** What that thread says: that it has started, and then how the reading went. */
export type ItkMessage =
  | { readonly type: "started" }
  | { readonly type: "image"; readonly image: ItkImage }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "not-loaded"; readonly reason: string };

type Run = (args: string[], outputs: PipelineOutput[], inputs: PipelineInput[]) => ReturnType<typeof runPipelineNode>;

// The values of `InterfaceTypes`: with the object itself the whole library would come along.
const [jsonCompatible, imageType, binaryFile] = ["JsonCompatible", "Image", "BinaryFile"] as const;

/**
 * Runs a reader. Nothing that it writes reaches the console: on a failure it writes addresses of C++ exceptions there.
 *
 * @param run - loads the pipeline and runs it
 */
export async function itkAnswer({ fileName, file }: ItkRequest, run: Run): Promise<ItkMessage> {
  const restoreConsole = silenceConsole();
  try {
    const { returnValue, stderr, outputs } = await run(
      // The first output and the second, kept in memory.
      [fileName, "0", "1", "--memory-io"],
      [{ type: jsonCompatible }, { type: imageType }],
      [{ type: binaryFile, data: { path: fileName, data: file } }],
    );
    const [couldRead, image] = outputs;
    if (returnValue === 0 && couldRead?.data !== false && image?.data) {
      const { imageType, size, data } = image.data as unknown as ItkImage;
      return { type: "image", image: { imageType, size, data } };
    }
    return { type: "failed", reason: shortened(stderr.trim().split("\n").at(-1) ?? "") };
  } catch (error) {
    // The reader itself throws the address of a C++ exception, or an error of WebAssembly.
    if (!(error instanceof Error)) return { type: "failed", reason: "" };
    return { type: isLoadError(error) ? "not-loaded" : "failed", reason: shortened(error.message) };
  } finally {
    restoreConsole();
  }
}

/** A request or an import that failed, in a page or in Node. */
function isLoadError(error: Error): boolean {
  return error.name === "AxiosError" || error instanceof TypeError || "code" in error;
}

/** The buffer to move to the other thread; one that is shared is not moved. */
export function movedBuffers(message: ItkMessage): ArrayBuffer[] {
  const buffer = message.type === "image" ? message.image.data?.buffer : undefined;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

function shortened(text: string): string {
  return text.slice(0, 300);
}

/* eslint-disable no-console -- It is taken from the reader, which runs between the two. */
function silenceConsole(): () => void {
  const names = ["log", "info", "warn", "error"] as const;
  const before = names.map((name) => console[name]);
  for (const name of names) console[name] = () => undefined;
  return () => names.forEach((name, index) => (console[name] = before[index]));
}
