/** What is known of the values in a map, or an item → the fields that become columns, and the lists that become tables. */
import { figure } from "../../profile/figure.ts";
import type { Values } from "../../profile/values.ts";
import type { KnownAttribute } from "../known-model.ts";
import type { DraftValue, DraftWord } from "../model.ts";
import { snake } from "../names.ts";
import { draftWord } from "../words.ts";

export interface Field {
  /** As its column is to be called. */
  readonly name: string;
  readonly origin: DraftValue["origin"];
  /** What leads to the value: members, and what is said of what may be absent. */
  readonly lead: readonly DraftWord[];
  readonly values: Values;
  /** It is absent, or NULL, in some. */
  readonly isNullable: boolean;
  /** The literal its ids stand behind wherever they have one. */
  readonly prefix: string;
  /** The capture of the item's key that it holds. */
  readonly capture?: string;
  /** It has to agree with that. */
  readonly agrees?: true;
  /** What a model says of it. */
  readonly known?: KnownAttribute;
  /** A doubt: it is absent where almost all others have it. */
  readonly absence?: string;
  readonly doubts: readonly string[];
}

export interface Within {
  readonly origin: DraftValue["origin"];
  readonly lead: readonly DraftWord[];
  /** How many there are of what it is in. */
  readonly count: number;
  /** Words before the names of what is in it. */
  readonly before: string;
  /** The words that are said already of what is around it, and hold inside. */
  readonly said: readonly ("optional" | "nullable")[];
}

export interface Fields {
  readonly fields: readonly Field[];
  readonly lists: readonly Field[];
}

/** Columns that may come of one map. */
const MOST_COLUMNS = 60;
/** A member rarer than this among many maps is a shape of its own. */
const RARE = 0.2;
const FEW = 5;
/** What maps are called that only hold the rest together. */
const HOLDER =
  /^(data|details?|attributes|attrs|info|payload|body|content|props|properties|meta|metadata|fields|values|item|document|doc)$/;
/** A member is called so where it is an id, and the map is a dictionary. */
const ID_NAME = /^(\d[\d\-.:TZ]*|.*[0-9a-f]{8}-[0-9a-f]{4}-.*|[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{16,})$/i;

/** A place by its name in what holds it. */
export function fieldsOf(name: string, values: Values, within: Within): Fields {
  const field = fieldAt(name, values, within);
  const [only, ...others] = values.held;
  if (others.length === 0 && only === "M" && isOneShape(values)) return membersOf(field, values, within);
  if (others.length === 0 && isList(values)) return { fields: [], lists: [field] };
  return { fields: [field], lists: [] };
}

function fieldAt(name: string, values: Values, within: Within): Field {
  const said = wordsOfAbsence(values, within);
  const absence = rarelyAbsent(values, within.count);
  return {
    name: snake(`${within.before} ${name}`, "field"),
    origin: within.origin,
    lead: [...within.lead, ...said],
    values,
    isNullable: said.length > 0 || within.said.length > 0,
    prefix: "",
    ...(absence === undefined ? {} : { absence }),
    doubts: [],
  };
}

/** Inside an optional map everything is optional. */
function wordsOfAbsence(values: Values, { count, said }: Within): DraftWord[] {
  const needed = [
    ...(values.count < count ? ["optional" as const] : []),
    ...(values.countOf("NULL") > 0 ? ["nullable" as const] : []),
  ];
  return needed.filter((name) => !said.includes(name)).map((name) => draftWord(name));
}

/** What almost every item has may be a fault where it is not there. */
function rarelyAbsent(values: Values, of: number): string | undefined {
  const absent = of - values.count;
  return absent > 0 && of >= 20 && absent <= of * 0.05 ? `absent in ${figure(absent)} of ${figure(of)}` : undefined;
}

function membersOf(map: Field, values: Values, within: Within): Fields {
  const isHolder = HOLDER.test(map.name);
  const inner = [...values.members].map(([name, member]) =>
    fieldsOf(name, member, {
      origin: map.origin,
      lead: [...map.lead, draftWord("at", name)],
      // A NULL has no members; what the map lacks is absent in it.
      count: values.countOf("M"),
      before: isHolder ? within.before : map.name,
      said: saidIn(map.lead),
    }),
  );
  return { fields: inner.flatMap(({ fields }) => fields), lists: inner.flatMap(({ lists }) => lists) };
}

export const saidIn = (lead: readonly DraftWord[]): ("optional" | "nullable")[] =>
  (["optional", "nullable"] as const).filter((name) => lead.some((each) => each.word === name));

/** Whether all its maps are of one shape, so that members are columns. */
function isOneShape({ members, isOpen, count }: Values): boolean {
  if (isOpen || members.size === 0 || leaves(members) > MOST_COLUMNS) return false;
  const names = [...members.keys()];
  if (names.some((name) => ID_NAME.test(name))) return false;
  return count < FEW || [...members.values()].every((member) => member.count >= count * RARE);
}

const leaves = (members: ReadonlyMap<string, Values>): number =>
  members.values().reduce((sum, member) => sum + Math.max(1, leaves(member.members)), 0);

/** A list or set whose elements are rows: of one type, and no lists themselves. */
function isList({ held, element, isOpen }: Values): boolean {
  const [type] = held;
  if (type !== "L" && type !== "SS" && type !== "NS" && type !== "BS") return false;
  if (element === undefined || element.count === 0 || isOpen) return false;
  const [inner, ...others] = element.held;
  if (inner === undefined || others.length > 0) return false;
  return inner === "S" || inner === "N" || inner === "B" || inner === "BOOL" || (inner === "M" && isOneShape(element));
}
