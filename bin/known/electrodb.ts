/**
 * Entities of ElectroDB, or a service of them, by the shape they have when they have been made: key templates, fields,
 * types. ElectroDB writes keys in lower case where nothing else is said, so what stands in a key may be another spelling of its attribute.
 */
import { z } from "zod";
import type { KnownAttribute, KnownEntity, KnownModel, KnownType } from "../../lambda/domain/draft/known-model.ts";
import { type Piece, templateOf } from "./key-template.ts";
import { withReferences } from "./references.ts";

const keySchema = z.looseObject({
  prefix: z.string().optional(),
  field: z.string().optional(),
  casing: z.string().optional(),
  isCustom: z.boolean().optional(),
  postfix: z.string().optional(),
});
const labelsSchema = z.looseObject({
  labels: z.array(z.looseObject({ name: z.string(), label: z.string().optional() })).default([]),
});
const indexSchema = z.looseObject({ index: z.string(), pk: labelsSchema, sk: labelsSchema.optional() });

/** Made anew for what is nested, which is looked into as it is met. */
const attributeSchema = z.looseObject({
  field: z.string(),
  type: z.string(),
  required: z.boolean().default(false),
  enumArray: z.array(z.string()).default([]),
  properties: z
    .looseObject({ attributes: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
});

const entitySchema = z.looseObject({
  identifiers: z.looseObject({ entity: z.string(), version: z.string() }),
  model: z.looseObject({
    entity: z.string(),
    service: z.string().default(""),
    prefixes: z.record(z.string(), z.looseObject({ pk: keySchema, sk: keySchema.optional() })),
    indexes: z.record(z.string(), indexSchema),
    schema: z.looseObject({ attributes: z.record(z.string(), z.unknown()) }),
  }),
});
type ElectroEntity = z.infer<typeof entitySchema>;
type Key = z.infer<typeof keySchema>;
type Labels = z.infer<typeof labelsSchema>["labels"];

const serviceSchema = z.looseObject({ entities: z.record(z.string(), entitySchema) });

const TYPES: Readonly<Record<string, KnownType>> = {
  ...{ string: "text", enum: "text", number: "number", boolean: "boolean" },
  ...{ map: "map", list: "list", set: "set" },
};

/** What a module has to offer → its entities; undefined where none is ElectroDB's. */
export function electroModel(offered: readonly unknown[]): KnownModel | undefined {
  const found = offered.flatMap((value): ElectroEntity[] => {
    const { data: service } = serviceSchema.safeParse(value);
    if (service !== undefined) return Object.values(service.entities);
    const { data: entity } = entitySchema.safeParse(value);
    return entity === undefined ? [] : [entity];
  });
  // An entity that is exported by itself and in a service is one.
  const entities = [...new Map(found.map((each) => [`${each.model.service} ${each.model.entity}`, each])).values()];
  const [first] = entities;
  if (first === undefined) return undefined;
  const services = [...new Set(entities.map(({ model }) => model.service))];
  const { pk, sk } = first.model.prefixes[""] ?? {};
  return {
    origin: `ElectroDB ${services.length === 1 ? "service" : "services"} ${services.join(", ")}`,
    ...(pk?.field === undefined
      ? {}
      : { keys: { pk: pk.field, ...(sk?.field === undefined ? {} : { sk: sk.field }) } }),
    entities: withReferences(entities.map(entityOf)),
  };
}

function entityOf({ model, identifiers }: ElectroEntity): KnownEntity {
  const main = Object.values(model.indexes).find(({ index }) => index === "");
  const keys = model.prefixes[""];
  const pk = keys && templateOf(piecesOfKey(keys.pk, main?.pk.labels ?? []));
  const sk = keys?.sk?.field === undefined ? undefined : templateOf(piecesOfKey(keys.sk, main?.sk?.labels ?? []));
  const inKey = new Set([...(main?.pk.labels ?? []), ...(main?.sk?.labels ?? [])].map(({ name }) => name));
  const attributes = attributesIn(model.schema.attributes, []).map((attribute) =>
    inKey.has(attribute.name ?? attribute.path[0]) ? { ...attribute, required: true } : attribute,
  );
  return {
    name: model.entity,
    ...(pk === undefined ? {} : { pk }),
    ...(sk === undefined ? {} : { sk }),
    where: { [identifiers.entity]: model.entity },
    attributes,
    ignore: [
      { attribute: identifiers.version, why: "ElectroDB's version of the model" },
      ...indexKeys(model, new Set(attributes.map(({ path: [field] }) => field))),
    ],
  };
}

/** As ElectroDB puts a key together: `$service#label_value#label_value`, or what the model's own template says. */
function piecesOfKey({ prefix = "", casing, isCustom, postfix = "" }: Key, labels: Labels): Piece[] {
  const pieces = labels.flatMap(({ name, label = "" }): Piece[] => {
    const before = isCustom === true ? label : `#${label}_`;
    return name === "" ? [{ literal: before }] : [{ literal: before }, { capture: name }];
  });
  const all: Piece[] = [{ literal: prefix }, ...pieces, { literal: postfix }];
  return all.map((piece) => ("literal" in piece ? { literal: inCase(piece.literal, casing) } : piece));
}

function inCase(text: string, casing: string | undefined): string {
  if (casing === "none") return text;
  return casing === "upper" ? text.toUpperCase() : text.toLowerCase();
}

function attributesIn(attributes: Readonly<Record<string, unknown>>, above: readonly string[]): KnownAttribute[] {
  return Object.entries(attributes).flatMap(([name, value]): KnownAttribute[] => {
    const { data } = attributeSchema.safeParse(value);
    if (data === undefined) return [];
    const { field, type, required, enumArray, properties } = data;
    const path = within(above, field);
    const own: KnownAttribute = {
      path,
      ...(name === field ? {} : { name }),
      type: TYPES[type] ?? "any",
      required,
      ...(type === "enum" && enumArray.length > 0 ? { oneOf: enumArray } : {}),
    };
    return properties === undefined ? [own] : [own, ...attributesIn(properties.attributes, path)];
  });
}

const within = ([first, ...more]: readonly string[], name: string): readonly [string, ...string[]] =>
  first === undefined ? [name] : [first, ...more, name];

/** Keys of secondary indexes, unless an attribute is one as it stands. */
function indexKeys(
  { prefixes, indexes }: ElectroEntity["model"],
  attributes: ReadonlySet<string>,
): KnownEntity["ignore"] {
  return Object.values(indexes).flatMap(({ index, pk, sk }) => {
    const keys = prefixes[index];
    if (index === "" || keys === undefined) return [];
    return [
      { field: keys.pk.field, labels: pk.labels },
      { field: keys.sk?.field, labels: sk?.labels ?? [] },
    ].flatMap(({ field, labels }) => {
      if (field === undefined || attributes.has(field)) return [];
      const names = labels.flatMap(({ name }) => (name === "" ? [] : [name]));
      return [
        {
          attribute: field,
          why: `key of the index ${index}, ${names.length === 0 ? "a fixed text" : `made of ${names.join(", ")}`}`,
          isMade: true as const,
        },
      ];
    });
  });
}
