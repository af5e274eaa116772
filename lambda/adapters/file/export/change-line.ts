/** A line of an incremental export → what became of an item, or what is wrong with it: nothing is guessed of a line that contradicts itself. */

import type { Export } from "../../../domain/chain.ts";
import type { Item } from "../../../domain/decode/attribute.ts";
import { type JsonProblem, parseItem } from "../../../domain/decode/dynamodb-json.ts";
import { keySource } from "../../../domain/decode/source-key.ts";
import type { Change, ChangeRecord } from "../../../ports/changes.ts";
import { type LineForm, recordOf } from "../lines/line-codec.ts";
import type { Line } from "../lines/lines.ts";

type Images = NonNullable<Export["images"]>;

const MEMBERS: ReadonlySet<string> = new Set(["Metadata", "Keys", "OldImage", "NewImage"]);

/** `{"Metadata":{"WriteTimestampMicros":{"N":"…"}},"Keys":{…},"OldImage":{…},"NewImage":{…}}`, either image or none. */
const change =
  (images: Images): LineForm<Change> =>
  (json, position) => {
    const others = Object.keys(json).filter((name) => !MEMBERS.has(name));
    if (others.length > 0) return { problem: `beside what a change has, the line has ${others.join(", ")}` };
    if (!("Keys" in json)) return { problem: 'the line has no "Keys"' };
    if (!("Metadata" in json) || !isTime(json.Metadata)) return { problem: "Metadata: it has no WriteTimestampMicros" };
    const key = parseItem(json.Keys);
    if ("problem" in key) return { problem: `Keys: ${key.problem}` };
    const names = Object.keys(key.item);
    const source = keySource(key.item, names);
    if (names.length < 1 || names.length > 2 || source === undefined)
      return { problem: "Keys: they are no key of a table" };

    const imageOf = (name: "OldImage" | "NewImage", value: unknown): Image | JsonProblem => {
      if (value === undefined) return { names: 0 };
      const image = parseItem(value);
      if ("problem" in image) return { problem: `${name}: ${image.problem}` };
      return keySource(image.item, names) === source ? image : { problem: `${name}: its key is another than Keys` };
    };
    const before = imageOf("OldImage", "OldImage" in json ? json.OldImage : undefined);
    if ("problem" in before) return before;
    const after = imageOf("NewImage", "NewImage" in json ? json.NewImage : undefined);
    if ("problem" in after) return after;
    const hasOld = images === "new and old";
    if (!hasOld && before.item !== undefined) return { problem: "OldImage: the export is one of new images" };
    if (hasOld && before.item === undefined && after.item === undefined)
      return { problem: "it has neither image: an item that was not, and is not" };
    const record: Change = {
      key: key.item,
      ...(after.item === undefined ? {} : { after: after.item }),
      ...(hasOld ? { before: before.item ?? "nothing" } : {}),
      position,
    };
    // Of what Metadata has one name is counted, so that two of them are looked for one by one.
    return {
      record,
      names: Object.keys(json).length + 1 + nested(json.Metadata) + key.names + before.names + after.names,
    };
  };

interface Image {
  readonly item?: Item;
  readonly names: number;
}

const MICROS = /^\d{1,20}$/;

/** A number as an item has it, or text. */
const timeOf = (metadata: unknown): unknown =>
  typeof metadata === "object" && metadata !== null && "WriteTimestampMicros" in metadata
    ? metadata.WriteTimestampMicros
    : undefined;

function isTime(metadata: unknown): boolean {
  const time = timeOf(metadata);
  const micros = typeof time === "object" && time !== null && "N" in time ? time.N : time;
  return typeof micros === "string" && MICROS.test(micros);
}

const nested = (metadata: unknown): number => (typeof timeOf(metadata) === "object" ? 1 : 0);

export const changeIn = (line: Line, images: Images, isWanted: (text: string) => boolean): ChangeRecord | undefined =>
  recordOf(line, change(images), isWanted);
