/** What the values of a place have in common, and its name → the column that holds them, and the words it takes to get them there. */
import type { ColumnType } from "../../../mapping/kinds.ts";
import { figure } from "../../profile/figure.ts";
import type { Numbers } from "../../profile/numbers.ts";
import type { TextForm } from "../../profile/texts.ts";
import type { Values } from "../../profile/values.ts";
import type { DraftWord } from "../model.ts";
import { draftWord, epochWord } from "../words.ts";

export interface ColumnChoice {
  readonly type: ColumnType;
  readonly words: readonly DraftWord[];
  /** Some of its texts stand for NULL. */
  readonly isNullIf: boolean;
  readonly doubts: readonly string[];
}

const TIME =
  /(^|_)(at|on|date|time|timestamp|datetime|ts|since|until|created|updated|modified|expires?|expiry|expiration|ttl|started?|ended?|begins?|deleted|accessed|login|seen|birthday|dob|deadline|due|hired|joined|issued|epoch)$|^(date|time|last)_/;
const FLAG =
  /^(is|has|can|should|allow|allows|enable|use|uses|was|did|does|needs)_|(^|_)(active|enabled|disabled|deleted|verified|flag|visible|archived|published|locked|confirmed|required|subscribed)$/;
const QUANTITY =
  /(^|_)(quantity|qty|count|salary|wage|income|size|weight|height|width|length|depth|points?|score|rating|rate|age|duration|minutes|hours|seconds|days|percent|percentage|stock|units?|volume|budget|likes|views|followers|capacity|distance|latitude|longitude|lat|lon|lng|rank|level|position|order|index|sequence|seq)$|^(number|num|max|min|avg|total)_/;
const MONEY = /(^|_)(price|amount|cost|balance|fee|subtotal|total|tax|discount|revenue|paid|payment|refund|deposit)$/;
const IDENTIFIER =
  /(^|_)(id|ids|key|code|zip|zipcode|postal|postcode|phone|mobile|fax|number|no|nr|sku|ssn|account|iban|isbn|ean|upc|barcode|version|pin|card|tel|telephone)$/;
const HASH = /(^|_)(hash|digest|checksum|sha|sha1|sha256|sha512|md5|hex|fingerprint|signature)$/;
const CLOSED =
  /(^|_)(status|state|type|kind|role|category|level|plan|tier|gender|priority|severity|mode|phase|stage|currency|visibility|difficulty)$/;
/** Of so many different values at most, each many times, it may be said that there are no others. */
const MOST_CLOSED = 10;
const TIMES_EACH = 4;

const plain = (type: ColumnType, words: readonly DraftWord[] = [], doubts: readonly string[] = []): ColumnChoice => ({
  type,
  words,
  isNullIf: false,
  doubts,
});

/** `name` is the column's. A key's column can hold no NULL. */
export function columnTypeOf(values: Values, name: string, isKey = false): ColumnChoice {
  const [only, ...others] = values.held;
  if (only === undefined) return plain({ kind: "text" }, [], [`never anything but NULL, in ${figure(values.count)}`]);
  if (others.length > 0) return mixed(values);
  switch (only) {
    case "S":
      return textColumn(values, name, isKey);
    case "N":
      return numberColumn(values.numbers, name);
    case "BOOL":
      return plain({ kind: "boolean" });
    case "B":
      return plain({ kind: "bytea" });
    case "SS":
      return plain({ kind: "text[]" });
    case "NS":
      return plain({ kind: "numeric[]" });
    case "BS":
      return plain({ kind: "bytea[]" });
    default:
      return json(values);
  }
}

function mixed(values: Values): ColumnChoice {
  const counts = [...values.types]
    .filter(([type]) => type !== "NULL")
    .map(([type, count]) => `${type} in ${figure(count)}`);
  const made = json(values);
  return { ...made, doubts: [...made.doubts, `${counts.join(", ")}: as it is, of whatever type`] };
}

function json(values: Values): ColumnChoice {
  return plain(
    { kind: "jsonb" },
    values.hasBytes ? [{ word: "convert", args: ["bytes as base64 v1"], helper: "withoutBytes" }] : [],
  );
}

function numberType(numbers: Numbers, name: string): ColumnType {
  if (MONEY.test(name) && numbers.before <= 10 && numbers.after <= 2)
    return { kind: "numeric", precision: 12, scale: 2 };
  return { kind: numbers.integer ?? "numeric" };
}

function numberColumn(numbers: Numbers, name: string): ColumnChoice {
  const { epoch, count } = numbers;
  if (epoch !== undefined && TIME.test(name)) return plain({ kind: "timestamptz" }, [epochWord(epoch)]);
  const isBits = numbers.isWhole && numbers.least === "0" && numbers.most === "1";
  if (isBits && FLAG.test(name)) return plain({ kind: "boolean" }, [draftWord("trueFalse", "1", "0")]);
  const doubts = [
    ...(epoch === undefined || count < 3
      ? []
      : [`may count ${epoch}, in all ${figure(count)}: timestamptz() with .${epochWord(epoch).word}()`]),
    ...(isBits && count >= 20 ? [`0 or 1 in all ${figure(count)}: boolean() with .trueFalse("1", "0")`] : []),
  ];
  return plain(numberType(numbers, name), [], doubts);
}

function textColumn({ texts }: Values, name: string, isKey: boolean): ColumnChoice {
  const { telling, forms, nothing, count } = texts;
  const found = telling === 0 ? undefined : typedText(texts, forms, name);
  const told = [...nothing].map(([text, times]) => ({
    text,
    doubt: `${figure(times)} of ${figure(count)} are ${JSON.stringify(text)}`,
  }));
  if (found !== undefined && !(isKey && nothing.size > 0)) {
    const nullIfs = told.map(({ text }) => draftWord("nullIf", text));
    const doubts = [...told.map(({ doubt }) => doubt), ...found.doubts];
    return { ...found, words: [...nullIfs, ...found.words], isNullIf: nullIfs.length > 0, doubts };
  }
  const doubts = isKey
    ? []
    : [
        ...told
          .filter(({ text }) => text !== "")
          .map(({ text, doubt }) => `${doubt}: .nullIf(${JSON.stringify(text)})`),
        ...(telling === 0 ? [] : textDoubts(texts, forms, name)),
      ];
  return plain({ kind: "text" }, nothing.size === 0 ? closedSet(texts, name) : [], doubts);
}

function closedSet({ values, count }: Values["texts"], name: string): DraftWord[] {
  const texts = [...(values?.keys() ?? [])].sort();
  const isClosed = texts.length > 0 && texts.length <= MOST_CLOSED && count >= texts.length * TIMES_EACH && count >= 20;
  if (!CLOSED.test(name) || !isClosed) return [];
  const word = draftWord("oneOf", ...texts);
  return JSON.stringify(texts).length < 70 ? [word] : [];
}

const PAIRS = [
  ["true", "false"],
  ["yes", "no"],
  ["y", "n"],
  ["t", "f"],
  ["on", "off"],
] as const;

/** What is more than text; undefined where it is none of that. */
function typedText(texts: Values["texts"], forms: readonly TextForm[], name: string): ColumnChoice | undefined {
  const pair = pairOf([...(texts.values?.keys() ?? [])], name, texts.telling);
  if (pair !== undefined) return plain({ kind: "boolean" }, [draftWord("trueFalse", ...pair)]);
  const format = forms.find((form) => typeof form === "object" && "format" in form);
  if (
    typeof format === "object" &&
    "format" in format &&
    format.isSure() &&
    (!forms.includes("digits") || TIME.test(name))
  )
    return plain({ kind: format.holds }, [draftWord("format", format.format)]);
  const [form] = forms;
  if (form === "uuid" || form === "timestamptz" || form === "timestamp" || form === "date")
    return plain({ kind: form });
  if (form === "digits") return digitsColumn(texts, name);
  if (form === "hex" && HASH.test(name)) return plain({ kind: "bytea" }, [draftWord("hex")]);
  if (
    typeof form === "object" &&
    "spelled" in form &&
    (MONEY.test(name) || QUANTITY.test(name) || form.spelled.unit !== undefined)
  )
    return plain({ kind: "numeric" }, [draftWord("digits", { ...form.spelled })]);
  return undefined;
}

function digitsColumn({ isZeroLed, numbers }: Values["texts"], name: string): ColumnChoice | undefined {
  const { epoch } = numbers;
  if (epoch !== undefined && TIME.test(name))
    return plain({ kind: "timestamptz" }, [draftWord("digits"), epochWord(epoch)]);
  if (isZeroLed || numbers.others > 0 || IDENTIFIER.test(name)) return undefined;
  if (!MONEY.test(name) && !QUANTITY.test(name)) return undefined;
  return plain(numberType(numbers, name), [draftWord("digits")]);
}

/** The two texts as they are written, true first. */
function pairOf(values: readonly string[], name: string, count: number): [string, string] | undefined {
  if (values.length === 0 || values.length > 2) return undefined;
  for (const pair of [...PAIRS, ...(FLAG.test(name) ? [["1", "0"] as const] : [])]) {
    for (const write of [(text: string) => text, (text: string) => text.toUpperCase(), capital]) {
      const [yes, no] = [write(pair[0]), write(pair[1])];
      if (!values.every((value) => value === yes || value === no)) continue;
      // One alone may be a word like any other, but for these.
      if (values.length === 2 || pair[0] === "true" || (FLAG.test(name) && count > 2)) return [yes, no];
    }
  }
  return undefined;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function textDoubts(texts: Values["texts"], forms: readonly TextForm[], name: string): string[] {
  const { telling, isZeroLed, numbers, values } = texts;
  const [form] = forms;
  const all = `all ${figure(telling)}`;
  if (telling < 5) return [];
  const isBits = values !== undefined && values.size === 2 && values.has("0") && values.has("1");
  if (isBits) return [`"0" or "1" in ${all}: boolean() with .trueFalse("1", "0")`];
  if (form === "digits" && !isZeroLed && !IDENTIFIER.test(name))
    return [`digits in ${all}: ${numbers.integer ?? "numeric"}() with .digits()`];
  const format = forms.find((each) => typeof each === "object" && "format" in each);
  if (typeof format === "object" && "format" in format)
    return [
      `a date in ${all}, and no day tells whether it stands before the month: .format(${JSON.stringify(format.format)})`,
    ];
  if (form === "hex") return [`hex digits in ${all}: bytea() with .hex()`];
  return [];
}
