/** Drafted kinds of items → the text of `items.ts`. */

import type { DraftIgnore, DraftKind, DraftModel, DraftValue, DraftWrite } from "../model.ts";
import { comment, fits, flatObject, importLines, inBlock, indented, propertyLines, quoted, valueCode } from "./code.ts";

export function itemsText(model: DraftModel, language: string, origin: string): string {
  return [
    `/** ${inBlock(origin)} */`,
    ...importLines(["defineItems", ...(hasHelper(model) ? ["type DynamoDbValue"] : [])], language),
    ...importLines(["tables"], "./tables.ts"),
    "",
    ...(hasHelper(model) ? [...WITHOUT_BYTES, ""] : []),
    ...definition(model),
    "",
  ].join("\n");
}

const WITHOUT_BYTES = [
  "/** jsonb holds no bytes: base64 stands for them. */",
  "const withoutBytes = (value: DynamoDbValue): DynamoDbValue => {",
  '  if ("B" in value) return { S: Buffer.from(value.B).toString("base64") };',
  '  if ("BS" in value) return { L: value.BS.map((B) => withoutBytes({ B })) };',
  '  if ("L" in value) return { L: value.L.map(withoutBytes) };',
  '  if ("M" in value)',
  "    return { M: Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, withoutBytes(member)])) };",
  "  return value;",
  "};",
];

const hasHelper = ({ kinds }: DraftModel): boolean => kinds.some(({ writes }) => readersIn(writes).some(isHelped));

const isHelped = ({ words }: DraftValue): boolean => words.some(({ helper }) => helper !== undefined);

/** Every reader of the writes, those within others aside. */
function readersIn(writes: readonly DraftWrite[]): DraftValue[] {
  return writes.flatMap((write) => {
    if (write.kind === "into") return write.columns.map(({ value }) => value);
    return write.kind === "each" ? [write.list, ...readersIn(write.writes)] : [write.value, write.other];
  });
}

function definition(model: DraftModel): string[] {
  const { keys, delimiter, ttl, ignore, kinds } = model;
  const keysCode = flatObject([
    ["pk", quoted(keys.pk)],
    ...(keys.sk === undefined ? [] : [["sk", quoted(keys.sk)] as const]),
  ]);
  const options: (readonly [string, string])[] = [
    ["keys", keysCode],
    ...(delimiter === undefined ? [] : [["delimiter", quoted(delimiter)] as const]),
  ];
  const rows = `({ ${languageOf(kinds).join(", ")} }) => [`;
  const begin = "export const items = defineItems(";
  const hugged = `${begin}tables, ${flatObject(options)}, ${rows}`;
  if (ttl === undefined && ignore.length === 0 && fits(hugged, 0))
    return [hugged, ...indented(apart(kinds.map((kind) => kindLines(kind, 2)))), "]);"];
  const more = [
    ...options.map(([name, code]) => `${name}: ${code},`),
    ...(ttl === undefined
      ? []
      : [
          comment('as the table is set; "migrate" keeps what has expired'),
          `ttl: { attribute: ${quoted(ttl)}, expired: "skip" },`,
        ]),
    ...ignoreLines(ignore),
  ];
  const isShort = ttl === undefined && ignore.length === 0;
  const at = isShort ? [`${flatObject(options)},`] : ["{", ...indented(more), "},"];
  return [
    begin,
    ...indented(["tables,", ...at, rows, ...indented(apart(kinds.map((kind) => kindLines(kind, 4)))), "],"]),
    ");",
  ];
}

/** With an empty line between one and the next. */
const apart = (blocks: readonly (readonly string[])[]): string[] =>
  blocks.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));

function ignoreLines(ignore: readonly DraftIgnore[]): string[] {
  if (ignore.length === 0) return [];
  const lines = ignore.flatMap(({ attribute, why }) => [comment(why), `${quoted(attribute)},`]);
  return ["ignore: [", ...indented(lines), "],"];
}

const LANGUAGE = ["item", "into", "each", "agree", "ignoreItem"] as const;

function languageOf(kinds: readonly DraftKind[]): string[] {
  const used = new Set<string>();
  const visit = (writes: readonly DraftWrite[]): void => {
    for (const write of writes) {
      used.add(write.kind);
      if (write.kind === "each") visit(write.writes);
    }
  };
  for (const { writes, leftBehind } of kinds) {
    used.add(leftBehind === undefined ? "item" : "ignoreItem");
    visit(writes);
  }
  return LANGUAGE.filter((word) => used.has(word));
}

const CONTEXT = ["key", "attr", "constant", "rest"] as const;

function contextOf(writes: readonly DraftWrite[]): string {
  const used = new Set<string>();
  const value = ({ origin, words }: DraftValue): void => {
    used.add(origin.kind);
    for (const { args } of words)
      for (const arg of args) if (typeof arg === "object" && typeof arg.value === "object") value(arg.value);
  };
  for (const each of readersIn(writes)) value(each);
  const names = CONTEXT.filter((name) => used.has(name));
  return names.length === 0 ? "()" : `({ ${names.join(", ")} })`;
}

function kindLines(kind: DraftKind, indent: number): string[] {
  const { name, pk, sk, where, ignore, writes, doubts, leftBehind } = kind;
  const entries: (readonly [string, string])[] = [
    ["pk", quoted(pk)],
    ...(sk === undefined ? [] : [["sk", quoted(sk)] as const]),
    ...(Object.keys(where).length === 0
      ? []
      : [["where", flatObject(Object.entries(where).map(([at, is]) => [at, quoted(is)] as const))] as const]),
  ];
  const expanded = [
    "{",
    ...indented([...entries.map(([at, code]) => `${at}: ${code},`), ...ignoreLines(ignore)]),
    "},",
  ];
  const notes = doubts.map(comment);
  const flat = flatObject(entries);
  if (leftBehind !== undefined) {
    const line = `ignoreItem(${quoted(name)}, ${flat}, ${quoted(leftBehind)}),`;
    if (fits(line, indent)) return [...notes, line];
    const at = fits(`${flat},`, indent + 2) ? [`${flat},`] : expanded;
    return [...notes, "ignoreItem(", ...indented([`${quoted(name)},`, ...at, `${quoted(leftBehind)},`]), "),"];
  }
  const rows = `${contextOf(writes)} => [`;
  const header = `item(${quoted(name)}, ${flat}, ${rows}`;
  if (ignore.length === 0 && fits(header, indent))
    return [...notes, header, ...indented(writes.flatMap((write) => writeLines(write, indent + 2))), "]),"];
  const at = ignore.length === 0 && fits(`${flat},`, indent + 2) ? [`${flat},`] : expanded;
  const inner = [...indented(writes.flatMap((write) => writeLines(write, indent + 4))), "],"];
  return [...notes, "item(", ...indented([`${quoted(name)},`, ...at, rows, ...inner]), "),"];
}

function writeLines(write: DraftWrite, indent: number): string[] {
  switch (write.kind) {
    case "into": {
      const cells = write.columns.flatMap(({ column, value }) => propertyLines(column, value, indent + 2));
      return [`into(${quoted(write.table)}, {`, ...indented(cells), "}),"];
    }
    case "agree": {
      const [value, other] = [valueCode(write.value), valueCode(write.other)];
      const line = `agree(${value}, ${other}),`;
      return fits(line, indent) ? [line] : ["agree(", ...indented([`${value},`, `${other},`]), "),"];
    }
    case "each": {
      const names = [write.element, ...(write.position === undefined ? [] : [write.position])].join(", ");
      const list = valueCode(write.list);
      const [only, ...others] = write.writes;
      const isOne = only !== undefined && others.length === 0;
      const header = `each(${list}, (${names}) =>${isOne ? "" : " ["}`;
      if (fits(header, indent)) {
        const inner = indented(write.writes.flatMap((each) => writeLines(each, indent + 2)));
        return [header, ...inner, isOne ? ")," : "]),"];
      }
      const inner = indented(write.writes.flatMap((each) => writeLines(each, indent + 4)));
      const arrow = isOne ? [`(${names}) =>`, ...inner] : [`(${names}) => [`, ...inner, "],"];
      return ["each(", ...indented([`${list},`, ...arrow]), "),"];
    }
  }
}
