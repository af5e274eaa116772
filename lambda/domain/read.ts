/** A read plan and the values in scope → the value it means, NULL, or a refusal that names the place and never the value. */
import type { ColumnModel } from "../mapping/model.ts";
import type { Constant, ReadPlan, ValuePath } from "../mapping/readers.ts";
import { matchTemplate, type Template } from "../mapping/template.ts";
import { type AttributeValue, attributeType, type Item } from "./attribute.ts";
import { type Cell, encode } from "./cell.ts";
import { compareBytes } from "./json.ts";
import { must } from "./must.ts";
import { canonicalNumber, compareNumbers } from "./number.ts";
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
}

export function itemScope(item: Item, given: Pick<Scope, "captures" | "templates" | "rest">): Scope {
  return { ...given, values: [{ M: item }], positions: [0] };
}

const constant = (value: Constant): AttributeValue =>
  typeof value === "string" ? { S: value } : typeof value === "boolean" ? { BOOL: value } : { N: String(value) };

/** The place as a person would write it: `Versions[].Size`. */
function describe({ depth, path }: ValuePath): string {
  const start = depth === 0 ? "" : "an element";
  return path.reduce<string>((text, member) => {
    if (typeof member === "number") return `${text}[${member}]`;
    return text === "" ? `attribute ${member}` : `${text}.${member}`;
  }, start);
}

const ABSENT = Symbol("absent");

function locate(at: ValuePath, scope: Scope): AttributeValue | typeof ABSENT | Refusal {
  let value: AttributeValue = must(scope.values[at.depth], "loading checked that a reader stays inside its each");
  for (const member of at.path) {
    let next: AttributeValue | undefined;
    if (typeof member === "string" && "M" in value) next = Object.hasOwn(value.M, member) ? value.M[member] : undefined;
    else if (typeof member === "number" && "L" in value) next = value.L[member];
    else {
      const wanted = typeof member === "string" ? "map" : "list";
      return refuse("wrong-type", `${describe(at)} goes through a ${attributeType(value)}, which is no ${wanted}`);
    }
    if (next === undefined) return ABSENT;
    value = next;
  }
  return value;
}

/** The value a plan means; `null` where it stands for NULL. */
function readValue(plan: ReadPlan, scope: Scope): AttributeValue | null | Refusal {
  const value = startOf(plan, scope);
  if (value === null || isRefusal(value)) return value;
  return plan.steps.reduce<AttributeValue | null | Refusal>(
    (at, step) =>
      at === null || isRefusal(at) ? at : takeStep(step, at, placeOf(plan), (other) => readValue(other, scope)),
    value,
  );
}

function startOf(plan: ReadPlan, scope: Scope): AttributeValue | null | Refusal {
  const { from } = plan;
  switch (from.kind) {
    case "constant":
      return constant(from.value);
    case "position":
      return { N: String(scope.positions[from.depth]) };
    case "capture":
      return { S: must(scope.captures.get(from.name), "the key matched, so it has its captures") };
    case "surrogate":
      return surrogate(
        from.of,
        from.parts.map((part) => readValue(part, scope)),
      );
    case "rest":
      return { M: scope.rest() };
    case "value":
    case "captured": {
      const value = locate(from, scope);
      if (value === ABSENT) {
        if (plan.absent === "null") return null;
        if (typeof plan.absent === "object") return constant(plan.absent.use);
        return refuse("missing-attribute", `${describe(from)} is absent; say .optional() or .orElse() if it may be`);
      }
      if (isRefusal(value)) return value;
      if ("NULL" in value) {
        if (plan.null === "null") return null;
        return refuse("null-attribute", `${describe(from)} is NULL; say .nullable() if it may be`);
      }
      return from.kind === "value" ? value : capture(from.template, from.name, value, describe(from), scope);
    }
  }
}

/** Where a plan reads from, for a person. */
function placeOf({ from }: ReadPlan): string {
  if ("path" in from) return describe(from);
  return from.kind === "capture" ? `key part ${from.name}` : from.kind;
}

function capture(
  text: string,
  name: string,
  value: AttributeValue,
  where: string,
  scope: Scope,
): AttributeValue | Refusal {
  if (!("S" in value)) return refuse("wrong-type", `${where} is ${attributeType(value)}; captures are taken from text`);
  const template = must(scope.templates.get(text), "loading parsed every template");
  const found = matchTemplate(template, value.S)?.get(name);
  return found === undefined ? refuse("key-mismatch", `${where} does not match "${text}"`) : { S: found };
}

/** One cell of a row. */
export function readCell(plan: ReadPlan, column: ColumnModel, scope: Scope): Cell | null | Refusal {
  const value = readValue(plan, scope);
  if (value === null || isRefusal(value)) return value;
  const cell = encode(column.type, value, plan.conversion);
  if (!isRefusal(cell)) return cell;
  return refuse(cell.reason, `${placeOf(plan)}, for column ${column.name}: ${cell.detail}`);
}

const NO_BYTES = new Uint8Array();

/**
 * The elements an `each` goes through. Sets have no order of their own, and a number many spellings: they are sorted as what
 * they mean and without repetitions, so that positions are stable.
 */
export function readList(plan: ReadPlan, scope: Scope): readonly AttributeValue[] | Refusal {
  const value = readValue(plan, scope);
  if (value === null) return [];
  if (isRefusal(value)) return value;
  if ("L" in value) return value.L;
  if ("SS" in value) return [...new Set(value.SS)].sort(compareBytes).map((S) => ({ S }));
  if ("NS" in value) {
    const numbers = new Set(value.NS.map((spelling) => canonicalNumber(spelling) ?? spelling));
    return [...numbers].sort(compareNumbers).map((N) => ({ N }));
  }
  if ("BS" in value) {
    const sorted = [...value.BS].sort(Buffer.compare);
    return sorted
      .filter((bytes, at) => Buffer.compare(bytes, sorted[at - 1] ?? NO_BYTES) !== 0 || at === 0)
      .map((B) => ({ B }));
  }
  return refuse("wrong-type", `${placeOf(plan)} is ${attributeType(value)}; each goes through a list or a set`);
}
