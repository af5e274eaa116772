/**
 * What a team has written down of its table already, in the words of a mapping: what an importer makes of a model of another
 * library. Nothing of it is taken on trust: where the data says otherwise, the data is drafted and the difference is a doubt.
 */

export interface KnownModel {
  /** Where it comes from, as a person would say it: `ElectroDB service taskapp`. */
  readonly origin: string;
  /** The table's key attributes, where the model names them. */
  readonly keys?: { readonly pk: string; readonly sk?: string };
  /** The attribute DynamoDB lets items expire by, where the model says. */
  readonly ttl?: string;
  readonly entities: readonly KnownEntity[];
}

export interface KnownEntity {
  /** As the model has it; table and item are named after it. */
  readonly name: string;
  /** The templates of the table's own key, in a mapping's words; absent where the model computes keys by functions. */
  readonly pk?: string;
  readonly sk?: string;
  /** The attributes with a fixed text that tell this kind of item. */
  readonly where: Readonly<Record<string, string>>;
  readonly attributes: readonly KnownAttribute[];
  /** Attributes made of others, or of no meaning beside the library, each with the reason: keys of indexes, versions of the model. */
  readonly ignore: readonly {
    readonly attribute: string;
    readonly why: string;
    /** It is put together of other attributes: where items do not show that, it may hold what stands nowhere else. */
    readonly isMade?: true;
  }[];
  /** Why the whole item is of no meaning, where it is: what a library stores for its own use. */
  readonly technical?: string;
}

/** What a model says a value is. `time` is text or a number, as the data shows. */
export type KnownType = "text" | "number" | "boolean" | "time" | "binary" | "map" | "list" | "set" | "any";

export interface KnownAttribute {
  /** The names that lead to it, as stored. */
  readonly path: readonly [string, ...string[]];
  /** As the model calls it, where it is stored under another name. */
  readonly name?: string;
  readonly type: KnownType;
  /** A number counts time in these. */
  readonly epoch?: "seconds" | "millis";
  readonly required: boolean;
  readonly oneOf?: readonly string[];
  /** The entity whose id it holds. */
  readonly references?: string;
}
