import type { ByteSink } from "../frames.js";
import { crc32c } from "../io/crc32.js";
import { joined } from "../io/deflate.js";
import { doubleField, field, floatField, messageOf } from "../io/protobuf.js";

/** A grey picture as PNG. */
export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Takes the events of a run as they happen. */
export interface EventFile {
  /** Numbers of one step, by their tags: `loss/training` is shown as `training` under `loss`. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  picture(step: number, tag: string, picture: Picture): Promise<void>;
}

/**
 * Writes a file that TensorBoard reads. Records are framed as TFRecord (length, its checksum, the event, its checksum:
 * tensorflow/core/lib/io/record_writer.h), and events are the protocol buffers of tensorflow/core/util/event.proto and
 * framework/summary.proto.
 *
 * @param sink - stays open; whatever was written can be read at any time
 * @param now - seconds since 1970
 */
export async function createEventFile(sink: ByteSink, now: () => number): Promise<EventFile> {
  let end = 0;
  const put = async (...fields: readonly Uint8Array[]): Promise<void> => {
    const record = framed(messageOf(doubleField(eventFields.wallTime, now()), ...fields));
    await sink.write(end, record);
    end += record.length;
  };
  const putSummary = (step: number, values: readonly Uint8Array[]): Promise<void> =>
    put(field(eventFields.step, step), field(eventFields.summary, messageOf(...values)));
  await put(field(eventFields.fileVersion, "brain.Event:2"));
  return {
    scalars: (step, values) =>
      putSummary(
        step,
        Object.entries(values).map(([tag, value]) => summaryValue(tag, floatField(valueFields.number, value))),
      ),
    picture: (step, tag, { png, width, height }) =>
      putSummary(step, [
        summaryValue(
          tag,
          field(
            valueFields.image,
            messageOf(
              field(imageFields.height, height),
              field(imageFields.width, width),
              field(imageFields.channels, 1),
              field(imageFields.encoded, png),
            ),
          ),
        ),
      ]),
  };
}

/** Name of an event file as TensorBoard looks for it. */
export function eventFileName(seconds: number): string {
  return `events.out.tfevents.${Math.floor(seconds)}.slnet-web`;
}

const eventFields = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
/** Of a summary, its only field. */
const summaryValues = 1;
const valueFields = { tag: 1, number: 2, image: 4 } as const;
const imageFields = { height: 1, width: 2, channels: 3, encoded: 4 } as const;

function summaryValue(tag: string, value: Uint8Array): Uint8Array {
  return field(summaryValues, messageOf(field(valueFields.tag, tag), value));
}

function framed(event: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(event.length), true);
  const head = new Uint8Array(length.buffer);
  return joined([head, maskedChecksum(head), event, maskedChecksum(event)]);
}

/** Turned and shifted, as checksums of data that holds checksums are weak. */
function maskedChecksum(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const out = new DataView(new ArrayBuffer(4));
  out.setUint32(0, (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, true);
  return new Uint8Array(out.buffer);
}
