/** A census → what a person who maps a table wants to see: which kinds of items there are, and what of them is not mapped yet. */
import type { AttributeCount } from "../../domain/attribute-census.ts";
import { type Census, type EntityCensus, isClean, type Sample } from "../../domain/census.ts";
import type { KeyShape } from "../../domain/key-shapes.ts";
import { grid, keyText } from "./text.ts";

const count = (value: number): string => value.toLocaleString("en-US");
const items = (value: number): string => `${count(value)} ${value === 1 ? "item" : "items"}`;
const share = (part: number, whole: number): string =>
  part === whole ? "100 %" : `${(whole === 0 ? 0 : Math.min(99.9, (part / whole) * 100)).toFixed(1)} %`;
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

/** Shapes shown in full; the others are counted. */
const MOST_SHAPES = 60;

export function checkText(checked: Census, mapped: boolean): string {
  const { entities, shapes, failures, unmapped, conflicts, ignored, expired } = checked;
  const apart = [
    ...(ignored > 0 ? [`${count(ignored)} ignored`] : []),
    ...(expired > 0 ? [`${count(expired)} expired`] : []),
  ];
  const read = `${items(checked.read)} read${checked.whole ? "" : ", a sample"}`;
  return [
    `${headline(checked, mapped)}  ${[read, ...apart].join(" · ")}. Nothing was written.`,
    checked.source,
    ...section("Entities", mapped ? entityLines(entities) : []),
    ...section(
      mapped ? "Items no template matches" : "Kinds of items, by the shape of their keys",
      shapeLines(shapes, checked.read),
    ),
    ...section(
      "Items that cannot become rows",
      failures.flatMap(({ entity, reason, detail, count: total, example }) => [
        `  ${entity ?? "items of no entity"}: ${reason}, ${items(total)}`,
        `      ${detail}`,
        `      e.g. ${keyText(example)}`,
      ]),
    ),
    ...section(
      "Attributes no column takes",
      unmapped.flatMap(({ entity, attribute, count: total, example }) => {
        const kind = entities.find(({ name }) => name === entity);
        const types = kind?.attributes.find(({ name }) => name === attribute)?.types ?? [];
        const of = kind === undefined ? "" : `, in ${share(total, kind.count)} of them`;
        return [
          `  ${entity}.${attribute}: ${items(total)}${of}${types.length === 0 ? "" : `, ${typesText(types)}`}`,
          `      e.g. ${keyText(example)}`,
        ];
      }),
    ),
    ...section(
      "Items that give one row",
      conflicts.flatMap(({ table, kind, count: total, examples }) => [
        `  ${table}: ${kind}, ${items(total)}`,
        ...examples.map(
          ({ key, source, holder }) => `      (${key.join(", ")}) from ${keyText(source)}, and from ${keyText(holder)}`,
        ),
      ]),
    ),
    ...(checked.rowsNotCompared > 0
      ? [
          `  ${count(checked.rowsNotCompared)} rows were not looked at for this: the run itself finds what is among them`,
        ]
      : []),
    ...section("What one item becomes", entities.flatMap(sampleLines)),
    "",
  ].join("\n");
}

function headline(census: Census, mapped: boolean): string {
  if (!mapped) return "CENSUS";
  return isClean(census) ? "CLEAN" : "TO DO";
}

const entityLines = (entities: readonly EntityCensus[]): string[] =>
  grid(
    ["", "items", "rows", ""],
    entities.map(({ name, count: total, rows }) => [name, total, rows, total === 0 ? "no such item was found" : ""]),
  );

function shapeLines(shapes: readonly KeyShape[], read: number): string[] {
  const beyond = shapes.slice(MOST_SHAPES);
  const rest = beyond.reduce((sum, shape) => sum + shape.count, 0);
  return [
    ...shapes.slice(0, MOST_SHAPES).flatMap((shape, at) => [...(at === 0 ? [] : [""]), ...shapeText(shape, read)]),
    ...(beyond.length === 0 ? [] : ["", `  … ${count(beyond.length)} more shapes, ${items(rest)}`]),
  ];
}

function shapeText({ pk, sk, where, count: total, example, attributes, beyond }: KeyShape, read: number): string[] {
  const at = [
    `pk: ${JSON.stringify(pk)}`,
    ...(sk === undefined ? [] : [`sk: ${JSON.stringify(sk)}`]),
    ...(Object.keys(where).length === 0 ? [] : [`where: ${JSON.stringify(where)}`]),
  ];
  return [
    `  { ${at.join(", ")} }`,
    `      ${items(total)}, ${share(total, read)} of all, e.g. ${keyText(example)}`,
    ...attributeLines(attributes, total),
    ...(beyond > 0 ? [`      … ${count(beyond)} values of further attributes`] : []),
  ];
}

const typesText = (types: AttributeCount["types"]): string =>
  types.length === 1 ? (types[0]?.[0] ?? "") : types.map(([type, times]) => `${type} ×${count(times)}`).join(", ");

const attributeLines = (attributes: readonly AttributeCount[], total: number): string[] =>
  attributes.length === 0
    ? ["      no attribute but the key"]
    : grid(
        ["", "", ""],
        attributes.map(({ name, count: filled, types }) => [name, share(filled, total), typesText(types)]),
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
  const text = [...value.replaceAll(/\s/g, " ")];
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).join("")}…` : text.join("");
};
