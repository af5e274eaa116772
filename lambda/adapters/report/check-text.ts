/** A census → what a person who maps a table wants to see: which kinds of items there are, and what of them is not mapped yet. */

import type { AttributeCount } from "../../domain/discover/attribute-census.ts";
import { type Census, type EntityCensus, isClean, type Sample } from "../../domain/discover/census.ts";
import type { KeyShape } from "../../domain/discover/key-shapes.ts";
import type { RepeatedKey } from "../../domain/discover/repeated-keys.ts";
import { visible } from "../../domain/visible.ts";
import { ignoredText, memberText, namesOf } from "../../mapping/attribute-path.ts";
import { conflictLines, relationLines } from "./check-relations.ts";
import { keyText } from "./key-text.ts";
import { collapsedText, findingText, grid } from "./text.ts";

const count = (value: number): string => value.toLocaleString("en-US");
const items = (value: number): string => `${count(value)} ${value === 1 ? "item" : "items"}`;
const share = (part: number, whole: number): string =>
  part === whole ? "100 %" : `${(whole === 0 ? 0 : Math.min(99.9, (part / whole) * 100)).toFixed(1)} %`;
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

/** Shapes and findings shown in full; the others are counted, and are in the JSON. */
const MOST_SHAPES = 60;
const MOST_FINDINGS = 60;

const rest = (found: readonly { readonly count: number }[], shown: number): number =>
  found.slice(shown).reduce((sum, one) => sum + one.count, 0);
const more = (total: number, what: string): string[] => (total === 0 ? [] : [`  … ${count(total)} ${what}`]);

export interface CheckView {
  readonly mapped: boolean;
  /** Where the mapping is, as it was said. */
  readonly schema: string;
  /** None of the items is of a kind of that mapping, which nobody has asked for. */
  readonly foreign: boolean;
  /** Show the attributes of every entity, too. */
  readonly attributes: boolean;
}

/** As it is written in items.ts, for each kind of item: what one leaves behind another may need. */
function unreadText(unmapped: Census["unmapped"]): string[] {
  const inside = [
    ...new Set(unmapped.flatMap(({ attribute }) => (namesOf(attribute) === undefined ? [attribute] : []))),
  ];
  const kinds = Map.groupBy(unmapped, ({ entity }) => entity);
  const lists = [...kinds].flatMap(([entity, each]) => {
    const texts = each.flatMap(({ attribute }) => {
      const names = namesOf(attribute);
      return names === undefined ? [] : [ignoredText(names)];
    });
    return texts.length === 0 ? [] : [`ignore: [${texts.join(", ")}] of item ${entity}`];
  });
  return [
    ...(lists.length === 0 ? [] : [`      → read each in a column, or leave it behind: ${lists.join("; ")}`]),
    ...(inside.length === 0
      ? []
      : [
          `      → read ${inside.join(", ")}, too: of what they stand in other parts are read, and they cannot be left behind alone`,
        ]),
  ];
}

export function checkText(checked: Census, { mapped, schema, foreign, attributes }: CheckView): string {
  const { entities, shapes, failures, unmapped, ignored, expired, beyond } = checked;
  const apart = [
    ...(ignored > 0 ? [`${count(ignored)} ignored`] : []),
    ...(expired > 0 ? [`${count(expired)} expired`] : []),
  ];
  const read = `${items(checked.read)} read${checked.whole ? "" : ", a sample"}`;
  return [
    `${headline(checked, mapped)}  ${[read, ...apart].join(" · ")}. Nothing was written.`,
    mapped ? `${checked.source}, by the mapping in ${schema}` : checked.source,
    ...(foreign
      ? [
          `  no item is of a kind in ${schema}, so this is the source without a mapping; --schema DIR names another, and draft writes one`,
        ]
      : []),
    ...(checked.read === 0 ? ["  → name a source that holds items: --source file:ITEMS.jsonl or dynamodb:TABLE"] : []),
    ...section("Entities", mapped ? entityLines(entities) : []),
    ...section(
      "Attributes left behind, as declared",
      entities
        .filter(({ ignore }) => ignore.length > 0)
        .map(({ name, ignore }) => visible(`  ${name}: ${ignore.join(", ")}`)),
    ),
    ...section("Their attributes", attributes ? entities.flatMap((entity) => entityAttributes(entity, unmapped)) : []),
    ...section(mapped ? "Items no template matches" : "Kinds of items, by the shape of their keys", [
      ...(mapped ? [] : optionLines(checked)),
      ...shapeLines(shapes, checked.read),
      ...more(beyond.shapes, "items of further shapes"),
    ]),
    ...section(
      "Items that cannot become rows",
      failures
        .slice(0, MOST_FINDINGS)
        .flatMap(({ entity, reason, detail, count: total, example }) => [
          `  ${entity ?? "items of no entity"}: ${reason}, ${items(total)}`,
          `      ${detail}`,
          `      e.g. ${keyText(example)}`,
        ]),
    ),
    ...more(beyond.failures + rest(failures, MOST_FINDINGS), "items fail in further ways"),
    ...section(
      "Attributes no column takes",
      unmapped.slice(0, MOST_FINDINGS).flatMap(({ entity, attribute, count: total, example }) => {
        const kind = entities.find(({ name }) => name === entity);
        const types = kind?.attributes.find(({ name }) => memberText(name) === attribute)?.types ?? [];
        const of = kind === undefined ? "" : `, in ${share(total, kind.count)} of them`;
        return [
          `  ${entity}.${attribute}: ${items(total)}${of}${types.length === 0 ? "" : `, ${typesText(types)}`}`,
          `      e.g. ${keyText(example)}`,
        ];
      }),
    ),
    ...unreadText(unmapped),
    ...more(beyond.unmapped + rest(unmapped, MOST_FINDINGS), "values of further attributes"),
    ...section("Items that stand there more than once", repeatedLines(checked)),
    ...section("Items that give one row", conflictLines(checked)),
    ...section("Rows that break what tables.ts promises", mapped ? relationLines(checked) : []),
    ...section("Equal rows of one item", collapsedText(checked.collapsed)),
    ...section("Worth a look", checked.findings.flatMap(findingText)),
    ...section("What one item becomes", entities.flatMap(sampleLines)),
    "",
  ].join("\n");
}

/** What is left out of a sample cannot be found in it. */
function repeatedLines({ repeated, whole }: Census): string[] {
  if (repeated === undefined) return whole ? [] : ["  not looked for in a sample"];
  const { different, equal, examples } = repeated;
  const shown = (list: readonly RepeatedKey[]) =>
    list.map(({ source, positions }) => `      ${keyText(source)}, at ${positions.join(" and ")}`);
  return [
    ...(different === 0
      ? []
      : [
          `  ${items(different)} with different contents: one of each is to hold the rows, the others go to quarantine`,
          ...shown(examples.different),
          "      → correct the source: leave one of each",
        ]),
    ...(equal === 0
      ? []
      : [
          `  ${count(equal)} ${equal === 1 ? "copy that says" : "copies that say"} the same: harmless, and counted`,
          ...shown(examples.equal),
        ]),
  ];
}

function headline(census: Census, mapped: boolean): string {
  if (census.read === 0) return "EMPTY";
  if (!mapped) return "CENSUS";
  return isClean(census) ? "CLEAN" : "TO DO";
}

const entityLines = (entities: readonly EntityCensus[]): string[] =>
  grid(
    ["", "items", "rows", ""],
    entities.map(({ name, count: total, rows }) => [name, total, rows, total === 0 ? "no such item was found" : ""]),
  );

function entityAttributes(
  { name, count: total, attributes, ignore, beyond }: EntityCensus,
  unmapped: Census["unmapped"],
) {
  if (total === 0) return [];
  const missed = (attribute: string): boolean =>
    unmapped.some((one) => one.entity === name && isWithin(one.attribute, memberText(attribute)));
  const lines = attributeLines(attributes, total, missed, ignore);
  return [`  ${name}`, ...lines, ...more(beyond, "values of further attributes")];
}

/** `Versions[].Size` lies within `Versions`. */
const isWithin = (path: string, attribute: string): boolean =>
  path === attribute || path.startsWith(`${attribute}[`) || path.startsWith(`${attribute}.`);

/** Templates mean what they show only in a mapping that says the same about keys; `PK`, `SK` and `#` go without saying. */
function optionLines({ shapes, keys }: Census): string[] {
  const by = [...Map.groupBy(shapes, ({ delimiter }) => delimiter ?? "#")];
  const [most] = by.sort(([, a], [, b]) => rest(b, 0) - rest(a, 0));
  const delimiter = most?.[0] ?? "#";
  if (delimiter === "#" && keys.pk === "PK" && (keys.sk ?? "SK") === "SK") return [];
  const names = [
    `pk: ${JSON.stringify(keys.pk)}`,
    ...(keys.sk === undefined ? [] : [`sk: ${JSON.stringify(keys.sk)}`]),
  ];
  const said = delimiter === "#" ? "" : `, delimiter: ${JSON.stringify(delimiter)}`;
  return [`  defineItems(tables, { keys: { ${names.join(", ")} }${said} }, …)`, ""];
}

const shapeLines = (shapes: readonly KeyShape[], read: number): string[] => [
  ...shapes.slice(0, MOST_SHAPES).flatMap((shape, at) => [...(at === 0 ? [] : [""]), ...shapeText(shape, read)]),
  ...more(rest(shapes, MOST_SHAPES), `items of ${count(shapes.length - MOST_SHAPES)} further shapes`),
];

function shapeText({ pk, sk, where, count: total, example, attributes, beyond }: KeyShape, read: number): string[] {
  const at = [
    `pk: ${JSON.stringify(pk)}`,
    ...(sk === undefined ? [] : [`sk: ${JSON.stringify(sk)}`]),
    ...Object.entries(where).map(([name, text]) => `where: { ${property(name)}: ${JSON.stringify(text)} }`),
  ];
  return [
    `  { ${at.join(", ")} }`,
    `      ${items(total)}, ${share(total, read)} of all, e.g. ${keyText(example)}`,
    ...attributeLines(attributes, total),
    ...more(beyond, "values of further attributes"),
  ];
}

const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

const typesText = (types: AttributeCount["types"]): string =>
  types.length === 1 ? (types[0]?.[0] ?? "") : types.map(([type, times]) => `${type} ×${count(times)}`).join(", ");

/** Texts that may stand for NULL. */
const nullsText = (texts: AttributeCount["nullTexts"] = []): string =>
  texts.length === 0 ? "" : `, ${texts.map(([text, times]) => `${JSON.stringify(text)} ×${count(times)}`).join(", ")}`;

const attributeLines = (
  attributes: readonly AttributeCount[],
  total: number,
  missed: (attribute: string) => boolean = () => false,
  ignore: readonly string[] = [],
): string[] =>
  attributes.length === 0
    ? ["      no attribute but the key"]
    : grid(
        ["", "", ""],
        attributes.map(({ name, count: filled, types, nullTexts }) => [
          name,
          share(filled, total),
          `${typesText(types)}${nullsText(nullTexts)}${missed(name) ? "  ← no column takes all of it" : ignore.includes(name) ? "  ← left behind, as declared" : ""}`,
        ]),
      )
        .slice(1)
        .map((line) => `    ${line}`);

function sampleLines({ name, sample }: EntityCensus): string[] {
  if (sample === undefined) return [];
  return [`  ${name}: ${keyText(sample.source)}`, ...rowLines(sample)];
}

/** Rows of one table shown in full; a list of thousands says nothing that three do not. */
const MOST_ROWS = 3;

function rowLines({ rows }: Sample): string[] {
  return [...Map.groupBy(rows, ({ table }) => table)].flatMap(([table, list]) => [
    ...list.slice(0, MOST_ROWS).map(({ values }) => `      ${table} (${cells(values)})`),
    ...(list.length > MOST_ROWS ? [`      … ${count(list.length - MOST_ROWS)} more rows of ${table}`] : []),
  ]);
}

const MOST_CHARACTERS = 40;

const cells = (values: Sample["rows"][number]["values"]): string =>
  Object.entries(values)
    .map(([column, value]) => `${column}: ${value === null ? "NULL" : shortened(value)}`)
    .join(", ");

const shortened = (value: string): string => {
  // What could be taken for no value at all stands in quotes, as NULL never does.
  if (/^\s|\s$|^"*NULL"*$|^$/.test(value) && value.length <= MOST_CHARACTERS) return JSON.stringify(value);
  const text = [...value.replaceAll(/\s/g, " ")];
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).join("")}…` : text.join("");
};
