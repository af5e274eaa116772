/** Texts, one after the other → what all of them have in common: a form a column is made for, few values, texts that stand for NULL. */
import { dateFormat, isFormatProblem } from "../../mapping/date-format.ts";
import type { NumberSpelling } from "../../mapping/plans.ts";
import { momentFromText } from "../decode/moment.ts";
import { isRefusal } from "../decode/refusal.ts";
import { spelledNumber } from "../decode/spelled-number.ts";
import { Numbers } from "./numbers.ts";

/** Values told apart. */
const MOST_VALUES = 40;
/** Texts that are longer are prose. */
const LONGEST_VALUE = 60;
/** What people and programs write where there is nothing. */
const NOTHING = /^(null|none|nil|n\/?a|undefined|nan|-+|\?+|unknown|\(null\)|<null>|0000-00-00)$/i;

export type TextForm =
  | "uuid"
  | "timestamptz"
  | "timestamp"
  | "date"
  | "digits"
  | "hex"
  | { readonly format: string; readonly holds: "date" | "timestamp" | "timestamptz"; readonly isSure: () => boolean }
  | { readonly spelled: NumberSpelling };

interface Candidate {
  readonly form: TextForm;
  is(text: string): boolean;
}

const DIGITS = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Long enough to be no word, and of a length that hashes have. */
const HEX = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;

const moment = (kind: "timestamptz" | "timestamp" | "date"): Candidate => ({
  form: kind,
  is: (text) => /^\d{4}-\d\d-\d\d/.test(text) && !isRefusal(momentFromText(kind, text)),
});

const FORMATS = [
  ...["MM/DD/YYYY", "M/D/YYYY", "DD/MM/YYYY", "D/M/YYYY", "DD.MM.YYYY", "D.M.YYYY", "DD-MM-YYYY", "YYYY/MM/DD"],
  ...["YYYYMMDD", "MMM D, YYYY", "MMMM D, YYYY", "D MMM YYYY", "DD MMM YYYY", "D MMMM YYYY"],
  ...["MM/DD/YYYY HH:mm:ss", "DD/MM/YYYY HH:mm:ss", "DD.MM.YYYY HH:mm:ss", "YYYY/MM/DD HH:mm:ss"],
  ...["MM/DD/YYYY HH:mm", "DD/MM/YYYY HH:mm", "DD.MM.YYYY HH:mm", "M/D/YYYY h:mm A", "MMM D, YYYY h:mm A"],
];

const DATES = FORMATS.flatMap((format) => {
  const read = dateFormat(format);
  return isFormatProblem(read) ? [] : [{ format, read }];
});

/** Day and month can be told where one of them is more than twelve. */
function formatted({ format, read }: (typeof DATES)[number]): Candidate {
  const days = new Set<string>();
  const { holds } = read;
  const isNamed = format.includes("MMM") || format.startsWith("YYYY");
  const isSure = (): boolean => isNamed || [...days].some((day) => Number(day) > 12);
  return {
    form: { format, holds, isSure },
    is: (text) => {
      if (!/\d/.test(text) || text.length > 30) return false;
      const iso = read.read(text);
      if (iso === undefined || isRefusal(momentFromText(holds, iso))) return false;
      if (days.size < 31) days.add(iso.slice(8, 10));
      return true;
    },
  };
}

const UNITS = ["$", "€", "£", "USD", "EUR", "GBP", "%"];
const SPELLED: readonly NumberSpelling[] = [
  ...[undefined, ...UNITS].map((unit) => ({ thousands: ",", ...(unit === undefined ? {} : { unit }) })),
  ...[undefined, ...UNITS].map((unit) => ({ thousands: ".", point: ",", ...(unit === undefined ? {} : { unit }) })),
];

const NUMBERS = SPELLED.map((spelling): Candidate => {
  const read = spelledNumber(spelling);
  return { form: { spelled: spelling }, is: (text) => text.length < 40 && /\d/.test(text) && read(text) !== undefined };
});

const candidates = (): Candidate[] => [
  { form: "uuid", is: (text) => UUID.test(text) },
  moment("timestamptz"),
  moment("timestamp"),
  moment("date"),
  { form: "digits", is: (text) => DIGITS.test(text) },
  { form: "hex", is: (text) => HEX.test(text) },
  ...DATES.map(formatted),
  ...NUMBERS,
];

export class Texts {
  count = 0;
  /** Texts that stand for NULL wherever they are, and how often. */
  readonly nothing = new Map<string, number>();
  readonly numbers = new Numbers();
  isZeroLed = false;
  /** Each with how often, while there are few. */
  values: Map<string, number> | undefined = new Map();
  #left: Candidate[] | undefined;

  /** Returns whether it says something, and does not stand for NULL. */
  add(text: string): boolean {
    this.count += 1;
    if (text === "" || NOTHING.test(text)) {
      this.nothing.set(text, (this.nothing.get(text) ?? 0) + 1);
      return false;
    }
    this.#left = (this.#left ?? candidates()).filter(({ is }) => is(text));
    if (DIGITS.test(text)) {
      this.numbers.add(text);
      if (/^[+-]?0\d/.test(text)) this.isZeroLed = true;
    }
    this.#value(text);
    return true;
  }

  #value(text: string): void {
    if (this.values === undefined) return;
    const known = this.values.get(text);
    if (known !== undefined) this.values.set(text, known + 1);
    else if (this.values.size >= MOST_VALUES || text.length > LONGEST_VALUE) this.values = undefined;
    else this.values.set(text, 1);
  }

  /** Those that say something. */
  get telling(): number {
    return this.count - this.nothing.values().reduce((sum, count) => sum + count, 0);
  }

  /** The forms of all that say something, the most telling first. */
  get forms(): readonly TextForm[] {
    return (this.#left ?? []).map(({ form }) => form);
  }
}
