/** A read plan and the values in scope → the value it means, NULL, or a refusal that names the place and never the value. */
import type { ColumnModel } from "../../mapping/model.ts";
import { type Constant, pathOf, type ReadPlan, type Step } from "../../mapping/plans.ts";
import type { Template } from "../../mapping/template.ts";
import { must } from "../must.ts";
import { type AttributeValue, attributeType, type Item } from "./attribute.ts";
import { type Cell, encode } from "./cell.ts";
import { elementsOf } from "./elements.ts";
import type { Reads } from "./reads.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { surrogate, takeStep } from "./steps.ts";

/** What a plan can see: the item, and on each depth the element an `each` stands at. */
export interface Scope {
  readonly captures: ReadonlyMap<string, string>;
  readonly templates: ReadonlyMap<string, Template>;
  /** Index 0 is the item. */
  readonly values: AttributeValue[];
  readonly positions: number[];
  /** The attributes that nothing else reads. */
  readonly rest: () => Item;
  readonly reads: Reads;
}

const ABSENT = Symbol("absent");

/** A value on its way: there, a DynamoDB NULL among them; absent; or `null`, which stands for the column's NULL and stays. */
type Flow = AttributeValue | typeof ABSENT | null | Refusal;

const constant = (value: Constant): AttributeValue =>
  typeof value === "string" ? { S: value } : typeof value === "boolean" ? { BOOL: value } : { N: String(value) };

const within = ({ values }: Scope, depth: number): AttributeValue =>
  must(values[depth], "loading checked that a reader stays inside its each");

/** The value a plan means; `null` where it stands for NULL. */
function readValue(plan: ReadPlan, scope: Scope): AttributeValue | null | Refusal {
  let value: Flow = startOf(plan, scope);
  for (const step of plan.steps) {
    if (value === null || (value !== ABSENT && isRefusal(value))) return value;
    value = after(step, value, plan, scope);
  }
  if (value === ABSENT) {
    return refuse(
      "missing-attribute",
      `${placeOf(plan)} is absent; say .optional() or .orElse()${timely(plan)} if it may be`,
    );
  }
  if (value !== null && "NULL" in value) {
    return refuse("null-attribute", `${placeOf(plan)} is NULL; say .nullable()${timely(plan)} if it may be`);
  }
  return value;
}

function startOf(plan: ReadPlan, scope: Scope): Flow {
  const { from } = plan;
  switch (from.kind) {
    case "value": {
      const value = within(scope, from.level.depth);
      scope.reads.note(plan, value);
      return value;
    }
    case "constant":
      return constant(from.value);
    case "position":
      return { N: String(scope.positions[from.level.depth]) };
    case "capture":
      return { S: must(scope.captures.get(from.name), "the key matched, so it has its captures") };
    case "surrogate": {
      const reads = scope.reads.apart();
      const parts = from.parts.map((part) => readValue(part, { ...scope, reads }));
      const made = surrogate(from.of, parts);
      if (made !== null) scope.reads.join(reads);
      return made;
    }
    case "rest":
      scope.reads.note(plan, within(scope, 0));
      return { M: scope.rest() };
  }
}

function after(step: Step, value: AttributeValue | typeof ABSENT, plan: ReadPlan, scope: Scope): Flow {
  switch (step.kind) {
    case "optional":
      return value === ABSENT ? null : value;
    case "or else":
      return value === ABSENT ? constant(step.use) : value;
    case "nullable":
      return value !== ABSENT && "NULL" in value ? null : value;
    case "at":
      return value === ABSENT ? value : memberOf(value, step.member, plan);
    default:
      if (value === ABSENT || "NULL" in value) return value;
      return takeStep(step, value, placeOf(plan), scope.templates, (other) => readValue(other, scope));
  }
}

function memberOf(value: AttributeValue, member: string | number, plan: ReadPlan): Flow {
  if (typeof member === "string" && "M" in value) {
    return (Object.hasOwn(value.M, member) ? value.M[member] : undefined) ?? ABSENT;
  }
  if (typeof member === "number" && "L" in value) return value.L[member] ?? ABSENT;
  const goes = `${placeOf(plan)} goes through a ${attributeType(value)}`;
  if ("NULL" in value) {
    return refuse("null-attribute", `${goes}; say .nullable() before .at(${JSON.stringify(member)}) if it may be one`);
  }
  return refuse("wrong-type", `${goes}, which is no ${typeof member === "string" ? "map" : "list"}`);
}

/** Where a plan reads from, as a person would write it: `attribute Address.City`. */
function placeOf(plan: ReadPlan): string {
  const { from } = plan;
  if (from.kind === "capture") return `key part ${from.name}`;
  if (from.kind !== "value") return from.kind;
  return pathOf(plan).reduce<string>(
    (text, member) => {
      if (typeof member === "number") return `${text}[${member}]`;
      return text === "" ? `attribute ${member}` : `${text}.${member}`;
    },
    from.level.depth === 0 ? "" : "an element",
  );
}

/** Words behind which an absent value can no longer be allowed for, as they are written. */
const TOO_LATE: Partial<Record<Step["kind"], string>> = { captures: "captures", digits: "digits", epoch: "epoch…" };

function timely({ steps }: ReadPlan): string {
  const [late] = steps.flatMap(({ kind }) => TOO_LATE[kind] ?? []);
  return late === undefined ? "" : ` before .${late}()`;
}

/** One cell of a row. */
export function readCell(plan: ReadPlan, column: ColumnModel, scope: Scope): Cell | null | Refusal {
  const value = readValue(plan, scope);
  if (value !== null && isRefusal(value)) return value;
  const place = () => `${placeOf(plan)}, for column ${column.name}`;
  // What a function gives is known to the compiler alone, who need not have been asked.
  if (value === null) return column.nullable ? null : refuse("null-attribute", `${place()}: a function made it NULL`);
  const cell = encode(column.type, value, plan.conversion);
  return isRefusal(cell) ? refuse(cell.reason, `${place()}: ${cell.detail}`) : cell;
}

/** The elements an `each` goes through. */
export function readList(plan: ReadPlan, scope: Scope): readonly AttributeValue[] | Refusal {
  const value = readValue(plan, scope);
  if (value === null) return [];
  if (isRefusal(value)) return value;
  const elements = elementsOf(value);
  return (
    elements ?? refuse("wrong-type", `${placeOf(plan)} is ${attributeType(value)}; each goes through a list or a set`)
  );
}
