/** What a source hands on: an item, or a record it could not understand, kept whole so that nothing is lost. */
import type { Item } from "./attribute.ts";

/**
 * Where a record stands in its source: `line 7, byte 1024`, of several files with the name of one before it. It is no value
 * of an item, and may be printed and logged.
 */
export type Position = `${string} ${number}` | `${string}line ${number}, byte ${number}`;

/** Something that was read but is no item. `text` is the record as it stood. */
export interface Unreadable {
  readonly position: Position;
  readonly text: string;
  readonly detail: string;
}

/** A source that promises unique keys has no need to say where an item stands. */
export type SourceRecord = { readonly item: Item; readonly position?: Position } | { readonly unreadable: Unreadable };

/** The number a position ends with: it alone tells it from every other of its source, and grows from one to the next. */
export const numberIn = (position: Position): number => Number(position.slice(position.lastIndexOf(" ") + 1));
