/**
 * Entities of DynamoDB-Toolbox, by the shape they have when they have been made. It computes keys by functions: each is given
 * words that stand nowhere else, and where they come back unchanged the key is the text around them.
 */
import { z } from "zod";
import type { KnownAttribute, KnownEntity, KnownModel, KnownType } from "../../lambda/domain/draft/known-model.ts";
import { keyTemplates } from "./key-function.ts";
import { withReferences } from "./references.ts";

const propsSchema = z.looseObject({
  key: z.boolean().default(false),
  required: z.enum(["always", "atLeastOnce", "never"]).default("atLeastOnce"),
  savedAs: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  keyLink: z.custom<(item: object) => unknown>((value) => typeof value === "function").optional(),
  keyDefault: z.unknown().optional(),
  transform: z.unknown().optional(),
});
const attributeSchema = z.looseObject({
  type: z.string(),
  props: propsSchema,
  attributes: z.record(z.string(), z.unknown()).optional(),
});
type ToolboxAttribute = z.infer<typeof attributeSchema>;

const keySchema = z.looseObject({ name: z.string() });
const entitySchema = z.looseObject({
  type: z.literal("entity"),
  entityName: z.string(),
  /** Those that were declared; the schema has those that are added, too. */
  attributes: z.record(z.string(), z.unknown()),
  schema: z.looseObject({ attributes: z.record(z.string(), attributeSchema) }),
  computeKey: z.custom<(key: object) => unknown>((value) => typeof value === "function").optional(),
  table: z.looseObject({
    partitionKey: keySchema,
    sortKey: keySchema.optional(),
    entityAttributeSavedAs: z.string().default("_et"),
    indexes: z
      .record(z.string(), z.looseObject({ partitionKey: keySchema.optional(), sortKey: keySchema.optional() }))
      .default({}),
  }),
});
type ToolboxEntity = z.infer<typeof entitySchema>;

const TYPES: Readonly<Record<string, KnownType>> = {
  ...{ string: "text", number: "number", boolean: "boolean", binary: "binary" },
  ...{ map: "map", record: "map", list: "list", tuple: "list", set: "set" },
};

/** What a module has to offer → its entities; undefined where none is DynamoDB-Toolbox's. */
export function toolboxModel(offered: readonly unknown[]): KnownModel | undefined {
  const entities = offered.flatMap((value): ToolboxEntity[] => {
    const { data } = entitySchema.safeParse(value);
    return data === undefined ? [] : [data];
  });
  const [first] = entities;
  if (first === undefined) return undefined;
  const { partitionKey, sortKey } = first.table;
  return {
    origin: `DynamoDB-Toolbox ${entities.length === 1 ? "entity" : "entities"} ${entities.map(({ entityName }) => entityName).join(", ")}`,
    keys: { pk: partitionKey.name, ...(sortKey === undefined ? {} : { sk: sortKey.name }) },
    entities: withReferences(entities.map(entityOf)),
  };
}

function entityOf(entity: ToolboxEntity): KnownEntity {
  const { entityName, schema, table, attributes: declared } = entity;
  const marker = table.entityAttributeSavedAs;
  const stored = Object.entries(schema.attributes).map(([name, { props }]) => props.savedAs ?? name);
  const keys = new Set([table.partitionKey.name, table.sortKey?.name]);
  const ignore = indexKeys(entity);
  const left = new Set([marker, ...ignore.map(({ attribute }) => attribute)]);
  const attributes = Object.entries(schema.attributes)
    .filter(([name, { props }]) => !left.has(props.savedAs ?? name) && !isComputed(name, props, keys))
    .flatMap(([name, attribute]): KnownAttribute[] => {
      const [own, ...nested] = attributesOf(name, attribute, []);
      if (own === undefined) return [];
      // What it adds by itself beside its marker is when an item was made and changed.
      return [name in declared ? own : { ...own, type: "time" }, ...nested];
    });
  return {
    name: entityName,
    ...keyTemplates(entity),
    where: stored.includes(marker) ? { [marker]: entityName } : {},
    attributes,
    ignore,
  };
}

/** A key that is made of other attributes is its template, and no attribute. */
const isComputed = (name: string, props: ToolboxAttribute["props"], keys: ReadonlySet<string | undefined>): boolean =>
  keys.has(props.savedAs ?? name) && (props.keyLink !== undefined || props.keyDefault !== undefined);

function attributesOf(
  name: string,
  { type, props, attributes }: ToolboxAttribute,
  above: readonly string[],
): KnownAttribute[] {
  const stored = props.savedAs ?? name;
  const [first = stored, ...more] = [...above, stored];
  const path = [first, ...more] as const;
  const words = props.enum?.flatMap((word) => (typeof word === "string" ? [word] : []));
  const own: KnownAttribute = {
    path,
    ...(stored === name ? {} : { name }),
    type: TYPES[type] ?? "any",
    required: props.required !== "never",
    // A transformed value is another text than the one that was written down.
    ...(words === undefined || words.length === 0 || props.transform !== undefined ? {} : { oneOf: words }),
  };
  const nested = Object.entries(attributes ?? {}).flatMap(([member, value]) => {
    const { data } = attributeSchema.safeParse(value);
    return data === undefined ? [] : attributesOf(member, data, path);
  });
  return [own, ...nested];
}

/** A key of a secondary index that is computed of other attributes. */
function indexKeys({ schema, table }: ToolboxEntity): KnownEntity["ignore"] {
  return Object.entries(table.indexes).flatMap(([index, { partitionKey, sortKey }]) =>
    [partitionKey?.name, sortKey?.name].flatMap((key) => {
      const [, found] =
        Object.entries(schema.attributes).find(([name, { props }]) => (props.savedAs ?? name) === key) ?? [];
      const isMade = found !== undefined && ("putLink" in found.props || found.props.keyLink !== undefined);
      return key === undefined || !isMade
        ? []
        : [{ attribute: key, why: `key of the index ${index}, made of other attributes`, isMade: true as const }];
    }),
  );
}
