/** A schema of DynamoDB-OneTable, or a Table that was made of one: value templates, types, enums, references. */
import { z } from "zod";
import type { KnownAttribute, KnownEntity, KnownModel, KnownType } from "../../lambda/domain/draft/known-model.ts";
import { type Piece, piecesOf, templateOf } from "./key-template.ts";
import { withReferences } from "./references.ts";

/** A type is a constructor or its name. */
const typeSchema = z.custom<unknown>().transform((given): string => {
  const name = typeof given === "function" ? given.name : typeof given === "string" ? given : "";
  return name.toLowerCase();
});

const fieldSchema = z.looseObject({
  type: typeSchema,
  value: z.union([z.string(), z.boolean()]).optional().catch(undefined),
  map: z.string().optional(),
  required: z.boolean().default(false),
  enum: z.array(z.string()).optional().catch(undefined),
  isoDates: z.boolean().optional(),
  ttl: z.boolean().default(false),
  crypt: z.boolean().default(false),
  unique: z.boolean().default(false),
  encode: z.unknown().optional(),
  reference: z.string().optional(),
  schema: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type Field = z.infer<typeof fieldSchema>;

const indexSchema = z.looseObject({ hash: z.string().optional(), sort: z.string().optional() });
const primarySchema = z.looseObject({ hash: z.string(), sort: z.string().optional() });
const schemaSchema = z.looseObject({
  indexes: z.looseObject({ primary: primarySchema }).catchall(indexSchema),
  models: z.record(z.string(), z.record(z.string(), z.unknown())),
  params: z
    .looseObject({
      typeField: z.string().default("_type"),
      isoDates: z.boolean().default(false),
      timestamps: z.union([z.boolean(), z.string()]).default(false),
      createdField: z.string().default("created"),
      updatedField: z.string().default("updated"),
    })
    .prefault({}),
});
type OneSchema = z.infer<typeof schemaSchema>;

const tableSchema = z.looseObject({ schema: z.looseObject({ definition: schemaSchema }) });

const TYPES: Readonly<Record<string, KnownType>> = {
  ...{ string: "text", number: "number", boolean: "boolean", date: "time", object: "map", array: "list", set: "set" },
  // It stores bytes as text, in base64.
  ...{ buffer: "text", arraybuffer: "text", binary: "text" },
};

/** What a module has to offer → its schema's models; undefined where none is OneTable's. */
export function oneTableModel(offered: readonly unknown[]): KnownModel | undefined {
  const [schema] = offered.flatMap((value): OneSchema[] => {
    const { data } = schemaSchema.safeParse(value);
    const { data: table } = tableSchema.safeParse(value);
    return data !== undefined ? [data] : table !== undefined ? [table.schema.definition] : [];
  });
  if (schema === undefined) return undefined;
  const { hash, sort } = schema.indexes.primary;
  const models = Object.entries(schema.models).map(([name, model]) => entityOf(name, fieldsOf(model), schema));
  const [ttl] = Object.values(schema.models).flatMap((model) =>
    [...fieldsOf(model)].flatMap(([name, field]) => (field.ttl ? [field.map ?? name] : [])),
  );
  return {
    origin: "OneTable schema",
    ...(ttl === undefined ? {} : { ttl }),
    keys: { pk: hash, ...(sort === undefined ? {} : { sk: sort }) },
    entities: [...withReferences(models), ...technical(schema)],
  };
}

const fieldsOf = (model: Readonly<Record<string, unknown>>): Map<string, Field> =>
  new Map(
    Object.entries(model).flatMap(([name, value]) => {
      const { data } = fieldSchema.safeParse(value);
      return data === undefined ? [] : [[name, data] as const];
    }),
  );

function entityOf(name: string, fields: ReadonlyMap<string, Field>, schema: OneSchema): KnownEntity {
  const { primary, ...others } = schema.indexes;
  const { typeField } = schema.params;
  const template = (key: string | undefined): string | undefined => {
    const value = key === undefined ? undefined : fields.get(key)?.value;
    return typeof value === "string" ? templateOf(filledIn(value, name, typeField)) : undefined;
  };
  const [pk, sk] = [template(primary.hash), template(primary.sort)];
  const keyed = new Set(
    [primary.hash, primary.sort].flatMap((key) => varsOf(key === undefined ? undefined : fields.get(key))),
  );
  const ignore = [
    ...new Map(
      // Of several indexes the first one tells.
      Object.entries(others)
        .reverse()
        .flatMap(([index, { hash, sort }]) =>
          [hash, sort].flatMap((key) => (key === undefined ? [] : madeKey(key, index, fields.get(key)))),
        ),
    ).values(),
  ];
  const ignored = new Set([primary.hash, primary.sort, typeField, ...ignore.map(({ attribute }) => attribute)]);
  const attributes = [...fields]
    // One that is part of another's text is not stored, and the key itself is its template.
    .filter(
      ([field, { encode, value }]) =>
        encode === undefined && (!ignored.has(field) || (field !== typeField && value === undefined)),
    )
    .flatMap(([field, of]) => attributesOf(field, keyed.has(field) ? { ...of, required: true } : of, [], schema));
  return {
    name,
    ...(pk === undefined ? {} : { pk }),
    ...(sk === undefined ? {} : { sk }),
    where: { [typeField]: name },
    attributes: [...attributes, ...timestamps(fields, schema)],
    ignore,
  };
}

/** Of a secondary index, where its text is made of others; by its attribute, as several indexes may have one. */
function madeKey(
  attribute: string,
  index: string,
  field: Field | undefined,
): [string, KnownEntity["ignore"][number]][] {
  if (typeof field?.value !== "string") return [];
  const vars = varsOf(field);
  const made = vars.length === 0 ? "a fixed text" : `made of ${vars.join(", ")}`;
  return [[attribute, { attribute, why: `key of the index ${index}, ${made}`, isMade: true }]];
}

/** `${name:8:0}` is padded, and `${_type}` the name of the model. */
const filledIn = (value: string, model: string, typeField: string): Piece[] =>
  piecesOf(value).map((piece) => {
    if ("literal" in piece) return piece;
    const [name = ""] = piece.capture.split(":");
    return name === typeField ? { literal: model } : { capture: name };
  });

const varsOf = (field: Field | undefined): string[] =>
  typeof field?.value === "string"
    ? piecesOf(field.value).flatMap((piece) => ("capture" in piece ? (piece.capture.split(":")[0] ?? []) : []))
    : [];

function attributesOf(name: string, field: Field, above: readonly string[], schema: OneSchema): KnownAttribute[] {
  const { type, map, crypt, required, ttl, enum: words, reference, schema: nested } = field;
  // Several attributes may be packed into one map.
  const [first = name, ...more] = [...above, ...(map?.split(".") ?? [name])];
  const path = [first, ...more] as const;
  const isTime = type === "date" || ttl;
  const epoch = ttl ? "seconds" : (field.isoDates ?? schema.params.isoDates) ? undefined : "millis";
  const own: KnownAttribute = {
    path,
    ...(path.at(-1) === name ? {} : { name }),
    type: crypt ? "text" : isTime ? "time" : (TYPES[type] ?? "any"),
    ...(isTime && epoch !== undefined ? { epoch } : {}),
    required,
    ...(words === undefined ? {} : { oneOf: words }),
    // `Account:primary:id=accountId`
    ...(reference === undefined ? {} : { references: reference.split(":")[0] ?? reference }),
  };
  if (nested === undefined || type !== "object") return [own];
  return [own, ...[...fieldsOf(nested)].flatMap(([member, of]) => attributesOf(member, of, path, schema))];
}

function timestamps(fields: ReadonlyMap<string, Field>, { params }: OneSchema): KnownAttribute[] {
  const { timestamps: kept, createdField, updatedField, isoDates } = params;
  const names = [
    ...(kept === true || kept === "create" ? [createdField] : []),
    ...(kept === true || kept === "update" ? [updatedField] : []),
  ];
  return names
    .filter((name) => !fields.has(name))
    .map((name) => ({ path: [name], type: "time", ...(isoDates ? {} : { epoch: "millis" }), required: true }));
}

/** What it writes for its own use: an item for each unique value, the schema itself, and what was migrated when. */
function technical({ models, indexes: { primary }, params: { typeField } }: OneSchema): KnownEntity[] {
  const own = (name: string, pk: string, sk: string, why: string): KnownEntity => ({
    ...{ name, pk, ...(primary.sort === undefined ? {} : { sk }), where: { [typeField]: name } },
    ...{ attributes: [], ignore: [], technical: why },
  });
  const unique = Object.entries(models).flatMap(([model, fields]) =>
    [...fieldsOf(fields)].flatMap(([name, field]) => (field.unique ? [`${model}.${name}`] : [])),
  );
  return [
    ...(unique.length === 0
      ? []
      : [own("_Unique", "_unique#{value:rest}", "_unique#", `OneTable's own: it keeps ${unique.join(", ")} unique`)]),
    own("_Schema", "_schema", "_schema:{name:rest}", "OneTable's own: the schema"),
    own("_Migration", "_migration", "_migration:{version:rest}", "OneTable's own: which migrations ran"),
  ];
}
