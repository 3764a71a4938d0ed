export { isSlnetError, SlnetError, type Choice, type SlnetErrorCode } from "../core/errors.js";
export {
  configurationFields,
  createConfiguration,
  defaultConfiguration,
  type ConfigurationField,
  type SlnetConfiguration,
} from "../core/configuration.js";
export type {
  SampleArray,
  SampleType,
  StackDescription,
  StackMetadata,
  StackRegion,
  StackShape,
} from "../core/frames.js";
export { parseModelFile, type ModelFile } from "../core/model.js";
export type { SimulationRequest } from "../core/simulation.js";
export type {
  CleaningMethod,
  EngineReport,
  NamedFile,
  Progress,
  RunEstimate,
  SaveFormat,
  StackSurvey,
  TrainingPlan,
} from "../protocol/api.js";
export {
  SlnetClient,
  type CleaningRun,
  type ClientStack,
  type SavingRun,
  type TrainingRun,
} from "../protocol/client.js";
export type { ConfigurationOptions } from "./configuration-errors.js";
export { defineAllElements, defineElements } from "./define-elements.js";
export { followTitle } from "./document-title.js";
export type { EndedRun, RunRequest } from "./ended-run.js";
export { SlnetLossPlot } from "./elements/loss-plot/loss-plot.js";
export { SlnetPanel } from "./elements/panel/panel.js";
export { SlnetStackViewer } from "./elements/stack-viewer/stack-viewer.js";
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
export type { SessionOptions } from "./session-options.js";
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
