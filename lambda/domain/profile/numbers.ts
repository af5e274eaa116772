/** Numbers, one after the other → the smallest column that holds them all, and whether they may count time. */
import { canonicalNumber, compareNumbers, extentOf, isWhole, TEXT_NUMBER } from "../decode/number.ts";

/** 2000 to 2100. */
const SECONDS = { least: "946684800", most: "4102444800" };
const MILLIS = { least: "946684800000", most: "4102444800000" };

const within = (value: string, { least, most }: typeof SECONDS): boolean =>
  compareNumbers(value, least) >= 0 && compareNumbers(value, most) < 0;

export class Numbers {
  count = 0;
  /** Beyond what any number may be, or no number: no numeric column holds it. */
  others = 0;
  isWhole = true;
  least = "";
  most = "";
  /** Digits before and after the point, at most. */
  before = 1;
  after = 0;
  zeros = 0;
  /** Not zero, and a time of this century if it were one. */
  seconds = 0;
  millis = 0;

  add(spelling: string): void {
    this.count += 1;
    const value = canonicalNumber(spelling, TEXT_NUMBER);
    if (value === undefined) {
      this.others += 1;
      return;
    }
    if (this.least === "" || compareNumbers(value, this.least) < 0) this.least = value;
    if (this.most === "" || compareNumbers(value, this.most) > 0) this.most = value;
    if (isWhole(value)) this.before = Math.max(this.before, value.length - (value.startsWith("-") ? 1 : 0));
    else {
      const { before, after } = extentOf(value);
      this.isWhole = false;
      this.before = Math.max(this.before, before);
      this.after = Math.max(this.after, after);
    }
    if (value === "0") this.zeros += 1;
    else if (within(value, SECONDS)) this.seconds += 1;
    else if (within(value, MILLIS)) this.millis += 1;
  }

  /** What all of them may count time in, zeros aside. */
  get epoch(): "seconds" | "millis" | undefined {
    const telling = this.count - this.zeros - this.others;
    if (!this.isWhole || this.others > 0 || telling === 0) return undefined;
    return this.seconds === telling ? "seconds" : this.millis === telling ? "millis" : undefined;
  }

  get integer(): "integer" | "bigint" | undefined {
    if (!this.isWhole || this.others > 0) return undefined;
    const fits = (bits: number): boolean =>
      [this.least, this.most].every((value) => value === "" || BigInt.asIntN(bits, BigInt(value)) === BigInt(value));
    return fits(32) ? "integer" : fits(64) ? "bigint" : undefined;
  }
}
