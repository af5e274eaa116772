/** Values → lines of COPY's text form. */

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** One value as it stands between tabs. */
export const copyText = (value: string | null): string =>
  value === null ? "\\N" : SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : value;

const FIRST_BYTES = 16_384;
/** UTF-8 takes no more for a character of UTF-16. */
const MOST_BYTES = 3;

/**
 * Lines for one table, as they come. They stand outside V8's heap, where nothing of them has to be looked at or moved while the rest of
 * a page is decoded; what is left inside is the key of each, where they are sent in the order of their keys.
 */
export class CopyLines {
  readonly #keys: string[] = [];
  readonly #ends: number[] = [];
  #bytes = Buffer.alloc(0);
  #end = 0;
  #count = 0;
  readonly #isSorted: boolean;

  constructor(order: "as they came" | "by key") {
    this.#isSorted = order === "by key";
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the values of one line, each as COPY spells it, with tabs between them. Returns how many bytes it takes. */
  add(values: string, key: string): number {
    const start = this.#end;
    const most = start + (values.length + 1) * MOST_BYTES;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, most, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#end += this.#bytes.write(`${values}\n`, start);
    this.#count += 1;
    if (this.#isSorted) {
      this.#keys.push(key);
      this.#ends.push(this.#end);
    }
    return this.#end - start;
  }

  /** All of them. */
  inOrder(): Uint8Array {
    if (!this.#isSorted) return this.#bytes.subarray(0, this.#end);
    const [keys, ends, sorted] = [this.#keys, this.#ends, Buffer.allocUnsafeSlow(this.#end)];
    const order = Array.from(keys, (key, at) => ({ key, at })).sort((a, b) =>
      a.key < b.key ? -1 : a.key > b.key ? 1 : 0,
    );
    let end = 0;
    for (const { at } of order) end += this.#bytes.copy(sorted, end, ends[at - 1] ?? 0, ends[at]);
    return sorted;
  }
}
