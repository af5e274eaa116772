/** What a source hands on: an item, or a record it could not understand, kept whole so that nothing is lost. */
import type { Item } from "./attribute.ts";

/** Something that was read but is no item. `text` is the record as it stood, `position` where. */
export interface Unreadable {
  readonly position: string;
  readonly text: string;
  readonly detail: string;
}

export type SourceRecord = { readonly item: Item } | { readonly unreadable: Unreadable };
