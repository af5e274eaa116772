import { load } from "../../lambda/compose.ts";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { inputOf } from "../../lambda/domain/decode/cell.ts";
import type { Decoded } from "../../lambda/domain/decode/decode.ts";
import { decoder } from "../../lambda/domain/decode/decoder.ts";
import {
  bigint,
  defineItems,
  defineTables,
  integer,
  jsonb,
  table,
  text,
  timestamptz,
  uuid,
} from "../../lambda/mapping/index.ts";

const tables = defineTables({
  things: {
    id: text().primaryKey(),
    required: text(),
    optional: text().nullable(),
    nullable: text().nullable(),
    either: text().nullable(),
    city: text().nullable(),
    first: text().nullable(),
    price: bigint().nullable(),
    label: text(),
  },
  tags: { id: text().primaryKey(), tag: text().primaryKey() },
  lines: {
    id: text().primaryKey(),
    line: integer().primaryKey(),
    part: integer().primaryKey(),
    name: text(),
    extra: jsonb().nullable(),
  },
  owners: table({ owner: uuid().primaryKey(), at: timestamptz() }).duplicates({ latest: "at" }),
});
const items = defineItems(
  tables,
  { keys: { pk: "PK", sk: "SK" }, ignore: ["GSI"], ttl: { attribute: "Gone", expired: "skip" } },
  ({ item, into, each, ignoreItem }) => [
    item(
      "Thing",
      { pk: "THING#{id}", sk: "V#{id}", where: { Type: "thing" }, ignore: ["Old"] },
      ({ key, attr, constant }) => [
        into("things", {
          id: key.id,
          required: attr("Required"),
          optional: attr("Optional").optional(),
          nullable: attr("Nullable").optional().nullable(),
          either: attr("Dotted.Name").orElse("nothing"),
          city: attr("Address").at("City").optional(),
          first: attr("List").at(0).optional(),
          price: attr("Price").optional().digits(),
          label: constant("fixed"),
        }),
        each(attr("Tags").optional(), (tag) => into("tags", { id: key.id, tag })),
        each(attr("Lines").optional(), (line, position) =>
          each(line.at("Parts"), (part, inner) =>
            into("lines", {
              id: key.id,
              line: position,
              part: inner,
              name: part.at("Name"),
              extra: part.at("Extra").optional(),
            }),
          ),
        ),
      ],
    ),
    item("Owner", { pk: "OWNER", sk: "{at}" }, ({ key, attr }) => [
      into("owners", { owner: attr("GSI1").captures("O#{owner}#X").owner, at: key.at }),
    ]),
    ignoreItem("Marker", { pk: "MARKER", sk: "{x}" }, "bookkeeping"),
  ],
);
export const mapping = load({ tables, items });
export const decode = decoder(mapping, { source: "test", expiredAt: 1_000n });

export const thing = (more: Item = {}): Item => ({
  PK: { S: "THING#1" },
  SK: { S: "V#1" },
  Type: { S: "thing" },
  Required: { S: "r" },
  ...more,
});
export const decoded = (item: Item): Decoded => decode({ item });

export function rows(item: Item, name = "things"): Record<string, string | null>[] {
  const { outcome } = decoded(item);
  if (outcome.kind !== "rows")
    throw new Error(`${outcome.kind}: ${"refusal" in outcome ? outcome.refusal.detail : ""}`);
  return [...outcome.contributions]
    .filter((row) => row.table.name === name)
    .map((row) =>
      Object.fromEntries(row.facet.columns.map((column, at) => [column.name, inputOf(row.cells[at] ?? null)])),
    );
}

export function reason(item: Item): string {
  const { outcome } = decoded(item);
  return outcome.kind === "quarantined" ? outcome.refusal.reason : outcome.kind;
}
