import type { EngineName, EngineRequest } from "../core/configuration.js";
import type {
  SampleArray,
  SampleType,
  StackDescription,
  StackMetadata,
  StackRegion,
  StackSelection,
  StackShape,
} from "../core/frames.js";
import type { EvaluationFigures } from "../core/metrics.js";
import type { NoiseCameraRequest } from "../core/minimum-background.js";
import type { ModelFile } from "../core/model.js";
import type { Shard } from "../core/shards.js";
import type { SimulationRequest } from "../core/simulation.js";
import type { ComparisonApi } from "./comparison-api.js";
import type { LocalizationApi } from "./localization-api.js";
import type { Reply } from "./reply.js";
import type { SaveFormat } from "./save-formats.js";

export type { SaveFormat };

declare const brand: unique symbol;
export type StackId = number & { readonly [brand]: "stack" };
export type JobId = number & { readonly [brand]: "job" };

/** What the worker must know before it starts. */
export interface WorkerSettings {
  /** Folder of the WASM files and readers, ending in `/`; `null`: `assets/` beside the worker. */
  readonly assetsBaseUrl: string | null;
}

/** Frames that somebody else holds, handed over through `Comlink.proxy`. Only methods: on a proxy, properties are promises. */
export interface RemoteFrames {
  /** Frame `index`, of the shape that travels beside; its buffer is moved. */
  read(index: number): Promise<SampleArray>;
}

/** A file with its place among others. */
export interface NamedFile {
  /** Its name, behind those of the folders it is in, with `/` between them. */
  readonly path: string;
  readonly file: Blob;
}

/** Where a stack comes from. */
export type StackInput =
  | {
      readonly type: "file";
      readonly file: Blob;
      readonly name: string;
      /** Files beside it, for formats that spread over several. */
      readonly neighbours?: readonly NamedFile[];
    }
  /** A folder as a whole: one frame a file, or OME-Zarr. */
  | { readonly type: "folder"; readonly name: string; readonly files: readonly NamedFile[] }
  /** A file or folder. Node only. */
  | { readonly type: "path"; readonly path: string }
  /** A file on a web server that answers range requests, or the folder of an OME-Zarr. */
  | { readonly type: "url"; readonly url: string }
  | { readonly type: "simulated"; readonly options: SimulationRequest }
  /** The frames travel beside it: Comlink sees a proxy only where it is an argument of its own. */
  | { readonly type: "frames"; readonly name: string; readonly shape: StackShape };

export interface OpenedStack {
  readonly stack: StackId;
  readonly description: StackDescription;
}

/** What became of one engine that `auto` considered. */
export interface EngineCandidate {
  readonly name: EngineName;
  /** Milliseconds for the measured piece of work, `null` if it was not measured. */
  readonly milliseconds: number | null;
  /** Why it was not measured or not taken; empty for the one that was. */
  readonly reason: string;
}

/** Which engine works, and why. */
export interface EngineReport {
  readonly name: EngineName;
  /** What it runs on, for example `SwiftShader` or `WASM SIMD`. */
  readonly adapter: string;
  /** One sentence. */
  readonly reason: string;
  readonly candidates: readonly EngineCandidate[];
}

/** How far a job is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Steps or frames per second since the start. */
  readonly perSecond: number;
  /** Estimated seconds until the end, `null` before anything is done. */
  readonly secondsLeft: number | null;
}

/** What a training is going to do, known before its first step. */
export interface TrainingPlan {
  readonly epochs: number;
  readonly steps: number;
  readonly trainingWindows: number;
  readonly validationWindows: number;
  /** Side of the training crops in pixels, after fitting it to the frame. */
  readonly cropSize: number;
  readonly engine: EngineReport;
  readonly notices: readonly string[];
}

/** What happened since the last report. */
export interface TrainingReport {
  readonly progress: Progress;
  readonly epoch: number;
  /** Losses of the steps since the last report, mean over windows, channels and crop pixels. */
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  /** Validation losses since the last report, at the step after which they were taken. */
  readonly validations: readonly { readonly step: number; readonly loss: number }[];
  /** Share of the crop pixels with a positive sparse part in the last step; the loss aims at about 2/(3+α). */
  readonly keptShare: number;
  /** Mean weight of a frame in its own background, 0 to 1; near 1 the network has drifted to the identity. */
  readonly selfWeight: number;
  readonly warnings: readonly string[];
  /** The model as it would be kept if training stopped here. */
  readonly model: ModelFile;
}

/** How the background is found. */
export type CleaningMethod =
  | { readonly type: "slnet"; readonly model: ModelFile }
  /** The temporal median of so many frames around each frame; 0: of the whole stack. */
  | { readonly type: "median"; readonly windowFrames: number }
  /**
   * The mean of so many frames around each frame, without the molecules that the model finds in them. What is left of a
   * frame keeps its sign: noise goes below 0, and as 16 bits it wants an offset.
   */
  | { readonly type: "masked-mean"; readonly model: ModelFile; readonly windowFrames: number }
  | { readonly type: "rpca"; readonly options: RpcaMethodOptions }
  | { readonly type: "minimum"; readonly options: MinimumMethodOptions }
  /** What a ball of this radius, in pixels, reaches that rolls under each frame. */
  | { readonly type: "rolling-ball"; readonly radius: number };

/** Background from the temporal minimum, corrected for the noise of the camera. */
export interface MinimumMethodOptions {
  /** Frames around each frame. */
  readonly windowFrames: number;
  readonly camera: NoiseCameraRequest;
}

/** Robust principal component analysis of groups of frames. */
export interface RpcaMethodOptions {
  /** Consecutive frames decomposed together. */
  readonly groupFrames: number;
  /** Weight of the sparse part; `null`: 1/√(pixels). */
  readonly sparsityWeight: number | null;
  /** Penalty of the constraint; `null`: from the data, pixels·frames/(4·Σ|x|). */
  readonly penalty: number | null;
  readonly iterations: number;
}

/** Which frames to clean, and how the ends are treated. */
export interface CleaningOptions {
  /** First frame to clean, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Give the background frames too. */
  readonly lowRank: boolean;
  /**
   * What to do with the last frames, whose window would reach past the end: `shift` reads them from a later channel of
   * an earlier window, `drop` leaves them out as the published code does.
   */
  readonly tail: "shift" | "drop";
  readonly engine: EngineRequest;
}

/** What a cleaning is going to do, known before its first block. */
export interface CleaningPlan {
  /** Frames that will come out: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly width: number;
  /** `null` where a method needs no engine. */
  readonly engine: EngineReport | null;
  readonly notices: readonly string[];
}

/** Cleaned frames `[from, to)`, in ADU, each array `[to − from, height, width]`. Its buffers are moved, not copied. */
export interface CleanedBlock {
  readonly from: number;
  readonly to: number;
  readonly sparse: Float32Array<ArrayBuffer>;
  readonly lowRank: Float32Array<ArrayBuffer> | null;
  readonly progress: Progress;
}

/** Where to write a stack. */
export type SaveTarget =
  /** Node only. */
  | { readonly type: "path"; readonly path: string }
  /** Browser: a file in the origin's private file system, or in memory where there is none. */
  | { readonly type: "private-file"; readonly name: string }
  /**
   * Browser: a file that a person chose, such as `showSaveFilePicker` gives it, with the permission to write. What it
   * held before stays until the new stack is whole: a run that is closed before it is finished leaves it as it was.
   */
  | { readonly type: "file-handle"; readonly handle: FileSystemFileHandle };

/** A file to write. */
export interface SavedPart {
  readonly part: "sparse" | "low-rank";
  readonly target: SaveTarget;
  readonly type: Extract<SampleType, "uint16" | "float32">;
  /**
   * Added to every pixel, in ADU. `null` for the sparse part as uint16: the offset of the camera, where it is known; else
   * that of the model's configuration, else 0, or for the masked mean, whose noise goes below 0, 100.
   * `null` for the low-rank part: 0, it has the camera's offset in it.
   */
  readonly offsetAdu: number | null;
  /** Default `tiff`. */
  readonly format?: SaveFormat;
  /** Of a TIFF; default `none`. */
  readonly compression?: "none" | "deflate";
}

/** What goes beside the frames, and whether to go on with files of an earlier run. */
export interface SavingOptions {
  /** What replaces the metadata of the stack, and is written into the files; `null`: nothing is known. */
  readonly metadata?: Partial<StackMetadata>;
  /**
   * Go on with the files that an earlier run with just these options left, if there are any; all parts with a target of
   * type `path` or `file-handle`. A file of anything else is refused. Default false.
   */
  readonly resume?: boolean;
  /**
   * Clean this part of the frames alone, into a folder beside each target that all parts share, until
   * merging (`SlnetClient.merge`) makes the file of them that one run would have written. Targets of type `path` alone;
   * the engine `auto` means `wasm`, so that all machines compute the same. Default `null`: all frames.
   */
  readonly shard?: Shard | null;
}

/** What the shards of an output hold together. */
export interface MergingPlan {
  readonly shards: number;
  /** Frames of the recording: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** How one part is written. */
export interface SavedPartPlan {
  readonly part: SavedPart["part"];
  /** Added to every pixel, in ADU. */
  readonly offsetAdu: number;
  /** Where the offset comes from. */
  readonly offsetFrom: "request" | "camera" | "model" | "pedestal" | "default";
  /** As it is written. `cameraOffsetAdu` is what to subtract from the pixels written. */
  readonly metadata: StackMetadata;
}

/** What a saving is going to do, known before its first frame. */
export interface SavingPlan extends CleaningPlan {
  readonly parts: readonly SavedPartPlan[];
  /** Frames of an earlier run that stay in the files; cleaning begins behind them. */
  readonly resumedFrames: number;
}

/** How far a saving is. */
export interface SavingReport {
  /** Counts the frames in the files, those of an earlier run too. */
  readonly progress: Progress;
  /** Pixels that did not fit the sample type so far and were set to its nearest limit, over all parts, in this run. */
  readonly clipped: number;
}

/** How far an evaluation is, and at the end its figures. */
export interface EvaluationReport {
  readonly progress: Progress;
  /** `null` until the last report. */
  readonly figures: EvaluationFigures | null;
}

/** Over the frames of a cleaning, pixel by pixel, in ADU: each array `[height, width]`. */
export interface Projection {
  readonly maximum: Float32Array<ArrayBuffer>;
  readonly mean: Float32Array<ArrayBuffer>;
  /** With N − 1; 0 for a single frame. */
  readonly standardDeviation: Float32Array<ArrayBuffer>;
}

/** What the frames of a cleaning come to, part by part. */
export interface Projections {
  /** Of the frames as they were recorded. */
  readonly raw: Projection;
  /** `null` without a method, and the low-rank part also where it was not asked for. */
  readonly sparse: Projection | null;
  readonly lowRank: Projection | null;
}

/** How far a projection is, and at the end its images. */
export interface ProjectionReport {
  readonly progress: Progress;
  /** `null` until the last report. Their buffers are moved. */
  readonly projections: Projections | null;
}

/** Pixels on a straight line from one to the other, one pixel apart, the nearest ones. Equal ends: one pixel. */
export interface PixelPath {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
}

/** Which frames to read along a path. */
export type ProfileOptions = Pick<CleaningOptions, "from" | "to" | "tail" | "engine">;

/** Frames that will come out, [from, to), of so many pixels. */
export interface ProfilePlan extends Pick<CleaningPlan, "from" | "to" | "engine" | "notices"> {
  /** Pixels of the path, from its first to its last. */
  readonly positions: readonly (readonly [x: number, y: number])[];
}

/** The pixels of a path in frames `[from, to)`, each array `[to − from, positions]`, in ADU. Its buffers are moved. */
export interface ProfileReport {
  readonly progress: Progress;
  readonly from: number;
  readonly to: number;
  readonly positions: number;
  readonly raw: Float32Array<ArrayBuffer>;
  /** `null` without a method. */
  readonly sparse: Float32Array<ArrayBuffer> | null;
  readonly lowRank: Float32Array<ArrayBuffer> | null;
}

/** What a sample of the frames of a stack says about it. */
export interface StackSurvey {
  readonly framesRead: number;
  /** Of the pixels read, in ADU. */
  readonly minimum: number;
  readonly maximum: number;
  /** Share of the pixels read that are at the saturation level, 0 where there is none. */
  readonly saturatedShare: number;
  /** The reading at which the camera is full, in ADU; `null` where no pixel shows it. */
  readonly saturationLevel: number | null;
  /** One pixel in a hundred reads this or less, in ADU. */
  readonly darkLevelAdu: number;
  /** Mean time for which a molecule stays on, in frames; `null` where the stack does not tell. */
  readonly onFrames: number | null;
  /** Temporal shifts that suit it; `null` where the time is not known, or none suits a stack of this length. */
  readonly suggestedShifts: readonly number[] | null;
  /** One sentence each, with what to do. */
  readonly warnings: readonly string[];
}

/** How far a survey is, and at the end what it found. */
export interface SurveyReport {
  readonly progress: Progress;
  /** `null` until the last report. */
  readonly survey: StackSurvey | null;
}

/** What a training and the cleaning of the whole stack after it would take. */
export interface RunEstimate {
  /** `null` where it cannot be run, as a stack is too short for the shifts. */
  readonly trainingSeconds: number | null;
  readonly cleaningSeconds: number | null;
  /** Most bytes of pixels held at the same time. */
  readonly trainingBytes: number;
  readonly cleaningBytes: number;
  /** The engine that would be used. */
  readonly engine: string;
}

/** Of all pixels of one frame. */
export interface FrameStatistics {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/**
 * What the worker does for the page or the command line. Everything is pulled: a job works only while one of its
 * `next…` calls waits, so the caller's pace is the backpressure. Each `next…` answers `null` at the end. A job keeps
 * what it needs for `cleanFrame` and `previewFrame` until it is closed; closing twice is fine.
 */
export interface SlnetWorkerApi extends LocalizationApi, ComparisonApi {
  /** The first call, once. */
  hello(settings: WorkerSettings): Promise<Reply<{ readonly version: string }>>;

  /**
   * @param selection - which part of a file with several; without it such a file is refused with `choice-needed`
   * @param frames - for an input of type `frames`, else `null`
   */
  openStack(input: StackInput, selection: StackSelection, frames: RemoteFrames | null): Promise<Reply<OpenedStack>>;
  /** One frame, in the sample type of the stack. Its buffer is moved. */
  readFrame(stack: StackId, index: number): Promise<Reply<SampleArray>>;
  /** Of the values as the file stores them, also where the stack is read as another type. */
  frameStatistics(stack: StackId, index: number): Promise<Reply<FrameStatistics>>;
  closeStack(stack: StackId): Promise<Reply<null>>;

  /**
   * @param options - by {@link SlnetConfiguration} name; checked in the worker
   * @param region - trains on this part alone, as if it were the stack: `trainFrames` counts from its first frame. `null`:
   *   on the whole stack
   */
  openTraining(
    stack: StackId,
    options: Readonly<Record<string, unknown>>,
    checkpoint: ModelFile | null,
    region: StackRegion | null,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: TrainingPlan }>>;
  nextTrainingReport(job: JobId): Promise<Reply<TrainingReport | null>>;
  /** Frame `index` cleaned with the weights as they are now: `[height, width]`, in ADU. */
  previewFrame(job: JobId, index: number): Promise<Reply<Float32Array<ArrayBuffer>>>;

  openCleaning(
    stack: StackId,
    method: CleaningMethod,
    options: CleaningOptions,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: CleaningPlan }>>;
  nextBlock(job: JobId): Promise<Reply<CleanedBlock | null>>;
  /** One frame again, for a host that no longer holds it. `lowRank` is null unless the job was opened with it. */
  cleanFrame(job: JobId, index: number): Promise<Reply<Pick<CleanedBlock, "sparse" | "lowRank">>>;

  openSaving(
    stack: StackId,
    method: CleaningMethod,
    options: CleaningOptions,
    parts: readonly SavedPart[],
    saving: SavingOptions,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: SavingPlan }>>;
  nextSavingReport(job: JobId): Promise<Reply<SavingReport | null>>;
  /**
   * The finished file of a part that went to a `private-file`. After a job that was stopped it holds the frames
   * written until then.
   */
  savedFile(job: JobId, part: SavedPart["part"]): Promise<Reply<File>>;
  /** Ends a saving early: what is written so far becomes a whole, shorter file. */
  finishSaving(job: JobId): Promise<Reply<null>>;

  openEvaluation(
    stack: StackId,
    model: ModelFile,
    options: Readonly<Record<string, unknown>>,
  ): Promise<Reply<{ readonly job: JobId; readonly engine: EngineReport; readonly notices: readonly string[] }>>;
  nextEvaluationReport(job: JobId): Promise<Reply<EvaluationReport | null>>;

  /** Projections over time of the frames of a cleaning, in one pass. @param method - `null`: of the raw frames alone */
  openProjection(
    stack: StackId,
    method: CleaningMethod | null,
    options: CleaningOptions,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: CleaningPlan }>>;
  nextProjectionReport(job: JobId): Promise<Reply<ProjectionReport | null>>;

  /**
   * The pixels of a path over time, raw and cleaned, with the values that cleaning whole frames on the same engine gives:
   * bit for bit in JavaScript and WebAssembly SIMD; up to the rounding of float32 on a graphics device and in relaxed
   * SIMD, where the place of a pixel in its frame decides how its last bit is rounded. RPCA, the
   * masked mean and the rolling ball, which know only whole frames, are `unsupported`.
   */
  openProfile(
    stack: StackId,
    method: CleaningMethod | null,
    path: PixelPath,
    options: ProfileOptions,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: ProfilePlan }>>;
  nextProfileReport(job: JobId): Promise<Reply<ProfileReport | null>>;

  /** @param options - by {@link SlnetConfiguration} name: what the warnings are about */
  openSurvey(
    stack: StackId,
    region: StackRegion | null,
    options: Readonly<Record<string, unknown>>,
  ): Promise<Reply<{ readonly job: JobId }>>;
  nextSurveyReport(job: JobId): Promise<Reply<SurveyReport | null>>;

  /** Works for about a second. Cleaning is of the whole stack, the sparse part alone. */
  estimateRun(
    stack: StackId,
    options: Readonly<Record<string, unknown>>,
    region: StackRegion | null,
  ): Promise<Reply<RunEstimate>>;

  /** Writes a simulated stack and, beside it, its truth. Node only. */
  openSimulation(
    options: SimulationRequest,
    target: SaveTarget,
    truthDirectory: string | null,
  ): Promise<Reply<{ readonly job: JobId }>>;
  nextSimulationReport(job: JobId): Promise<Reply<SavingReport | null>>;

  /** Checks the shards of an output and makes the file of them. Node only. */
  openMerging(path: string): Promise<Reply<{ readonly job: JobId; readonly plan: MergingPlan }>>;
  nextMergingReport(job: JobId): Promise<Reply<SavingReport | null>>;

  /** Stops the job if it runs and frees what it holds. */
  closeJob(job: JobId): Promise<Reply<null>>;
}
