/**
 * A model of NoSQL Workbench: a table, its facets and the rows that were drawn for them. A facet says which attributes a kind
 * of item has; what its keys look like and what tells the kind stands in its rows alone.
 */
import { z } from "zod";
import type { KnownAttribute, KnownEntity, KnownModel, KnownType } from "../../lambda/domain/draft/known-model.ts";
import { firstWordOf, keyOf } from "./drawn-key.ts";
import { withReferences } from "./references.ts";

const attributeSchema = z.looseObject({ AttributeName: z.string(), AttributeType: z.string() });
const keysSchema = z.looseObject({ PartitionKey: attributeSchema, SortKey: attributeSchema.optional() });
const rowSchema = z.record(z.string(), z.record(z.string(), z.unknown()));
type Row = z.infer<typeof rowSchema>;

const facetSchema = z.looseObject({
  FacetName: z.string(),
  KeyAttributeAlias: z
    .looseObject({ PartitionKeyAlias: z.string().optional(), SortKeyAlias: z.string().optional() })
    .prefault({}),
  NonKeyAttributes: z.array(z.string()).default([]),
  TableData: z.array(rowSchema).default([]),
});
type Facet = z.infer<typeof facetSchema>;

const tableSchema = z.looseObject({
  TableName: z.string(),
  KeyAttributes: keysSchema,
  NonKeyAttributes: z.array(attributeSchema).default([]),
  TableFacets: z.array(facetSchema).default([]),
  TableData: z.array(rowSchema).default([]),
});
type Table = z.infer<typeof tableSchema>;

const modelSchema = z.looseObject({ ModelName: z.string().default(""), DataModel: z.array(tableSchema).min(1) });

const TYPES: Readonly<Record<string, KnownType>> = {
  ...{ S: "text", N: "number", BOOL: "boolean", B: "binary" },
  ...{ M: "map", L: "list", SS: "set", NS: "set", BS: "set" },
};

/** The models of a file, one for each of its tables; none where it is no model of the Workbench. */
export function workbenchModels(offered: readonly unknown[]): { readonly table: string; readonly model: KnownModel }[] {
  const [found] = offered.flatMap((value) => modelSchema.safeParse(value).data ?? []);
  return (found?.DataModel ?? []).map((table) => ({
    table: table.TableName,
    model: modelOf(table, found?.ModelName ?? ""),
  }));
}

function modelOf(table: Table, name: string): KnownModel {
  const { PartitionKey: pk, SortKey: sk } = table.KeyAttributes;
  const whole: Facet = {
    ...{ FacetName: table.TableName, KeyAttributeAlias: {}, TableData: table.TableData },
    NonKeyAttributes: table.NonKeyAttributes.map(({ AttributeName }) => AttributeName),
  };
  const facets = table.TableFacets.length === 0 ? [whole] : table.TableFacets;
  return {
    origin: `NoSQL Workbench model ${name}, table ${table.TableName}`,
    keys: { pk: pk.AttributeName, ...(sk === undefined ? {} : { sk: sk.AttributeName }) },
    entities: withReferences(facets.map((facet) => entityOf(facet, facets, table, idsIn(facets, table)))),
  };
}

type Ids = (word: string) => string;

/** `c#12345` in both keys is a customer of the facet `customer`, and so is a sort key of a word that no other facet has. */
function idsIn(facets: readonly Facet[], { KeyAttributes: { PartitionKey, SortKey } }: Table): Ids {
  const named = (
    ids: readonly (readonly [word: string | undefined, facet: string])[],
  ): Map<string | undefined, string> =>
    new Map(ids.filter(([word]) => ids.filter(([other]) => other === word).length === 1));
  const keys = facets.map(({ FacetName, TableData }) => ({
    facet: FacetName,
    pk: textsOf(TableData, PartitionKey.AttributeName),
    sk: SortKey === undefined ? [] : textsOf(TableData, SortKey.AttributeName),
  }));
  const roots = named(
    keys
      .filter(({ pk, sk }) => sk.length === 0 || pk.join() === sk.join())
      .map(({ pk, facet }) => [firstWordOf(pk), facet]),
  );
  const others = named(keys.map(({ sk, facet }) => [firstWordOf(sk), facet]));
  return (word) => `${roots.get(word) ?? others.get(word) ?? word}Id`;
}

function entityOf(
  facet: Facet,
  facets: readonly Facet[],
  { KeyAttributes, NonKeyAttributes }: Table,
  idOf: Ids,
): KnownEntity {
  const { PartitionKey, SortKey } = KeyAttributes;
  const { PartitionKeyAlias, SortKeyAlias } = facet.KeyAttributeAlias;
  const key = (name: string, alias = name) => keyOf({ name, alias, values: textsOf(facet.TableData, name), idOf });
  const pk = key(PartitionKey.AttributeName, PartitionKeyAlias);
  const sk = SortKey === undefined ? undefined : key(SortKey.AttributeName, SortKeyAlias);
  const where = discriminators(facet, facets);
  const types = new Map(NonKeyAttributes.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));
  const keys = [PartitionKey.AttributeName, SortKey?.AttributeName];
  return {
    name: facet.FacetName,
    ...(pk === undefined ? {} : { pk }),
    ...(sk === undefined ? {} : { sk }),
    where,
    attributes: facet.NonKeyAttributes.filter((name) => !keys.includes(name) && !(name in where)).map(
      // It has no word for what every item has to have.
      (name): KnownAttribute => ({ path: [name], type: TYPES[types.get(name) ?? ""] ?? "any", required: false }),
    ),
    ignore: [],
  };
}

const textsOf = (rows: readonly Row[], name: string): string[] =>
  rows.flatMap((row) => {
    const text = row[name]?.S ?? row[name]?.N;
    return typeof text === "string" ? [text] : [];
  });

/** Attributes that hold one text in all rows of the facet, and another one in all those of each other facet. */
function discriminators(facet: Facet, facets: readonly Facet[]): Record<string, string> {
  const only = ({ TableData }: Facet, name: string): string | undefined => {
    const texts = new Set(textsOf(TableData, name));
    const [text] = texts;
    return texts.size === 1 && TableData.every((row) => name in row) ? text : undefined;
  };
  const drawn = facets.filter(({ TableData }) => TableData.length > 0);
  if (drawn.length < 2) return {};
  const found = facet.NonKeyAttributes.flatMap((name) => {
    const text = only(facet, name);
    const all = drawn.map((each) => only(each, name));
    return text !== undefined && !all.includes(undefined) && new Set(all).size === all.length ? [[name, text]] : [];
  });
  return Object.fromEntries(found);
}
