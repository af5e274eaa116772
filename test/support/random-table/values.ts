/** What attributes hold in tables of the real world, and what they hold once in a while: forms of values, each drawn many times. */
import fc from "fast-check";
import type { AttributeValue } from "../../../lambda/domain/decode/attribute.ts";
import { HOSTILE_NAMES, HOSTILE_TEXTS } from "./hostile.ts";

const S = (text: string): AttributeValue => ({ S: text });
const N = (number: number | bigint | string): AttributeValue => ({ N: String(number) });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 });
const moment = fc.date({
  min: new Date("2001-01-01T00:00:00Z"),
  max: new Date("2039-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const ulid = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);

/** One form for all values of an attribute: what it is called → how a value of it is drawn. */
const SCALARS: Readonly<Record<string, fc.Arbitrary<AttributeValue>>> = {
  text: fc.oneof(word, fc.string({ unit: "grapheme", maxLength: 20 }).filter(isStorable)).map(S),
  hostile: fc.constantFrom(...HOSTILE_TEXTS).map(S),
  uuid: fc.uuid().map(S),
  upperUuid: fc.uuid().map((id) => S(id.toUpperCase())),
  ulid: ulid.map(S),
  email: fc.emailAddress().map(S),
  isoZone: moment.map((date) => S(date.toISOString())),
  isoSeconds: moment.map((date) => S(date.toISOString().replace(/\.\d+/, ""))),
  isoNoZone: moment.map((date) => S(date.toISOString().slice(0, 19))),
  isoOffset: moment.map((date) => S(date.toISOString().replace("Z", "+02:00"))),
  mixedZones: fc
    .tuple(moment, fc.constantFrom("Z", "+01:00", ""))
    .map(([date, zone]) => S(date.toISOString().replace("Z", zone))),
  day: moment.map((date) => S(date.toISOString().slice(0, 10))),
  year: fc.integer({ min: 1950, max: 2050 }).map(N),
  epochSeconds: moment.map((date) => N(Math.floor(date.getTime() / 1000))),
  epochMillis: moment.map((date) => N(date.getTime())),
  epochText: moment.map((date) => S(String(date.getTime()))),
  small: fc.integer({ min: -5, max: 100 }).map(N),
  integer: fc.integer().map(N),
  big: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(N),
  cents: fc.integer({ min: 0, max: 99_999 }).map((cents) => N((cents / 100).toFixed(2))),
  decimal: fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: -20, max: 20 }))
    .map(([digits, power]) => N(`${digits}e${power}`)),
  long: fc.stringMatching(/^[1-9][0-9]{30,37}$/).map(N),
  tiny: fc.constantFrom("1E-130", "9.99E+125", "0.00000001", "1e5", "-0", "007").map(N),
  digits: fc.integer({ min: 0, max: 99_999 }).map((value) => S(String(value))),
  paddedDigits: fc.integer({ min: 0, max: 99_999 }).map((value) => S(String(value).padStart(5, "0"))),
  money: fc
    .integer({ min: 0, max: 9_999_999 })
    .map((cents) => S(`$${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`)),
  enumeration: fc.constantFrom("open", "in-progress", "closed").map(S),
  oddEnumeration: fc.constantFrom("O'Brien", 'a"b', "{x}", "$$", "").map(S),
  boolean: fc.boolean().map((value) => ({ BOOL: value })),
  booleanText: fc.constantFrom("true", "false").map(S),
  booleanNumber: fc.constantFrom(0, 1).map(N),
  hex: fc.stringMatching(/^([0-9a-f]{2}){1,8}$/).map(S),
  binary: bytes.map((B) => ({ B })),
  placeholder: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 900 }).map((value) => S(String(value))), weight: 3 },
    { arbitrary: fc.constant(S("NULL")), weight: 1 },
  ),
  dateOrNone: fc.oneof(
    moment.map((date) => S(date.toISOString().slice(0, 10))),
    fc.constant(S("")),
  ),
  composite: fc.tuple(word, fc.integer({ min: 0, max: 99 })).map(([a, b]) => S(`${a}#${b}`)),
  csv: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => S(words.join(","))),
  null: fc.constant({ NULL: true }),
  nullOrText: fc.oneof(fc.constant<AttributeValue>({ NULL: true }), word.map(S)),
  numberOrText: fc.oneof(fc.integer({ min: 0, max: 9 }).map(N), word.map(S)),
  anything: fc.oneof(
    fc.integer().map(N),
    word.map(S),
    fc.boolean().map((value): AttributeValue => ({ BOOL: value })),
    bytes.map((B): AttributeValue => ({ B })),
  ),
};

/** Text Postgres holds: no U+0000, no half of a surrogate pair. Both are faults of the data, told elsewhere. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

const scalarNames = Object.keys(SCALARS);
const scalarForm = fc
  .constantFrom(...scalarNames)
  .map((name) => ({ name, values: SCALARS[name] ?? fc.constant(S("")) }));

/** A set has one element at least, and each once. */
const setOf = (strings: fc.Arbitrary<string>) => fc.uniqueArray(strings, { minLength: 1, maxLength: 4 });
const SETS: readonly fc.Arbitrary<AttributeValue>[] = [
  setOf(word).map((SS) => ({ SS })),
  setOf(fc.integer({ min: 0, max: 50 }).map(String)).map((NS) => ({ NS })),
  fc.uniqueArray(bytes, { minLength: 1, maxLength: 4, selector: String }).map((BS) => ({ BS })),
];

export interface Form {
  readonly name: string;
  readonly values: fc.Arbitrary<AttributeValue>;
}

const memberName = fc.oneof(
  { arbitrary: word, weight: 4 },
  { arbitrary: fc.constantFrom(...HOSTILE_NAMES), weight: 1 },
);

/** A map whose values all have the same members, some of which may be missing. */
const shapedMap = (inner: fc.Arbitrary<Form>): fc.Arbitrary<Form> =>
  fc
    .uniqueArray(fc.tuple(memberName, inner, fc.boolean()), { minLength: 1, maxLength: 3, selector: ([name]) => name })
    .map((members) => ({
      name: `map of ${members.map(([name, form]) => `${name} ${form.name}`).join(", ")}`,
      values: fc
        .tuple(
          ...members.map(([name, { values }, isOptional]) =>
            optional(values, isOptional).map((value) => [name, value] as const),
          ),
        )
        .map(mapOf),
    }));

const optional = (values: fc.Arbitrary<AttributeValue>, isOptional: boolean) =>
  isOptional ? fc.option(values, { nil: undefined, freq: 3 }) : values;

/** Own properties, whatever they are called. */
function mapOf(members: readonly (readonly [string, AttributeValue | undefined])[]): AttributeValue {
  const M: Record<string, AttributeValue> = Object.create(null);
  for (const [name, value] of members) if (value !== undefined) M[name] = value;
  return { M };
}

/** Deeper, and of more members, than anybody looks into. */
const deep: fc.Arbitrary<Form> = fc.integer({ min: 5, max: 9 }).map((levels) => ({
  name: `map of ${levels} levels`,
  values: word.map((text) => {
    let value: AttributeValue = S(text);
    for (let level = 0; level < levels; level += 1) value = mapOf([["inner", value]]);
    return value;
  }),
}));
const wide: fc.Arbitrary<Form> = fc.constantFrom(20, 70).map((members) => ({
  name: `map of ${members} members`,
  values: word.map((text) => mapOf(Array.from({ length: members }, (_, at) => [`m${at}`, S(text)] as const))),
}));

const looseMap: fc.Arbitrary<Form> = fc.constant({
  name: "map of anything",
  values: fc.array(fc.tuple(memberName, SCALARS.anything ?? fc.constant(S(""))), { maxLength: 4 }).map(mapOf),
});

const listOf = (inner: fc.Arbitrary<Form>): fc.Arbitrary<Form> =>
  inner.map(({ name, values }) => ({
    name: `list of ${name}`,
    values: fc.array(values, { maxLength: 4 }).map((L) => ({ L })),
  }));

const setForm: fc.Arbitrary<Form> = fc
  .constantFrom(...SETS.keys())
  .map((at) => ({ name: `set ${at}`, values: SETS[at] ?? fc.constant({ SS: ["a"] }) }));

/** The form of one attribute: mostly a scalar, else something nested, down to two levels. */
const nested: fc.Arbitrary<Form> = fc.oneof(
  { arbitrary: scalarForm, weight: 6 },
  { arbitrary: shapedMap(scalarForm), weight: 1 },
  { arbitrary: listOf(scalarForm), weight: 1 },
);
export const form: fc.Arbitrary<Form> = fc.oneof(
  { arbitrary: scalarForm, weight: 12 },
  { arbitrary: shapedMap(nested), weight: 2 },
  { arbitrary: looseMap, weight: 1 },
  { arbitrary: fc.oneof(deep, wide), weight: 1 },
  { arbitrary: listOf(listOf(scalarForm)), weight: 1 },
  { arbitrary: listOf(nested), weight: 1 },
  { arbitrary: listOf(shapedMap(nested)), weight: 2 },
  { arbitrary: setForm, weight: 2 },
);

/** Ids as keys hold them. They hold no delimiter, but for the one that does. */
export const ID_FORMS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  number: fc.integer({ min: 1, max: 99_999 }).map(String),
  padded: fc.integer({ min: 1, max: 999 }).map((value) => String(value).padStart(6, "0")),
  uuid: fc.uuid(),
  ulid,
  word,
  slug: fc.tuple(word, word).map((words) => words.join("-")),
  email: fc.emailAddress().filter((text) => !/[#:|]/.test(text)),
  moment: moment.map((date) => date.toISOString().slice(0, 10)),
  code: fc.stringMatching(/^[A-Z]{2}[0-9]{3}$/),
  odd: fc.constantFrom("a b", "ünï", "O'Brien", "100%", "x.y", "(z)", "日本", "{b}", "12e3", "a_b", "🎲"),
  holdsDelimiter: fc.tuple(word, word).map((words) => words.join("#")),
};
