/** Changes of items: what a window of an incremental export holds, or a feed hands on. */
import type { Item } from "../domain/decode/attribute.ts";
import type { Position, Unreadable } from "../domain/decode/source-record.ts";
import type { UnitFault } from "./source.ts";

/** What has become of one item. */
export interface Change {
  /** Its key attributes. */
  readonly key: Item;
  /** What it is now; absent where it is no more. */
  readonly after?: Item;
  /** What it was before: all of it, or that there was none. Absent where the source does not say it, or cannot know what was read before. */
  readonly before?: Item | "nothing";
  readonly position: Position;
}

export type ChangeRecord = Change | { readonly unreadable: Unreadable };

/** One page, as a page of items is. */
export interface ChangePage {
  readonly records: readonly ChangeRecord[];
  readonly next?: string;
  readonly fault?: UnitFault;
}
