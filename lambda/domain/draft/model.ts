/** A draft before it is spelled: tables, kinds of items and what is doubtful, each where it belongs. It is plain data. */
import type { ColumnType } from "../../mapping/kinds.ts";

export interface DraftModel {
  readonly keys: { readonly pk: string; readonly sk?: string };
  /** Where it is not `#`. */
  readonly delimiter?: string;
  readonly ttl?: string;
  /** Attributes no kind of item has to say anything about. */
  readonly ignore: readonly DraftIgnore[];
  readonly tables: readonly DraftTable[];
  readonly kinds: readonly DraftKind[];
  /** The model it was drafted with, and the kinds of items of which it speaks and there is none. */
  readonly known?: { readonly origin: string; readonly unseen: readonly string[] };
}

/** One line for a human, of what is doubtful at this place, with the evidence. */
export type Doubt = string;

export interface DraftIgnore {
  readonly attribute: string;
  readonly why: string;
}

export interface DraftTable {
  readonly name: string;
  readonly columns: readonly DraftColumn[];
  readonly foreignKeys: readonly DraftForeignKey[];
  readonly duplicates?: "identical";
  readonly doubts: readonly Doubt[];
}

export interface DraftColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly key: boolean;
  readonly doubts: readonly Doubt[];
}

/** To the primary key of a table. */
export interface DraftForeignKey {
  readonly columns: readonly string[];
  readonly references: string;
  /** Too doubtful to be more than a comment. */
  readonly isOffered: boolean;
  readonly doubts: readonly Doubt[];
}

export interface DraftKind {
  readonly name: string;
  readonly pk: string;
  readonly sk?: string;
  readonly where: Readonly<Record<string, string>>;
  readonly ignore: readonly DraftIgnore[];
  readonly writes: readonly DraftWrite[];
  readonly doubts: readonly Doubt[];
  /** Why the whole item is left behind, where it is. */
  readonly leftBehind?: string;
  /** Items it was drafted from. */
  readonly items: number;
}

export type DraftWrite =
  | { readonly kind: "into"; readonly table: string; readonly columns: readonly DraftCell[] }
  | {
      readonly kind: "each";
      readonly list: DraftValue;
      /** What the element is called in the rows. */
      readonly element: string;
      /** What its position is called, where a row holds it. */
      readonly position?: string;
      readonly writes: readonly DraftWrite[];
    }
  | { readonly kind: "agree"; readonly value: DraftValue; readonly other: DraftValue };

export interface DraftCell {
  readonly column: string;
  readonly value: DraftValue;
}

/** A reader as it is spelled: where it begins, and the words behind that. */
export interface DraftValue {
  readonly origin:
    | { readonly kind: "key"; readonly capture: string }
    | { readonly kind: "attr"; readonly name: string }
    | { readonly kind: "element"; readonly name: string }
    | { readonly kind: "constant"; readonly text: string }
    | { readonly kind: "rest" };
  readonly words: readonly DraftWord[];
}

export interface DraftWord {
  readonly word: string;
  readonly args: readonly (string | number | Readonly<Record<string, string>> | { readonly value: DraftValue })[];
  /** Of `.captures()`: which of them. */
  readonly capture?: string;
  /** A function of the file's own, the last argument. */
  readonly helper?: "withoutBytes";
}
