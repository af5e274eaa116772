/** What a page draws: ribbons as wide as what they stand for is many, phases as long as they took, and tables with what relates them. */
import { expect, it } from "vitest";
import { dotOf } from "../../bin/html/dot.ts";
import { flow } from "../../bin/html/flow.ts";
import { together } from "../../bin/html/schema-picture.ts";
import { timeline } from "../../bin/html/timeline.ts";
import { NO_MAPPING } from "../../lambda/compose.ts";
import type { Report } from "../../lambda/domain/proof/report.ts";
import { incompleteReport } from "../../lambda/domain/proof/report-of.ts";
import { EMPTY_TALLY, NO_COUNTS } from "../../lambda/domain/proof/tally.ts";
import type { TableShape } from "../../lambda/domain/proof/target-shape.ts";
import { hostileReport } from "../support/hostile-report.ts";
import { HEADER } from "../support/reports.ts";

const entity = (name: string, read: number, more = {}) => ({ name, ...NO_COUNTS, read, migrated: read, ...more });
const report: Report = {
  ...incompleteReport(NO_MAPPING, HEADER, EMPTY_TALLY),
  items: { ...NO_COUNTS, read: 1_000 },
  entities: [entity("User", 200), entity("File", 800, { quarantined: 100, migrated: 700 }), entity("Never", 0)],
  flow: [
    { entity: "User", table: "users", rows: 200 },
    { entity: "File", table: "files", rows: 700 },
    { entity: "File", table: "file_tags", rows: 1_400 },
  ],
};

/** The heights of the ribbons of a kind, in the order in which they are drawn. */
const heights = (drawn: string, kind: string): number[] =>
  [...drawn.matchAll(/<path class="(\w+)" d="M[^"]*? [\d.]+,([\d.]+) V([\d.]+)/g)]
    .filter(([, found]) => found === kind)
    .map(([, , from, to]) => Number(to) - Number(from));

const texts = (drawn: string): string[] =>
  [...drawn.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, inner = ""]) =>
    inner.replace(/<title>.*?<\/title>|<[^>]+>/g, ""),
  );

it("ribbons are as wide as what they stand for is many, whatever column they lead to", () => {
  const drawn = String(flow(report));
  const [users = 0, files = 0, tags = 0] = heights(drawn, "rows");
  expect(tags).toBeGreaterThan(100);
  for (const [height, many] of [
    [users, 200],
    [files, 700],
    ...heights(drawn, "items").map((each, at) => [each, [200, 800][at] ?? 0]),
    ...heights(drawn, "quarantined").map((each) => [each, 100]),
  ] as const)
    expect((height ?? 0) / (many ?? 0)).toBeCloseTo(tags / 1_400, 2);
  expect(heights(drawn, "items")).toHaveLength(2);
  expect(heights(drawn, "quarantined")).toHaveLength(1);
});

it("ribbons that come to one end, or from one kind, lie one below the other", () => {
  const drawn = String(flow({ ...report, flow: [...report.flow, { entity: "User", table: "files", rows: 300 }] }));
  const rows = [...drawn.matchAll(/class="rows" d="M[\d.]+,([\d.]+) C.*? [\d.]+,([\d.]+) V([\d.]+)/g)];
  const [users, files, , more] = rows.map(([, y, top, bottom]) => ({
    y: Number(y),
    top: Number(top),
    bottom: Number(bottom),
  }));
  expect(more?.top).toBeCloseTo(files?.bottom ?? 0, 0);
  expect((more?.y ?? 0) - (users?.y ?? 0)).toBeCloseTo((users?.bottom ?? 0) - (users?.top ?? 0), 0);
});

it("each end has its name and its number, and a kind of which there is none is left out", () => {
  expect(texts(String(flow(report)))).toEqual([
    ...["1,000 items read", "User 200", "File 800", "users 200", "files 700", "file_tags 1,400", "(quarantined) 100"],
  ]);
  expect(flow({ ...report, entities: [], flow: [] })).toBeUndefined();
});

it("of 300 kinds the largest are drawn, and the others together, and none is lost", () => {
  const drawn = texts(String(flow(hostileReport(300))));
  expect(drawn).toHaveLength(1 + 40 + 40 + 3);
  const sum = (list: readonly string[]) =>
    list.reduce((all, text) => all + Number(text.match(/([\d,]+)$/)?.[1]?.replaceAll(",", "")), 0);
  const read = hostileReport(300).entities.reduce((all, each) => all + each.read, 0);
  expect(sum(drawn.slice(1, 41))).toBe(read);
  expect(drawn.filter((text) => text.startsWith("("))).toHaveLength(3);
  expect(drawn[40]).toMatch(/^261 further kinds of items /);
});

it("a phase begins where it began and is as long as it took, with its rate", () => {
  const drawn = String(timeline(hostileReport(3)));
  expect([...drawn.matchAll(/x="([\d.]+%)" width="([\d.]+%)"/g)].map(([, x, width]) => [x, width])).toEqual([
    ["0.00%", "40.00%"],
    ["40.00%", "60.00%"],
  ]);
  expect(drawn).toContain("verify 1.5 s, 200,000 rows a second");
  expect(timeline({ ...report, phases: [] })).toBeUndefined();
});

const tableOf = (name: string, ...to: readonly string[]): TableShape => ({
  ...{ name, schema: "public", primaryKey: ["id"], uniques: [], indexes: [], checks: [] },
  columns: ["id", ...to.map((each) => `${each}_id`)].map((column) => ({ name: column, type: "text", nullable: false })),
  foreignKeys: to.map((references) => ({
    ...{ name: `${name} to ${references}`, columns: [`${references}_id`], references, referencedColumns: ["id"] },
  })),
});

it("tables hang together over any number of others, and those that stand alone come last", () => {
  const shapes = [
    tableOf("alone"),
    tableOf("a"),
    tableOf("b"),
    tableOf("c", "a", "b"),
    tableOf("d", "b"),
    tableOf("own", "own"),
  ];
  expect(together(shapes).map((group) => group.map(({ name }) => name))).toEqual([
    ["a", "b", "c", "d"],
    ["alone"],
    ["own"],
  ]);
});

it("a line leads from the column that is pointed to, red where rows point to nothing and dashed where it is not in force", () => {
  const shapes = [tableOf("a"), tableOf("b", "a", "b")];
  const facts = (columns: string[], orphans: number, validated: boolean) => ({
    ...{ table: "b", columns, references: "a", referencedColumns: ["id"], built: true, examples: [] },
    ...{ orphans, validated, missing: { count: 0, first: [] } },
  });
  const dot = (of: number, isValid: boolean) =>
    dotOf(shapes, { tables: [], foreignKeys: [facts(["a_id"], of, isValid), facts(["b_id"], of, isValid)] }, "p");
  const lines = (text: string) => text.split("\n").filter((line) => line.includes("->"));
  expect(lines(dot(0, true))).toEqual(['n0:e0:e -> n1:w1:w [id="pn1e0" ]']);
  expect(lines(dot(0, false))[0]).toMatch(/style=dashed\]$/);
  expect(lines(dot(2, false))[0]).toMatch(/color="#000005".*label=" 2 orphans "/);
  // One into its own table is no line, and told in its row.
  expect(dot(2, false)).toMatch(/<FONT COLOR="#000005">FK ↺ 2 orphans</);
  expect(dot(0, true)).toMatch(/<FONT COLOR="#000001">FK ↺</);
});

it("of a wide table, and of many tables that hang together, what relates them is drawn, and how much more there is", () => {
  const columns = Array.from({ length: 30 }, (_, at) => ({ name: `c${at}`, type: "text", nullable: true }));
  const wide = (name: string, ...to: readonly string[]) => {
    const made = tableOf(name, ...to);
    return { ...made, columns: [...made.columns, ...columns] };
  };
  expect(dotOf([wide("a")], NOTHING, "p")).toMatch(/>c14<.*… 15 more</);
  const names = Array.from({ length: 41 }, (_, at) => `t${at}`);
  const many = dotOf(
    names.map((name, at) => (at === 0 ? wide(name) : wide(name, "t0"))),
    NOTHING,
    "p",
  );
  expect(many).not.toContain(">c0<");
  expect(many).toContain("… 30 more");
});

const NOTHING = { tables: [], foreignKeys: [] };
