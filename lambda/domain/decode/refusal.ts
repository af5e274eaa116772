/** Why a value, and with it its item, could not become a row: a code to count by and a sentence without any value. */

/** The codes quarantine is counted by. Never renamed: reports and the ledger hold them. */
export type Reason =
  | "unreadable"
  | "no-key"
  | "repeated-key"
  | "no-entity"
  | "key-not-text"
  | "missing-attribute"
  | "null-attribute"
  | "wrong-type"
  | "not-a-number"
  | "out-of-range"
  | "would-round"
  | "not-a-time"
  | "not-a-uuid"
  | "not-storable-text"
  | "key-mismatch"
  | "not-allowed"
  | "no-prefix"
  | "no-suffix"
  | "not-hex"
  | "disagreement"
  | "function-failed"
  | "conflicting-rows"
  | "postgres-refused";

/** Of an item that has no key anybody could read: it may be any item, one that seems to be gone among them. */
export const NAMELESS: readonly Reason[] = ["unreadable", "no-key", "key-not-text"];

/** A refusal is data, not an exception: it is returned, counted and shown. `detail` never holds an attribute's value. */
export class Refusal {
  readonly reason: Reason;
  readonly detail: string;
  readonly #sentences: readonly string[];

  constructor(reason: Reason, detail: string, sentences: readonly string[] = [detail]) {
    this.reason = reason;
    this.detail = detail;
    this.#sentences = sentences;
  }

  /** What its detail is made of. */
  get sentences(): readonly string[] {
    return this.#sentences;
  }
}

export const refuse = (reason: Reason, detail: string): Refusal => new Refusal(reason, detail);

/** What stands for a value is asked at every turn: by its class, which is looked up nowhere. */
export const isRefusal = (value: unknown): value is Refusal => value instanceof Refusal;

/** Sentences told of one item; the others are counted. */
const MOST_TOLD = 10;

/** All that an item was refused for, as one: counted by the first reason, and each sentence once. */
export function together(refusals: readonly Refusal[]): Refusal | undefined {
  const [first, ...others] = refusals;
  if (first === undefined || others.length === 0) return first;
  const all = [...new Set(refusals.flatMap(({ sentences }) => sentences))];
  const more = all.length > MOST_TOLD ? [`and ${all.length - MOST_TOLD} more`] : [];
  return new Refusal(first.reason, [...all.slice(0, MOST_TOLD), ...more].join("; also "), all);
}
