/** A survey of a table → a draft of its mapping. */

import { figure } from "../../profile/figure.ts";
import type { Values } from "../../profile/values.ts";
import { withKnown } from "../columns/known-fields.ts";
import { type Subject, subjectOf } from "../columns/subjects.ts";
import { DELIMITER, type Keys, type Kind } from "../kinds/kinds.ts";
import { Ownership } from "../kinds/ownership.ts";
import type { SurveyedKind } from "../kinds/survey.ts";
import type { KnownModel } from "../known-model.ts";
import type { DraftCell, DraftIgnore, DraftKind, DraftModel, DraftTable, DraftValue, DraftWrite } from "../model.ts";
import { camel, GivenNames } from "../names.ts";
import { edgesOf } from "./edges.ts";
import { copiesOf, offerMerges, offerParents, tellSnapshots } from "./offers.ts";
import { primaryKeyOf } from "./primary-key.ts";
import { type Relation, relationsOf } from "./relations.ts";
import { type PlannedColumn, type PlannedTable, TablePlanner } from "./tables.ts";

export interface DraftSettings {
  readonly keys: Keys;
  readonly delimiter: string;
  readonly ttl?: string;
  readonly known?: KnownModel;
}

export function draftOf(kinds: readonly SurveyedKind[], { keys, delimiter, ttl, known }: DraftSettings): DraftModel {
  const there = kinds.filter(({ profile }) => profile.items > 0);
  const ownership = new Ownership(there);
  const met = there.toSorted((a, b) => compareKinds(a.kind, b.kind, ownership));
  const subjects = met.map((each) => ({
    surveyed: each,
    subject: withKnown(subjectOf(each, ownership), each.profile),
  }));
  const planner = new TablePlanner((values) => areIds(values, there));
  const edges = edgesOf(subjects.filter(({ subject }) => subject.leftBehind === undefined));
  const single = subjects.filter(
    ({ subject }) => !edges.some(({ first, second }) => first === subject || second === subject),
  );
  for (const { surveyed, subject } of single)
    planner.plan(subject, primaryKeyOf(surveyed, subject.fields, met, ownership));
  for (const edge of edges) planner.planEdge(edge);
  const relations = relationsOf(planner.tables, met, ownership);
  planner.repeatTypes();
  offerMerges(planner.tables, relations);
  offerParents(planner.tables, relations, ownership);
  tellSnapshots(planner.tables);
  const ignoredByAll = sharedIgnores(subjects.map(({ subject }) => subject));
  return {
    keys,
    ...(delimiter === DELIMITER ? {} : { delimiter }),
    ...(ttl === undefined ? {} : { ttl }),
    ignore: ignoredByAll,
    tables: planner.tables.map((table) => tableOf(table, relations)),
    kinds: subjects.map(({ subject, surveyed }) => {
      const drafted = kindOf(subject, planner.tables, ignoredByAll);
      return { ...drafted, doubts: [...drafted.doubts, ...copiesOf(surveyed, met)] };
    }),
    ...(known === undefined ? {} : { known: { origin: known.origin, unseen: unseenOf(known, met) } }),
  };
}

/** What a model has that no item is, but for what its library keeps for itself. */
const unseenOf = ({ entities }: KnownModel, kinds: readonly SurveyedKind[]): string[] =>
  entities
    .filter((entity) => entity.technical === undefined && !kinds.some(({ kind }) => kind.known === entity))
    .map(({ name }) => name);

/** Of so many ids at most, all found where another kind of item has its own, it may be chance. */
const FEW_IDS = 20;

/** Whether all of them are found among the ids some kind of item has. */
const areIds = ({ ids, texts }: Values, kinds: readonly SurveyedKind[]): boolean =>
  kinds.some(({ profile }) =>
    profile.captures.values().some((own) => {
      const { missing, of } = ids.missingIn(own.ids);
      return missing === 0 && of > 1 && (texts.forms[0] === "uuid" || own.ids.size >= FEW_IDS);
    }),
  );

/** What others belong to comes first; what no other kind takes, last. */
function compareKinds(a: Kind, b: Kind, ownership: Ownership): number {
  const isOwner = (kind: Kind): boolean => kind.captures.some((capture) => ownership.ownerOf(capture) === kind);
  const rank = (kind: Kind): number => (kind.isRest ? 1000 : kind.captures.length * 2 + (isOwner(kind) ? 0 : 1));
  const text = ({ name, pattern: { pk, sk } }: Kind): string => `${pk.text} ${sk?.text} ${name}`;
  return rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1);
}

function tableOf(table: PlannedTable, relations: readonly Relation[]): DraftTable {
  return {
    name: table.name,
    columns: table.columns.map(({ name, type, nullable, isKey, doubts }) => ({
      name,
      type,
      nullable,
      key: isKey,
      doubts,
    })),
    foreignKeys: relations
      .filter((relation) => relation.table === table)
      .map(({ columns, references, isOffered, doubts }) => ({ columns, references, isOffered, doubts })),
    ...(table.otherEnd === undefined ? {} : { duplicates: "identical" as const }),
    doubts: table.doubts,
  };
}

/** Longer lines say less. */
const LONGEST_REASON = 100;

/** What is ignored of every kind that has it stands once, for all. */
function sharedIgnores(subjects: readonly Subject[]): DraftIgnore[] {
  const kinds = Map.groupBy(
    subjects.flatMap(({ kind, ignore }) => ignore.map((each) => ({ ...each, kind: kind.name }))),
    ({ attribute }) => attribute,
  );
  const read = new Set(
    subjects.flatMap(({ fields, lists }) =>
      [...fields, ...lists].flatMap(({ origin }) => (origin.kind === "attr" ? [origin.name] : [])),
    ),
  );
  return [...kinds].flatMap(([attribute, all]) => {
    if (all.length < 2 || read.has(attribute)) return [];
    const whys = [...Map.groupBy(all, ({ why }) => why)].map(([why, some]) => ({
      why,
      of: some.map(({ kind }) => kind),
    }));
    const [only] = whys;
    const told = whys.map(({ why, of }) => `${why} (${of.join(", ")})`).join("; ");
    const why =
      whys.length === 1 && only !== undefined ? only.why : told.length <= LONGEST_REASON ? told : "made of others";
    return [{ attribute, why }];
  });
}

function kindOf(subject: Subject, tables: readonly PlannedTable[], ignoredByAll: readonly DraftIgnore[]): DraftKind {
  const { kind, items } = subject;
  const captures = captureNames(subject);
  const own = tables.filter((table) => table.subject === subject);
  const top = own.filter((table) => table.parent === undefined);
  const edges = tables.filter(({ otherEnd }) => otherEnd?.subject === subject);
  const writes = [
    ...top.flatMap((table) => writesOf(table, own, captures)),
    ...edges.map((table) => otherEndOf(table, captures)),
  ];
  const agreements = subject.agreements.map(({ attribute, capture, lead }): DraftWrite => {
    const value: DraftValue = { origin: { kind: "attr", name: attribute }, words: lead };
    return {
      kind: "agree",
      value,
      other: { origin: { kind: "key", capture: captures.get(capture) ?? capture }, words: [] },
    };
  });
  return {
    name: kind.name,
    ...templates(kind, captures),
    where: kind.where,
    ignore: subject.ignore.filter(({ attribute }) => !ignoredByAll.some((each) => each.attribute === attribute)),
    writes: [...writes, ...agreements],
    doubts: kind.isRest
      ? [`items whose keys are like no others', ${figure(items)} of them: look what they are`]
      : subject.doubts,
    ...(subject.leftBehind === undefined ? {} : { leftBehind: subject.leftBehind }),
    items,
  };
}

/** Captures are called as the columns they fill. */
function captureNames({ kind, fields }: Subject): ReadonlyMap<string, string> {
  const given = new GivenNames();
  return new Map(
    kind.captures.map(({ name }) => {
      const field = fields.find(({ capture }) => capture === name);
      return [name, given.give(camel(field?.name ?? name, "part"))];
    }),
  );
}

function templates({ pattern: { pk, sk } }: Kind, captures: ReadonlyMap<string, string>): { pk: string; sk?: string } {
  const spell = ({ parts }: typeof pk): string =>
    parts
      .map((part) => {
        if (part.kind === "literal") return part.text.replace(/[{}]/g, "$&$&");
        const name = captures.get(part.name) ?? part.name;
        return part.form === "plain" ? `{${name}}` : `{${name}:${part.form}}`;
      })
      .join("");
  return { pk: spell(pk), ...(sk === undefined ? {} : { sk: spell(sk) }) };
}

function writesOf(
  table: PlannedTable,
  own: readonly PlannedTable[],
  captures: ReadonlyMap<string, string>,
): DraftWrite[] {
  const cells = table.columns.map(
    ({ name, ...column }): DraftCell => ({ column: name, value: readerOf(column, captures) }),
  );
  const into: DraftWrite = { kind: "into", table: table.name, columns: cells };
  const inner = own
    .filter((other) => other.parent?.table === table)
    .flatMap((other): DraftWrite[] => {
      if (other.parent === undefined) return [];
      const { list, element, position } = other.parent;
      const writes = writesOf(other, own, captures);
      return [{ kind: "each", list, element, ...(position === undefined ? {} : { position }), writes }];
    });
  return [into, ...inner];
}

/** The same columns, each from where the other kind of item has it. */
function otherEndOf({ name, columns, otherEnd }: PlannedTable, captures: ReadonlyMap<string, string>): DraftWrite {
  const cells = columns.flatMap((column, at): DraftCell[] => {
    const origin = otherEnd?.origins[at];
    return origin === undefined ? [] : [{ column: column.name, value: readerOf(origin, captures) }];
  });
  return { kind: "into", table: name, columns: cells };
}

function readerOf(
  { origin, lead, words }: Pick<PlannedColumn, "origin" | "lead" | "words">,
  captures: ReadonlyMap<string, string>,
): DraftValue {
  const renamed = (from: DraftValue["origin"]): DraftValue["origin"] =>
    from.kind === "key" ? { kind: "key", capture: captures.get(from.capture) ?? from.capture } : from;
  const spelled = [...lead, ...words].map((word) => ({
    ...word,
    args: word.args.map((arg) =>
      typeof arg === "object" && typeof arg.value === "object"
        ? { value: { ...arg.value, origin: renamed(arg.value.origin) } }
        : arg,
    ),
  }));
  return { origin: renamed(origin), words: spelled };
}
