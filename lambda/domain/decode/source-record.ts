/** What a source hands on: an item, or a record it could not understand, kept whole so that nothing is lost. */
import type { Item } from "./attribute.ts";

/** Where a record stands in its source: `byte 1024`, `line 7`. It is no value of an item, and may be printed and logged. */
export type Position = `${string} ${number}`;

/** Something that was read but is no item. `text` is the record as it stood. */
export interface Unreadable {
  readonly position: Position;
  readonly text: string;
  readonly detail: string;
}

/** A source that promises unique keys has no need to say where an item stands. */
export type SourceRecord = { readonly item: Item; readonly position?: Position } | { readonly unreadable: Unreadable };

/** The number a position ends with: those of one source differ in nothing else. */
export const numberIn = (position: Position): number => Number(position.slice(position.lastIndexOf(" ") + 1));
