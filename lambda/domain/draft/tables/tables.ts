/** Subjects → tables with their columns: one table for the items, one for each list in them. */
import type { ColumnType } from "../../../mapping/kinds.ts";
import { KEY_KINDS } from "../../../mapping/kinds.ts";
import type { Values } from "../../profile/values.ts";
import { columnTypeOf } from "../columns/column-type.ts";
import { type Field, type Fields, fieldsOf, saidIn } from "../columns/fields.ts";
import { withKnownType } from "../columns/known-type.ts";
import type { Subject } from "../columns/subjects.ts";
import type { DraftValue, DraftWord } from "../model.ts";
import { camel, GivenNames, plural, singular, snake } from "../names.ts";
import { draftWord } from "../words.ts";
import type { Edge } from "./edges.ts";
import type { PrimaryKey } from "./primary-key.ts";

/** A column on its way: relations may still change its type. */
export interface PlannedColumn {
  readonly name: string;
  readonly isKey: boolean;
  readonly nullable: boolean;
  type: ColumnType;
  readonly words: readonly DraftWord[];
  readonly lead: readonly DraftWord[];
  readonly origin: DraftValue["origin"];
  /** What it holds; not there for what a table has of itself, a position. */
  readonly field?: Field;
  readonly doubts: string[];
  /** The column of the parent's that it repeats. */
  readonly repeats?: PlannedColumn;
}

export interface PlannedTable {
  readonly name: string;
  readonly columns: readonly PlannedColumn[];
  readonly subject: Subject;
  readonly parent?: {
    readonly table: PlannedTable;
    readonly list: DraftValue;
    readonly element: string;
    readonly position?: string;
  };
  readonly doubts: string[];
  /** The same edges from their other end: where each column stands there, in this table's order. */
  readonly otherEnd?: {
    readonly subject: Subject;
    readonly origins: readonly Pick<PlannedColumn, "origin" | "lead" | "words">[];
  };
}

export class TablePlanner {
  readonly tables: PlannedTable[] = [];
  readonly #names = new GivenNames();
  /** Whether values are ids of another table, so that a set of them is rows and no array. */
  readonly #areIds: (values: Values) => boolean;

  constructor(areIds: (values: Values) => boolean) {
    this.#areIds = areIds;
  }

  #isArray({ values }: Field): boolean {
    const [type] = values.held;
    const isSet = type === "SS" || type === "NS" || type === "BS";
    return isSet && values.element !== undefined && !this.#areIds(values.element);
  }

  plan(subject: Subject, key: PrimaryKey): void {
    if (subject.leftBehind !== undefined) return;
    const [read, lists] = this.#parted(subject, new GivenNames(), key);
    const keyed = read.filter(({ isKey }) => isKey);
    const columns = keyed.length > 0 ? read : [onlyKey(subject, read), ...read];
    const table: PlannedTable = {
      name: this.#names.give(plural(snake(subject.kind.name, "items"))),
      columns: subject.isOpen || subject.kind.isRest ? [...columns, rest(columns)] : columns,
      subject,
      doubts: keyed.length < subject.kind.captures.length ? [...key.doubts] : [],
    };
    this.tables.push(table);
    for (const list of lists) this.#child(table, list, []);
  }

  /** Two kinds of items, one table: each gives the same rows, and a row that only one gives is as good. */
  planEdge({ first, second, name, doubts }: Edge): void {
    const key: PrimaryKey = { captures: first.kind.captures.map((each) => each.name), doubts: [] };
    const otherKey: PrimaryKey = { captures: second.kind.captures.map((each) => each.name), doubts: [] };
    const one = first.fields.map((field) => this.#column(field, key));
    const other = second.fields.map((field) => this.#column(field, otherKey));
    const isAlike = one[0]?.field?.prefix === one[1]?.field?.prefix;
    const given = new GivenNames();
    // What stands first in the one key stands second in the other.
    const columns = one.flatMap((mine, index): PlannedColumn[] => {
      const theirs = other[1 - index];
      if (mine.field === undefined || theirs?.field === undefined) return [];
      mine.field.values.ids.addAll(theirs.field.values.ids);
      // Whoever stands second in a key is called after the kind, and the other one after nothing but its prefix.
      const called = isAlike && index === 0 ? theirs.name : mine.name;
      const type = mine.type.kind === theirs.type.kind ? mine.type : { kind: "text" as const };
      return [{ ...mine, name: given.give(called), type }];
    });
    this.tables.push({
      name: this.#names.give(plural(name)),
      columns,
      subject: first,
      doubts: [...doubts],
      otherEnd: { subject: second, origins: other.toReversed() },
    });
  }

  /** Relations may have changed what columns of a parent are; its children repeat it. */
  repeatTypes(): void {
    for (const { columns } of this.tables)
      for (const column of columns) if (column.repeats !== undefined) column.type = column.repeats.type;
  }

  /** What becomes columns, arrays last, and the lists that become tables. */
  #parted({ fields, lists }: Fields, given: GivenNames, key: PrimaryKey): [PlannedColumn[], readonly Field[]] {
    const arrays = lists.filter((list) => this.#isArray(list));
    const columns = [...fields, ...arrays].map((field) =>
      this.#column({ ...field, name: given.give(field.name) }, key),
    );
    return [columns, lists.filter((list) => !arrays.includes(list))];
  }

  #column(field: Field, key: PrimaryKey): PlannedColumn {
    const isKey = field.capture !== undefined && key.captures.includes(field.capture);
    const chosen = columnTypeOf(field.values, field.name, field.capture !== undefined);
    const choice = withKnownType(chosen, field.values, field.known);
    const agrees: DraftWord[] =
      field.agrees && field.capture !== undefined
        ? [draftWord("agreesWith", { value: { origin: { kind: "key", capture: field.capture }, words: [] } })]
        : [];
    return {
      name: field.name,
      isKey,
      nullable: field.isNullable || choice.isNullIf,
      type: choice.type,
      words: choice.words,
      lead: [...field.lead, ...agrees],
      origin: field.origin,
      field,
      doubts: [...(field.absence === undefined ? [] : [field.absence]), ...field.doubts, ...choice.doubts],
    };
  }

  #child(parent: PlannedTable, list: Field, above: readonly string[]): void {
    const { element } = list.values;
    if (element === undefined) return;
    const name = this.#names.give(snake(`${singular(parent.name)} ${plural(list.name)}`, "elements"));
    const given = new GivenNames();
    const parents = parent.columns.filter(({ isKey }) => isKey);
    const inherited = parents.map((column): PlannedColumn => {
      // The parent's own row has asked already whether it agrees with the key.
      const lead = column.lead.filter(({ word }) => word !== "agreesWith");
      return { ...column, name: given.give(inheritedName(column, parent)), lead, doubts: [], repeats: column };
    });
    const isOrdered = list.values.countOf("L") > 0 || element.held.includes("M");
    const variable = variableName(list.name, above);
    const [own, lists] = this.#elements(element, variable, singular(list.name), given);
    const value = own.length === 1 ? own[0] : undefined;
    const canBeKey = value !== undefined && !value.nullable && KEY_KINDS.has(value.type.kind);
    const isPositioned = isOrdered || !canBeKey;
    const positionName = above.includes("position") ? `${variable}Position` : "position";
    const position: PlannedColumn[] = isPositioned
      ? [
          {
            name: given.give("position"),
            isKey: true,
            nullable: false,
            type: { kind: "integer" },
            words: [],
            lead: [],
            origin: { kind: "element", name: positionName },
            doubts: [],
          },
        ]
      : [];
    const columns = [...inherited, ...position, ...own.map((column) => ({ ...column, isKey: !isPositioned }))];
    const from: DraftValue = { origin: list.origin, words: list.lead };
    const table: PlannedTable = {
      name,
      columns,
      subject: parent.subject,
      parent: { table: parent, list: from, element: variable, ...(isPositioned ? { position: positionName } : {}) },
      doubts: [],
    };
    this.tables.push(table);
    for (const inner of lists) this.#child(table, inner, [...above, variable, positionName]);
  }

  #elements(element: Values, variable: string, name: string, given: GivenNames): [PlannedColumn[], readonly Field[]] {
    const origin = { kind: "element", name: variable } as const;
    const isMap = element.held.includes("M");
    const nullable = element.countOf("NULL") > 0;
    const lead = nullable ? [draftWord("nullable")] : [];
    const within = { origin, count: element.countOf("M"), before: "", said: saidIn(lead) };
    const found = isMap
      ? [...element.members].map(([member, values]) =>
          fieldsOf(member, values, { ...within, lead: [...lead, draftWord("at", member)] }),
        )
      : [
          {
            fields: [{ name, origin, lead, values: element, isNullable: nullable, prefix: "", doubts: [] }],
            lists: [],
          },
        ];
    const all = { fields: found.flatMap(({ fields }) => fields), lists: found.flatMap(({ lists }) => lists) };
    return this.#parted(all, given, { captures: [], doubts: [] });
  }
}

/** The key of the parent is called after it, where its own name says nothing without it. */
function inheritedName({ name }: PlannedColumn, { name: table }: PlannedTable): string {
  return name === "id" || name === "position" ? `${singular(table)}_${name}` : name;
}

const RESERVED =
  /^(key|attr|rest|constant|surrogate|compose|item|into|part|each|when|agree|choose|ignoreItem|tables|items|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield|arguments|eval|position)$/;

/** What an element of a list is called in the rows. */
function variableName(list: string, above: readonly string[]): string {
  let name = camel(singular(list), "element");
  if (name.length > 40) name = "element";
  if (RESERVED.test(name) || name in globalThis) name = `${name}Element`;
  while (above.includes(name)) name = `inner${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return name;
}

/** A key that is always the same is of one item, and its table has one row. */
function onlyKey({ kind: { pattern } }: Subject, columns: readonly PlannedColumn[]): PlannedColumn {
  const name = columns.some((column) => column.name === "id") ? "row_id" : "id";
  const [literal] = (pattern.sk ?? pattern.pk).parts;
  const text = literal?.kind === "literal" ? literal.text : "only";
  const origin = { kind: "constant", text } as const;
  return { name, isKey: true, nullable: false, type: { kind: "text" }, words: [], lead: [], origin, doubts: [] };
}

function rest(columns: readonly PlannedColumn[]): PlannedColumn {
  const taken = new Set(columns.map(({ name }) => name));
  const name = ["more", "rest", "other_attributes"].find((each) => !taken.has(each)) ?? "everything_else";
  return {
    name,
    isKey: false,
    nullable: false,
    type: { kind: "jsonb" },
    words: [],
    lead: [],
    origin: { kind: "rest" },
    doubts: [],
  };
}
