import type { StackReader, StackRegion } from "../../core/frames.js";
import type { SurveyReport } from "../../protocol/api.js";
export class SurveyJob {
  static open(
    _reader: StackReader,
    _region: StackRegion | null,
    _options: Readonly<Record<string, unknown>>,
  ): SurveyJob {
    return new SurveyJob();
  }
  next(_signal: AbortSignal): Promise<SurveyReport | null> {
    return Promise.resolve(null);
  }
  close(): void {}
}
