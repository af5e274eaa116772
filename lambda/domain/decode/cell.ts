/**
 * An attribute value, a column type and a conversion -> a cell: the text Postgres casts to the column's type, and the
 * canonical text the fingerprint covers. What Postgres would round, truncate or not store is refused here, because
 * afterwards nobody could tell.
 */

import {
  type ColumnType,
  type Conversion,
  type Kind,
  type NumberKind,
  sqlType,
  type TimeKind,
} from "../../mapping/kinds.ts";
import { type AttributeValue, attributeType } from "./attribute.ts";
import { type FloatKind, floatBytes } from "./float.ts";
import {
  jsonbText,
  notANumber,
  numberArrayJson,
  sortedNumbers,
  sortedTexts,
  textArrayJson,
  unstorable,
} from "./json.ts";
import { momentFromEpoch, momentFromText } from "./moment.ts";
import { canonicalNumber, extentOf, isWhole, TEXT_NUMBER } from "./number.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** One column's value: both texts, or the one where they are equal, which is nearly always, and takes no room but its own. */
export type Cell = string | { readonly input: string; readonly canonical: string };

/** NULL is NULL. */
export const inputOf = (cell: Cell | null): string | null =>
  cell === null || typeof cell === "string" ? cell : cell.input;
export const canonicalOf = (cell: Cell | null): string | null =>
  cell === null || typeof cell === "string" ? cell : cell.canonical;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INTEGER_BITS = { smallint: 16, integer: 32, bigint: 64 } as const;
/** Characters of a whole number that fits, whichever digits they are. */
const SURELY_FITS = { smallint: 4, integer: 9, bigint: 18 } as const;

/** Encodes one present value. Whether NULL and absent may stand for the column's NULL is decided before. */
export function encode(type: ColumnType, value: AttributeValue, conversion: Conversion): Cell | Refusal {
  if ("NULL" in value) return refuse("null-attribute", `NULL into ${sqlType(type)}: let the mapping say what it means`);
  switch (conversion) {
    case "natural":
      return natural(type, value);
    case "digits":
      return digits(type, value);
    case "epochSeconds":
    case "epochMillis":
      return isTime(type.kind) && "N" in value
        ? epoch(type.kind, value.N, conversion)
        : wrongType(type, value, conversion);
  }
}

function natural(type: ColumnType, value: AttributeValue): Cell | Refusal {
  const { kind } = type;
  switch (kind) {
    case "text":
      return "S" in value ? (unstorable(value.S) ?? value.S) : wrongType(type, value);
    case "uuid":
      return "S" in value ? uuid(value.S) : wrongType(type, value);
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
    case "real":
    case "double":
      return "N" in value ? number(type, kind, canonicalNumber(value.N)) : wrongType(type, value);
    case "boolean":
      return "BOOL" in value ? String(value.BOOL) : wrongType(type, value);
    case "timestamptz":
    case "timestamp":
    case "date":
      return "S" in value ? momentFromText(kind, value.S) : wrongType(type, value);
    case "bytea":
      return "B" in value ? bytesCell(value.B) : wrongType(type, value);
    case "jsonb":
      return jsonbText(value);
    case "text[]":
      return textArray(type, value);
    case "numeric[]":
      return numericArray(type, value);
    case "bytea[]":
      return byteaArray(type, value);
  }
}

/** A text's number may be longer than any N. */
function digits(type: ColumnType, value: AttributeValue): Cell | Refusal {
  const { kind } = type;
  if (!("N" in value) || !(isNumber(kind) || isFloat(kind))) return wrongType(type, value, "digits");
  return number(type, kind, canonicalNumber(value.N, TEXT_NUMBER));
}

function epoch(kind: TimeKind, spelling: string, unit: "epochSeconds" | "epochMillis"): Cell | Refusal {
  const canonical = canonicalNumber(spelling);
  return canonical === undefined ? notANumber() : momentFromEpoch(kind, unit, canonical);
}

function number(type: ColumnType, kind: NumberKind | FloatKind, canonical: string | undefined): Cell | Refusal {
  if (canonical === undefined) return notANumber();
  if (isFloat(kind)) return float(kind, canonical);
  return (kind === "numeric" ? numericRefusal(type, canonical) : integerRefusal(kind, canonical)) ?? canonical;
}

function integerRefusal(kind: keyof typeof INTEGER_BITS, canonical: string): Refusal | undefined {
  if (!isWhole(canonical))
    return refuse("would-round", `a number with a fraction into ${kind}: declare the column numeric()`);
  if (canonical.length <= SURELY_FITS[kind]) return undefined;
  const value = BigInt(canonical);
  if (BigInt.asIntN(INTEGER_BITS[kind], value) === value) return undefined;
  return refuse("out-of-range", `the number is beyond ${kind}: declare a wider column, numeric() holds every number`);
}

function numericRefusal(type: ColumnType, canonical: string): Refusal | undefined {
  if (type.precision === undefined || canonical === "0") return undefined;
  const { before, after } = extentOf(canonical);
  const scale = type.scale ?? 0;
  const name = sqlType(type);
  if (after > scale) return refuse("would-round", `more digits after the point than ${name} keeps: raise its scale`);
  if (before <= type.precision - scale) return undefined;
  return refuse("out-of-range", `more digits before the point than ${name} keeps: raise its precision`);
}

function float(kind: FloatKind, canonical: string): Cell | Refusal {
  const bytes = floatBytes(kind, canonical);
  return typeof bytes === "string" ? { input: canonical, canonical: bytes } : bytes;
}

function uuid(text: string): Cell | Refusal {
  if (UUID.test(text)) return text;
  const lower = text.toLowerCase();
  if (UUID.test(lower)) return lower;
  return refuse("not-a-uuid", "the text is not a UUID of 32 hex digits in five groups: declare the column text()");
}

function bytesCell(value: Uint8Array): Exclude<Cell, string> {
  const canonical = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
  return { input: `\\x${canonical}`, canonical };
}

function textArray(type: ColumnType, value: AttributeValue): Cell | Refusal {
  const texts = "SS" in value ? sortedTexts(value.SS) : "L" in value ? strings(value.L) : undefined;
  if (texts === undefined) return wrongType(type, value);
  const canonical = textArrayJson(texts);
  if (typeof canonical !== "string") return canonical;
  // Quoting every element keeps the text NULL, blanks and commas what they are.
  return { input: `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`, canonical };
}

function numericArray(type: ColumnType, value: AttributeValue): Cell | Refusal {
  const numbers = "NS" in value ? sortedNumbers(value.NS) : "L" in value ? numerals(value.L) : undefined;
  if (numbers === undefined) return wrongType(type, value);
  return isRefusal(numbers) ? numbers : { input: `{${numbers.join(",")}}`, canonical: numberArrayJson(numbers) };
}

function byteaArray(type: ColumnType, value: AttributeValue): Cell | Refusal {
  const texts = "BS" in value ? sortedBytes(value.BS) : "L" in value ? binaries(value.L) : undefined;
  if (texts === undefined) return wrongType(type, value);
  const quoted = texts.map((text) => JSON.stringify(text));
  // A backslash is doubled in an array's text and in JSON alike.
  return { input: `{${quoted.join(",")}}`, canonical: `[${quoted.join(", ")}]` };
}

const hexText = (bytes: Uint8Array): string => bytesCell(bytes).input;

/** The members of a binary set in canonical order: by bytes, each once. */
const sortedBytes = (members: readonly Uint8Array[]): string[] => [...new Set(members.map(hexText))].sort();

function binaries(list: readonly AttributeValue[]): readonly string[] | undefined {
  const texts = list.flatMap((value) => ("B" in value ? [hexText(value.B)] : []));
  return texts.length === list.length ? texts : undefined;
}

function strings(list: readonly AttributeValue[]): readonly string[] | undefined {
  const texts = list.flatMap((value) => ("S" in value ? [value.S] : []));
  return texts.length === list.length ? texts : undefined;
}

function numerals(list: readonly AttributeValue[]): readonly string[] | Refusal | undefined {
  const spellings = list.flatMap((value) => ("N" in value ? [value.N] : []));
  if (spellings.length !== list.length) return undefined;
  const numbers = spellings.flatMap((spelling) => canonicalNumber(spelling) ?? []);
  return numbers.length === list.length ? numbers : notANumber();
}

function isNumber(kind: Kind): kind is NumberKind {
  return kind === "numeric" || kind in INTEGER_BITS;
}

function isFloat(kind: Kind): kind is FloatKind {
  return kind === "real" || kind === "double";
}

function isTime(kind: Kind): kind is TimeKind {
  return kind === "timestamptz" || kind === "timestamp" || kind === "date";
}

function wrongType(type: ColumnType, value: AttributeValue, conversion: Conversion = "natural"): Refusal {
  const from = attributeType(value);
  const said = conversion === "natural" ? "" : ` by .${conversion}()`;
  return refuse("wrong-type", `${from} into ${sqlType(type)}${said}: ${remedy(type.kind, value, conversion)}`);
}

function remedy(kind: Kind, value: AttributeValue, conversion: Conversion): string {
  const numeric = isNumber(kind) || isFloat(kind);
  if (conversion !== "natural") {
    if ("S" in value && isTime(kind)) return `ISO text needs no .${conversion}()`;
  }
  if ("S" in value && numeric) return "say .digits() if the text holds a number";
  if (("S" in value || "N" in value) && kind === "boolean")
    return 'say which means true and which false: .trueFalse("1", "0")';
  if ("S" in value && kind === "bytea") return "say .hex() if the text holds hex digits";
  if ("N" in value && isTime(kind)) return "say .epochSeconds() or .epochMillis() if the number counts from 1970";
  if ("L" in value && kind === "text[]") return "an element is not S; a jsonb column holds any list";
  if ("L" in value && kind === "bytea[]") return "an element is not B; a child table holds any list";
  if ("L" in value && kind === "numeric[]") return "an element is not N; a jsonb column holds any list";
  return "declare a column that holds this type, or convert the value with a function";
}
