/**
 * The JSON report, as whoever reads it by a program may rely on it: `--json` of migrate, verify, repair, rehearse and report, and
 * the `report` action of the function (in which `key`, `parent` and what names an item are left out or hashed). Fields are
 * added, never renamed or removed; `formatVersion` grows where one comes to mean something else. Times are RFC 3339, counts
 * whole numbers. No attribute's value is in it: `source` is an item's key as DynamoDB-JSON or where it stands, `key` a row's
 * primary key. What each field means stands beside its type, in domain/proof/report.ts; the compiler holds both to each other.
 */
import { z } from "zod";
import { FORMAT_VERSION, type Report } from "../../domain/proof/report.ts";

const total = z.number().int().nonnegative();
const moment = z.iso.datetime();
const list = <S extends z.ZodType>(of: S) => z.array(of).readonly();
const texts = list(z.string());
const object = z.strictObject;

const example = {
  table: z.string().exactOptional(),
  key: texts.exactOptional(),
  source: z.string().exactOptional(),
  holder: z.string().nullable().exactOptional(),
  parent: texts.exactOptional(),
};
const examples = list(object(example));

const spotKind = z.enum(["changed", "wrong"]);

const counts = {
  read: total,
  migrated: total,
  unchanged: total,
  ignored: total,
  expired: total,
  quarantined: total,
  repeated: total,
};

const sums = {
  expectedRows: total,
  actualRows: total,
  expectedFingerprint: z.string(),
  actualFingerprint: z.string(),
};

const about = z.discriminatedUnion("kind", [
  object({ kind: z.literal("orphans"), table: z.string(), columns: texts }),
  object({ kind: z.literal("nulls"), table: z.string(), column: z.string() }),
  object({ kind: z.literal("rows missing"), table: z.string() }),
  object({ kind: z.literal("rows differ"), table: z.string(), rows: total }),
  object({ kind: z.literal("items differ"), tables: texts }),
  object({ kind: z.literal("quarantine"), reason: z.string(), entity: z.string().nullable() }),
  object({ kind: z.literal("rows behind quarantine"), entity: z.string() }),
]);

const window = { from: moment, to: moment };

const consistency = z.discriminatedUnion("kind", [
  object({ kind: z.literal("point-in-time"), at: moment }),
  object({ kind: z.literal("as read") }),
]);

const exported = object({
  id: z.string(),
  place: z.string(),
  from: moment.exactOptional(),
  to: moment,
  images: z.enum(["new", "new and old"]).exactOptional(),
  records: total,
  gap: object(window).exactOptional(),
  overlap: object(window).exactOptional(),
  changes: object({ put: total, removed: total, unknown: total, differing: total }).exactOptional(),
  faults: total,
});

const discrepancy = object({
  check: z.enum(["accounting", "counts", "content", "relations", "spot checks", "completeness", "recount"]),
  subject: z.string(),
  problem: z.string(),
  remedy: z.string(),
  count: total,
  // Of single items: what disagrees.
  examples: list(object({ ...example, kind: spotKind.exactOptional(), detail: z.string().exactOptional() })),
  section: z.literal("quarantine").exactOptional(),
  about: about.exactOptional(),
  command: z.string().exactOptional(),
});

const cause = object({
  subject: z.string(),
  problem: z.string(),
  remedy: z.string(),
  command: z.string().exactOptional(),
  count: total,
  discrepancies: list(total),
  missing: list(
    object({
      table: z.string(),
      columns: texts,
      key: texts,
      source: z.string().exactOptional(),
      rows: total,
      pointing: list(object({ table: z.string(), columns: texts, rows: total, examples })),
    }),
  ),
  further: total,
});

const shape = object({
  name: z.string(),
  schema: z.string(),
  comment: z.string().exactOptional(),
  columns: list(object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  primaryKey: texts,
  foreignKeys: list(object({ name: z.string(), columns: texts, references: z.string(), referencedColumns: texts })),
  uniques: list(object({ name: z.string(), columns: texts })),
  indexes: list(object({ name: z.string(), columns: texts, where: z.string().exactOptional() })),
  checks: list(object({ name: z.string(), sql: z.string() })),
});

const foreignKey = object({
  table: z.string(),
  columns: texts,
  references: z.string(),
  referencedColumns: texts,
  orphans: total,
  missing: object({ count: total, first: list(object({ key: texts, rows: total, examples })) }),
  built: z.boolean(),
  validated: z.boolean(),
  examples,
  reason: z.string().exactOptional(),
});

const quarantined = object({
  reason: z.string(),
  entity: z.string().nullable(),
  count: total,
  accepted: total,
  examples: list(
    object({
      source: z.string(),
      position: z.string().exactOptional(),
      detail: z.string(),
      accepted: z.string().nullable().exactOptional(),
    }),
  ),
});

const letGo = object({
  reason: z.string(),
  entity: z.string().nullable(),
  table: z.string().nullable(),
  count: total,
  rows: total,
  items: list(
    object({
      source: z.string(),
      key: texts.nullable(),
      holder: z.string().nullable(),
      accepted: z.string().nullable(),
      acceptedAt: z.string().nullable(),
    }),
  ),
});

const spotChecks = object({
  seed: total,
  population: total,
  sampled: total,
  ofEach: total.exactOptional(),
  changed: total,
  wrong: total,
  examples: list(object({ ...example, kind: spotKind, detail: z.string() })),
  impossible: z.string().exactOptional(),
  upperBound: z.number().min(0).max(1),
});

export const reportSchema = object({
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string(),
  verdict: z.enum(["verified", "discrepant", "incomplete", "refused"]),
  run: total,
  pass: total,
  source: z.string(),
  consistency,
  exports: list(exported).exactOptional(),
  target: z.string(),
  mapping: z.string(),
  startedAt: moment,
  finishedAt: moment,
  sealedAt: moment.exactOptional(),
  phases: list(
    object({
      phase: z.enum(["copy", "repair", "build", "verify"]),
      startedAt: moment,
      finishedAt: moment,
      count: total,
      of: z.enum(["items", "rows"]),
    }),
  ),
  totals: object({ tables: total, rows: total, foreignKeys: total, problems: total }),
  items: object(counts),
  entities: list(object({ name: z.string(), ...counts })),
  flow: list(object({ entity: z.string(), table: z.string(), rows: total })),
  tables: list(
    object({
      name: z.string(),
      ...sums,
      facets: list(object({ columns: texts, ...sums })),
      foreignRows: total,
      copies: total,
      superseded: total,
    }),
  ),
  schema: list(shape),
  foreignKeys: list(foreignKey),
  quarantine: list(quarantined),
  unmapped: list(object({ entity: z.string(), attribute: z.string(), count: total, example: z.string() })),
  furtherUnmapped: list(object({ entity: z.string(), count: total, example: z.string() })).exactOptional(),
  spotChecks,
  recount: object({ items: total, agrees: z.boolean() }).exactOptional(),
  ignored: list(object({ entity: z.string(), reason: z.string(), count: total })).exactOptional(),
  collapsed: list(object({ entity: z.string(), table: z.string(), count: total, example: z.string() })).exactOptional(),
  ignoredAttributes: list(object({ entity: z.string(), attribute: z.string(), count: total })).exactOptional(),
  findings: list(
    object({ where: z.string(), problem: z.string(), remedy: z.string(), keys: texts.exactOptional() }),
  ).exactOptional(),
  discrepancies: list(discrepancy),
  causes: list(cause),
  accepted: total.exactOptional(),
  letGo: list(letGo).exactOptional(),
  repaired: object({ rows: total, released: total, refused: total, changed: total, left: total }).exactOptional(),
  timings: z.record(z.string(), z.number()).readonly(),
}) satisfies z.ZodType<Report>;

type Told = z.infer<typeof reportSchema>;
/** Neither knows a field that the other does not: this compiles only while that is so. */
export type SameFields = Report extends Told ? (Exclude<keyof Told, keyof Report> extends never ? true : false) : false;
true satisfies SameFields;
