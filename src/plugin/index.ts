/**
 * The panel for viewers and pages: {@link registerSlnet} puts it into a viewer, {@link SlnetStackViewer} is a viewer of its
 * own, {@link SlnetSession} is what both work on. Nothing happens on importing; {@link defineElements} defines the elements.
 *
 * @module slnet-web
 */
export { isSlnetError, SlnetError, type Choice, type SlnetErrorCode } from "../core/errors.js";
export {
  configurationFields,
  createConfiguration,
  defaultConfiguration,
  engineNames,
  type ConfigurationField,
  type EngineName,
  type EngineRequest,
  type NormType,
  type SlnetConfiguration,
} from "../core/configuration.js";
export type {
  SampleArray,
  SampleType,
  StackDescription,
  StackFormat,
  StackMetadata,
  StackRegion,
  StackSelection,
  StackShape,
} from "../core/frames.js";
export type { OwnFigures, OwnMethod, OwnReport } from "../core/evaluation/own-report.js";
export type { StoredType } from "../core/io/stored-samples.js";
export type { SpotCounts } from "../core/localization/frame-localizer.js";
export type { Localizations } from "../core/localization/localization.js";
export type { LocalizerCamera, LocalizerOptions, LocalizerRequest } from "../core/localization/localizer-options.js";
export type { EvaluationFigures } from "../core/metrics.js";
export type { NoiseCamera, NoiseCameraRequest } from "../core/minimum-background.js";
export { parseModelFile, type ModelFile, type ModelWeights, type OptimizerRecord } from "../core/model.js";
export type { Normalisation } from "../core/normalisation.js";
export type { Shard } from "../core/shards.js";
export type { SimulationRequest } from "../core/simulation.js";
export type { SimulationCamera, SimulationOptions } from "../core/simulation-options.js";
export type {
  CleanedBlock,
  CleaningMethod,
  CleaningOptions,
  CleaningPlan,
  EngineCandidate,
  EngineReport,
  EvaluationReport,
  FrameStatistics,
  MergingPlan,
  MinimumMethodOptions,
  NamedFile,
  PixelPath,
  ProfileOptions,
  ProfilePlan,
  ProfileReport,
  Progress,
  Projection,
  ProjectionReport,
  Projections,
  RemoteFrames,
  RpcaMethodOptions,
  RunEstimate,
  SavedPart,
  SavedPartPlan,
  SaveFormat,
  SaveTarget,
  SavingOptions,
  SavingPlan,
  SavingReport,
  StackInput,
  StackSurvey,
  SurveyReport,
  TrainingPlan,
  TrainingReport,
} from "../protocol/api.js";
export {
  SlnetClient,
  type CallOptions,
  type CleaningRun,
  type ClientStack,
  type EvaluationPlan,
  type ProfileRun,
  type ProjectionRun,
  type Run,
  type SavingRun,
  type StackSource,
  type SurveyRun,
  type TrainingCallOptions,
  type TrainingRun,
  type WorkerLink,
} from "../protocol/client.js";
export type { ComparisonEstimate } from "../protocol/comparison-api.js";
export type {
  LocalizationBlock,
  LocalizationOptions,
  LocalizationPicture,
  LocalizationPlan,
  PictureRequest,
} from "../protocol/localization-api.js";
export type { ConfigurationOptions } from "./configuration-errors.js";
export { defineAllElements, defineElements } from "./define-elements.js";
export { followTitle } from "./document-title.js";
export type { EndedRun, RunRequest } from "./ended-run.js";
export { SlnetLossPlot } from "./elements/loss-plot/loss-plot.js";
export { SlnetPanel } from "./elements/panel/panel.js";
export { SlnetStackViewer } from "./elements/stack-viewer/stack-viewer.js";
export type { RendererChoice } from "./elements/stack-viewer/stage.js";
export type { ToastLevel } from "./elements/stack-viewer/toast-list.js";
export type { RunDifference } from "./history-comparison.js";
export type { HistoryEntry, RunHistory } from "./history.js";
export type {
  FrameSource,
  HostCapability,
  HostEventMap,
  HostFrame,
  ImageDisplay,
  ImageLayer,
  LayerDataTuple,
  PickedShape,
  Unsubscribe,
  ViewerHost,
} from "./host/contract.js";
export type {
  Inspection,
  InspectionState,
  InspectionTaskName,
  ProfileName,
  ProjectionKind,
  ProjectionPart,
} from "./inspection.js";
export type { LocalizedPart, LocalizedPartName, LocalizationFigures } from "./localized-part.js";
export type { Localizer, LocalizerState } from "./localizer.js";
export type { LocalizerSettings } from "./localizer-settings.js";
export type { ComparedName, MethodComparison, MethodComparisonState } from "./method-comparison.js";
export type { TaskState } from "./inspection-task.js";
export type { LossPoint } from "../core/loss-history.js";
export type { MetadataOverrides } from "./metadata-fields.js";
export type { FrameRange, Profile } from "./profile.js";
export { askToNotify, canNotify, notifyOfRuns } from "./notification.js";
export type { QueueItem, QueueItemState, QueueSettings, StackQueue } from "./queue.js";
export { rememberDropped } from "./remember-dropped.js";
export { registerSlnet, type RegisterOptions, type SlnetRegistration } from "./register.js";
export type {
  RecordedCleaning,
  RecordedMethod,
  RecordedSaving,
  RecordedStack,
  RecordedTraining,
  RunRecord,
} from "../protocol/run-record.js";
export type { CleanedReceiver } from "./cleaned-receiver.js";
export type { ModelKind } from "./model-kinds.js";
export type { SessionOptions } from "./session-options.js";
export type { DeliverFile } from "./session-saving.js";
export type { MetadataChanges } from "./session-settings.js";
export { SlnetSession } from "./session.js";
export type { CleanRequest, SaveRequest, TrainRequest } from "./session-requests.js";
export type {
  ChosenPart,
  CleaningResult,
  OpeningState,
  PendingChoice,
  SavedFile,
  SessionActivity,
  SessionError,
  SessionState,
  TrainingState,
} from "./session-state.js";
export { useStrings, type Strings, type Translation } from "./strings/index.js";
export type { Undo, UndoableStep } from "./undo.js";
export { createWorkerClient, type WorkerOptions } from "./worker-client.js";
