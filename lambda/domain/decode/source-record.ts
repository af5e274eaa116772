/** What a source hands on: an item, or a record it could not understand, kept whole so that nothing is lost. */
import type { Item } from "./attribute.ts";

/**
 * Where a record stands in its source: `line 7, byte 1024`, of several files with the name of one before it. It is no value
 * of an item, and may be printed and logged.
 */
export type Position =
  | `${string} ${number}`
  | `${string} ${string} ${number}`
  | `${string}line ${number}, byte ${number}`;

/** Something that was read but is no item. `text` is the record as it stood. */
export interface Unreadable {
  readonly position: Position;
  readonly text: string;
  readonly detail: string;
}

/** A source that promises unique keys has no need to say where an item stands. */
export type SourceRecord = { readonly item: Item; readonly position?: Position } | { readonly unreadable: Unreadable };

/** A position, but for the number of its line. */
export interface Spot {
  /** The file, where there are several. */
  readonly file: string;
  /** What is counted: `byte`. */
  readonly of: string;
  /** In its file it alone tells one position from every other. */
  readonly at: number;
}

export function spotOf(position: Position): Spot {
  const end = position.lastIndexOf(" ");
  const before = position.lastIndexOf(" ", end - 1) + 1;
  const [of, at] = [position.slice(before, end), Number(position.slice(end + 1))];
  const isOfLine = position.endsWith(", ", before);
  const rest = isOfLine ? position.lastIndexOf("line ", before) : before;
  return { file: position.slice(0, Math.max(0, rest - 1)), of, at };
}

export const positionOf = ({ file, of, at }: Spot): Position => (file === "" ? `${of} ${at}` : `${file} ${of} ${at}`);
