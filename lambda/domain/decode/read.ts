/**
 * A read plan → what reads values by it: the value it means, NULL, or a refusal that names the place and never the value.
 * Plans are looked at once, when a mapping is prepared; an item meets functions.
 */
import type { ColumnModel } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { type Constant, pathOf, type ReadPlan, type Step } from "../../mapping/plans.ts";
import type { Template } from "../../mapping/template.ts";
import { must } from "../must.ts";
import { type AttributeValue, attributeType, type Item } from "./attribute.ts";
import { type Cell, encode } from "./cell.ts";
import type { Reads } from "./reads.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { agreeing, composed, surrogate, wordOf } from "./steps.ts";

/** What a plan can see: the item, and on each depth the element an `each` stands at. */
export interface Scope {
  readonly captures: ReadonlyMap<string, string>;
  /** Index 0 is the item. */
  readonly values: AttributeValue[];
  readonly positions: number[];
  /** The attributes that nothing else reads. */
  readonly rest: () => Item;
  readonly reads: Reads;
}

export type Templates = ReadonlyMap<string, Template>;

/** The value a plan means; `null` where it stands for NULL. */
export type ReadValue = (scope: Scope) => AttributeValue | null | Refusal;

const ABSENT = Symbol("absent");

const isThere = (value: AttributeValue | typeof ABSENT): value is AttributeValue =>
  value !== ABSENT && !("NULL" in value);

/** A value on its way: there, a DynamoDB NULL among them; absent; or `null`, which stands for the column's NULL and stays. */
type Flow = AttributeValue | typeof ABSENT | null | Refusal;

const constant = (value: Constant): AttributeValue =>
  typeof value === "string" ? { S: value } : typeof value === "boolean" ? { BOOL: value } : { N: String(value) };

const within = ({ values }: Scope, depth: number): AttributeValue =>
  must(values[depth], "loading checked that a reader stays inside its each");

export function valueReader(plan: ReadPlan, templates: Templates): ReadValue {
  const start = startOf(plan, templates);
  const steps = plan.steps.map((step) => stepOf(step, plan, templates));
  const place = placeOf(plan);
  const say = `say .optional() or .orElse()${timely(plan)} if it may be`;
  const missing = refuse("missing-attribute", `${place} is absent; ${say}`);
  const isNull = refuse("null-attribute", `${place} is NULL; say .nullable()${timely(plan)} if it may be`);
  return (scope) => {
    let value = start(scope);
    for (const step of steps) {
      if (value === null || isRefusal(value)) return value;
      value = step(value, scope);
    }
    if (value === ABSENT) return missing;
    return value !== null && "NULL" in value ? isNull : value;
  };
}

function startOf(plan: ReadPlan, templates: Templates): (scope: Scope) => Flow {
  const { from } = plan;
  switch (from.kind) {
    case "value": {
      const { depth } = from.level;
      return (scope) => {
        const value = within(scope, depth);
        scope.reads.note(plan, value);
        return value;
      };
    }
    case "constant": {
      const value = from.value === null ? null : constant(from.value);
      return () => value;
    }
    case "position": {
      const { depth } = from.level;
      return ({ positions }) => ({ N: String(positions[depth]) });
    }
    case "capture": {
      const { name } = from;
      return ({ captures }) => ({ S: must(captures.get(name), "the key matched, so it has its captures") });
    }
    case "surrogate": {
      const parts = from.parts.map((part) => valueReader(part, templates));
      return (scope) => {
        const apart = { ...scope, reads: scope.reads.apart() };
        const made = surrogate(
          from.of,
          parts.map((read) => read(apart)),
        );
        if (made !== null) scope.reads.join(apart.reads);
        return made;
      };
    }
    case "composed": {
      const { parts } = must(templates.get(from.template), "loading parsed every template");
      const pieces = parts.map((part) => {
        if (part.kind === "literal") return part.text;
        return valueReader(must(own(from.parts, part.name), "loading checked that each has a part"), templates);
      });
      return (scope) => {
        const apart = { ...scope, reads: scope.reads.apart() };
        const made = composed(
          from.template,
          pieces.map((piece) => (typeof piece === "string" ? piece : piece(apart))),
        );
        if (made !== null) scope.reads.join(apart.reads);
        return made;
      };
    }
    case "rest":
      return (scope) => {
        scope.reads.note(plan, within(scope, 0));
        return { M: scope.rest() };
      };
  }
}

function stepOf(
  step: Step,
  plan: ReadPlan,
  templates: Templates,
): (value: AttributeValue | typeof ABSENT, scope: Scope) => Flow {
  switch (step.kind) {
    case "optional":
      return (value) => (value === ABSENT ? null : value);
    case "or else": {
      const other = constant(step.use);
      return (value) => (value === ABSENT ? other : value);
    }
    case "nullable":
      return (value) => (value !== ABSENT && "NULL" in value ? null : value);
    case "at": {
      const { member } = step;
      return (value) => (value === ABSENT ? value : memberOf(value, member, plan));
    }
    case "agrees with": {
      const other = valueReader(step.other, templates);
      const [place, partner] = [placeOf(plan), placeOf(step.other)];
      return (value, scope) => (isThere(value) ? agreeing(value, other(scope), place, partner) : value);
    }
    default: {
      const word = wordOf(step, placeOf(plan), templates);
      return (value) => (isThere(value) ? word(value) : value);
    }
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
  if (from.kind === "composed") return `the text ${JSON.stringify(from.template)}`;
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
const TOO_LATE: Partial<Record<Step["kind"], string>> = {
  captures: "captures",
  digits: "digits",
  epoch: "epoch…",
  "true false": "trueFalse",
  hex: "hex",
  "date only": "dateOnly",
  format: "format",
};

function timely({ steps }: ReadPlan): string {
  const [late] = steps.flatMap(({ kind }) => TOO_LATE[kind] ?? []);
  return late === undefined ? "" : ` before .${late}()`;
}

/** One cell of a row. */
export function cellReader(
  plan: ReadPlan,
  { name, type, nullable }: ColumnModel,
  templates: Templates,
): (scope: Scope) => Cell | null | Refusal {
  const read = valueReader(plan, templates);
  const { conversion } = plan;
  const place = `${placeOf(plan)}, for column ${name}`;
  // What a function gives is known to the compiler alone, who need not have been asked.
  const none = nullable ? null : refuse("null-attribute", `${place}: a function made it NULL`);
  return (scope) => {
    const value = read(scope);
    if (value === null) return none;
    if (isRefusal(value)) return value;
    const cell = encode(type, value, conversion);
    return isRefusal(cell) ? refuse(cell.reason, `${place}: ${cell.detail}`) : cell;
  };
}

/** The elements an `each` goes through. */
export function listReader(
  plan: ReadPlan,
  templates: Templates,
): (scope: Scope) => readonly AttributeValue[] | Refusal {
  const read = valueReader(plan, templates);
  const place = placeOf(plan);
  return (scope) => {
    const value = read(scope);
    if (value === null) return [];
    if (isRefusal(value)) return value;
    const elements = scope.reads.elementsOf(value);
    return elements ?? refuse("wrong-type", `${place} is ${attributeType(value)}; each goes through a list or a set`);
  };
}
