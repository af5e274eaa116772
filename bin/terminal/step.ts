/** One thing that is being done, and how far it is → the words for it. */
import { durationText } from "../../lambda/adapters/report/time-text.ts";
import type { TablesDone } from "../../lambda/ports/progress.ts";
import type { SourceSize, Spent } from "../../lambda/ports/source.ts";
import type { UnitProgress } from "../../lambda/ports/units.ts";
import { fitted, type Part } from "./line.ts";
import { Rate } from "./rate.ts";

const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const WEIGHTS = { share: 7, left: 6, rate: 5, of: 4, tables: 4, elapsed: 3, units: 2, retries: 1 };

/** Never all of it before it is: an estimate may be too low. */
export const percent = (share: number): string => `${Math.min(99, Math.floor(share * 100))} %`;

export class Step {
  readonly label: string;
  readonly #since = performance.now();
  readonly #rate = new Rate();
  readonly #size: SourceSize | undefined;
  #detail: string | undefined;
  #copied: UnitProgress | undefined;
  #spent: Spent | undefined;
  #tables: TablesDone | undefined;

  constructor(label: string, size?: SourceSize) {
    this.label = label;
    this.#size = size;
  }

  says(detail: string | undefined): void {
    this.#detail = detail;
  }

  copied(progress: UnitProgress, spent: Spent | undefined): void {
    this.#rate.add(progress.read);
    [this.#copied, this.#spent] = [progress, spent];
  }

  tables(done: TablesDone | undefined): void {
    this.#tables = done;
  }

  /** As it is now. */
  text(width: number): string {
    return fitted(this.label, [...this.#parts(), this.#elapsed()], width);
  }

  /** When it is over. */
  ended(width: number): string {
    const items = this.#copied === undefined ? [] : [{ text: `${count(this.#copied.read)} items`, weight: WEIGHTS.of }];
    return fitted(this.label, [...items, this.#elapsed()], width);
  }

  #elapsed(): Part {
    return { text: durationText(performance.now() - this.#since), weight: WEIGHTS.elapsed };
  }

  #parts(): Part[] {
    const { doing, done, of } = this.#tables ?? {};
    return [
      ...(this.#detail === undefined ? [] : [{ text: this.#detail, weight: WEIGHTS.of }]),
      ...this.#copyParts(),
      ...(doing === undefined ? [] : [{ text: `${doing}, ${done} of ${of} tables`, weight: WEIGHTS.tables }]),
    ];
  }

  #copyParts(): Part[] {
    if (this.#copied === undefined) return [];
    const { read, done, units } = this.#copied;
    const size = this.#size;
    const about = size?.isExact === false ? "about " : "";
    const rate = this.#rate.perSecond();
    const left = size === undefined || !rate ? undefined : Math.max(0, size.items - read) / rate;
    return [
      ...(size === undefined ? [] : [{ text: `${about}${percent(read / size.items)}`, weight: WEIGHTS.share }]),
      {
        text: size === undefined ? `${count(read)} items` : `${count(read)} of ${about}${count(size.items)} items`,
        weight: WEIGHTS.of,
      },
      ...(rate === undefined ? [] : [{ text: `${count(rate)}/s`, weight: WEIGHTS.rate }]),
      ...(left === undefined ? [] : [{ text: `about ${durationText(left * 1000)} left`, weight: WEIGHTS.left }]),
      { text: `${done} of ${units} units`, weight: WEIGHTS.units },
      ...this.#retryParts(),
    ];
  }

  #retryParts(): Part[] {
    const { retries = 0, throttled = 0 } = this.#spent ?? {};
    return [
      ...(throttled === 0 ? [] : [{ text: `throttled ${count(throttled)} times`, weight: WEIGHTS.retries }]),
      ...(retries === throttled ? [] : [{ text: `${count(retries - throttled)} retries`, weight: WEIGHTS.retries }]),
    ];
  }
}
