/** What was read, what kinds of items it was, and what became of each → ribbons from left to right, each as wide as what it stands for is many. */
import type { Report } from "../../lambda/domain/proof/report.ts";
import { numeral } from "../../lambda/domain/proof/summary.ts";
import { html, type Markup } from "./markup.ts";

/** Of items that give no row of their own. */
const FATES = ["ignored", "expired", "quarantined", "repeated"] as const;

interface Stream {
  readonly entity: string;
  readonly to: string;
  readonly count: number;
  readonly kind: "rows" | (typeof FATES)[number];
}

interface Stop {
  readonly name: string;
  readonly count: number;
  readonly y: number;
  readonly height: number;
}

const WIDTH = 960;
const BAR = 12;
/** Where the bars of each column begin; what is called by a name stands to its right. */
const COLUMNS = { source: 0, entities: 300, ends: 640 } as const;
/** Of all that is in one column, but for what lies between. */
const HEIGHT = 360;
const LINE = 20;
const TOP = 24;
/** More of a kind are told together; each has a line in the tables below. */
const MOST = 40;

export function flow(report: Report): Markup | undefined {
  const entities = largest(
    report.entities.filter(({ read }) => read > 0).map(({ name, read }) => [name, read] as const),
    "kinds of items",
  );
  const given = streamsOf(report).map((each) => ({ ...each, entity: entities.nameOf(each.entity) }));
  const rows = given.filter(({ kind }) => kind === "rows");
  const tables = largest(
    sums(rows, ({ to }) => to),
    "tables",
  );
  const streams = merged(given.map((each) => (each.kind === "rows" ? { ...each, to: tables.nameOf(each.to) } : each)));
  const ends = sums(streams, ({ to }) => to);
  if (streams.length === 0) return undefined;
  const out = new Map(sums(streams, ({ entity }) => entity));
  const sizes = entities.list.map(([name, read]) => [name, Math.max(read, out.get(name) ?? 0)] as const);
  const most = Math.max(report.items.read, total(sizes), total(ends));
  const scale = HEIGHT / most;
  const middle = stopsOf(sizes, scale);
  const right = stopsOf(ends, scale);
  const below = Math.max(...[...middle, ...right].map(({ y, height }) => y + Math.max(height, LINE)));
  const source = { name: "items", count: report.items.read, y: TOP, height: report.items.read * scale };
  return html`<section>
<h2>What went where</h2>
<div class="wide" role="group" aria-label="What went where" tabindex="0">
<svg class="flow" role="img" aria-label="From ${numeral(report.items.read)} items through ${sizes.length} kinds to ${ends.length} ends" viewBox="0 0 ${WIDTH} ${Math.ceil(Math.max(below, TOP + source.height)) + 4}">
${ribbonsOfSource(source, middle, entities.list, scale)}
${ribbons(streams, middle, right, scale)}
${bar(COLUMNS.source, source)}<text x="${COLUMNS.source}" y="${TOP - 8}">${numeral(source.count)} items read</text>
${middle.map((stop, at) => html`${bar(COLUMNS.entities, stop)}${label(COLUMNS.entities, stop, entities.list[at]?.[1] ?? 0)}`)}
${right.map((stop) => html`${bar(COLUMNS.ends, stop)}${label(COLUMNS.ends, stop, stop.count)}`)}
</svg>
</div>
</section>`;
}

const streamsOf = ({ flow: list, entities }: Report): Stream[] => [
  ...list.map(({ entity, table, rows }) => ({ entity, to: table, count: rows, kind: "rows" as const })),
  ...entities.flatMap((each) =>
    FATES.filter((fate) => each[fate] > 0).map((fate) => ({
      entity: each.name,
      to: `(${fate})`,
      count: each[fate],
      kind: fate,
    })),
  ),
];

type Sizes = readonly (readonly [name: string, count: number])[];

const total = (sizes: Sizes): number => sizes.reduce((sum, [, count]) => sum + count, 0);

const sums = (streams: readonly Stream[], of: (stream: Stream) => string): Sizes =>
  [...Map.groupBy(streams, of)].map(([name, list]) => [name, list.reduce((sum, { count }) => sum + count, 0)] as const);

/** As they are, where they are not too many; otherwise the largest, and one for all others. */
function largest(sizes: Sizes, what: string): { readonly list: Sizes; nameOf(name: string): string } {
  if (sizes.length <= MOST) return { list: sizes, nameOf: (name) => name };
  const kept = new Set(
    [...sizes]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST - 1)
      .map(([name]) => name),
  );
  const others = sizes.filter(([name]) => !kept.has(name));
  const rest = `${numeral(others.length)} further ${what}`;
  return {
    list: [...sizes.filter(([name]) => kept.has(name)), [rest, total(others)]],
    nameOf: (name) => (kept.has(name) ? name : rest),
  };
}

const merged = (streams: readonly Stream[]): Stream[] =>
  [...Map.groupBy(streams, ({ entity, to, kind }) => JSON.stringify([entity, to, kind])).values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({ ...first, count: same.reduce((sum, { count }) => sum + count, 0) })),
  );

/** One below the other, with room for a line of text each. */
function stopsOf(sizes: Sizes, scale: number): Stop[] {
  let y = TOP;
  return sizes.map(([name, count]) => {
    const stop = { name, count, y, height: Math.max(1, count * scale) };
    y += Math.max(stop.height + 6, LINE);
    return stop;
  });
}

function ribbonsOfSource(source: Stop, middle: readonly Stop[], entities: Sizes, scale: number): Markup[] {
  let y = source.y;
  return middle.map((stop, at) => {
    const height = Math.max(1, (entities[at]?.[1] ?? 0) * scale);
    const from = y;
    y += height;
    return ribbon("items", [COLUMNS.source + BAR, from], [COLUMNS.entities, stop.y], height);
  });
}

function ribbons(streams: readonly Stream[], middle: readonly Stop[], right: readonly Stop[], scale: number): Markup[] {
  const [left, taken] = [new Map<string, number>(), new Map<string, number>()];
  return streams.flatMap(({ entity, to, count, kind }) => {
    const [begins, ends] = [middle.find(({ name }) => name === entity), right.find(({ name }) => name === to)];
    if (begins === undefined || ends === undefined) return [];
    const height = Math.max(1, count * scale);
    const [from, onto] = [left.get(entity) ?? begins.y, taken.get(to) ?? ends.y];
    left.set(entity, from + height);
    taken.set(to, onto + height);
    return [ribbon(kind, [COLUMNS.entities + BAR, from], [COLUMNS.ends, onto], height)];
  });
}

const at = (value: number): string => value.toFixed(1);

function ribbon(kind: string, [x, y]: [number, number], [toX, toY]: [number, number], height: number): Markup {
  const middle = (x + toX) / 2;
  const path = `M${x},${at(y)} C${middle},${at(y)} ${middle},${at(toY)} ${toX},${at(toY)} V${at(toY + height)} C${middle},${at(toY + height)} ${middle},${at(y + height)} ${x},${at(y + height)} Z`;
  return html`<path class="${kind}" d="${path}"/>`;
}

const bar = (x: number, { y, height }: Stop): Markup =>
  html`<rect x="${x}" y="${at(y)}" width="${BAR}" height="${at(height)}"/>`;

/** Names longer than this are shown from both ends, and whole when pointed to. */
const LONGEST = 28;

const label = (x: number, { name, y, height }: Stop, count: number): Markup =>
  html`<text x="${x + BAR + 6}" y="${at(y + Math.max(height, 14) / 2 + 4)}"><title>${name}</title><tspan class="name">${shortened(name)}</tspan> <tspan class="count">${numeral(count)}</tspan></text>`;

function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= LONGEST) return name;
  return `${letters.slice(0, LONGEST / 2).join("")}…${letters.slice(1 - LONGEST / 2).join("")}`;
}
