/**
 * Plans that not every item comes to, as one item came to them: what only the rows of an `each` read is not read where the
 * list is empty, and may be read of one element and not of the next. An item or element is known by the object it is.
 */
import type { ReadPlan } from "../../mapping/plans.ts";
import type { AttributeValue } from "./attribute.ts";
import { elementsOf } from "./elements.ts";

type Elements = readonly AttributeValue[] | undefined;

export class Reads {
  readonly #watched: ReadonlySet<ReadPlan>;
  #done: Map<ReadPlan, Set<AttributeValue>> | undefined;
  /** The members of a set are the same objects each time: they tell what was read of them. */
  #elements: Map<AttributeValue, Elements> | undefined;

  /** Others than the plans that are watched are not kept: every item comes to them. */
  constructor(watched: ReadonlySet<ReadPlan>) {
    this.#watched = watched;
  }

  /** The elements of a list or set; undefined of what is neither. */
  elementsOf(value: AttributeValue): Elements {
    if ("L" in value) return value.L;
    this.#elements ??= new Map();
    const known = this.#elements.get(value);
    if (known !== undefined) return known;
    const made = elementsOf(value);
    this.#elements.set(value, made);
    return made;
  }

  note(plan: ReadPlan, within: AttributeValue): void {
    if (this.#watched.size === 0 || !this.#watched.has(plan)) return;
    this.#done ??= new Map();
    const seen = this.#done.get(plan);
    if (seen === undefined) this.#done.set(plan, new Set([within]));
    else seen.add(within);
  }

  has(plan: ReadPlan, within: AttributeValue): boolean {
    return this.#done?.get(plan)?.has(within) === true;
  }

  /** For what may turn out to be of no use: it counts once it has been joined. */
  apart(): Reads {
    return new Reads(this.#watched);
  }

  join(other: Reads): void {
    for (const [plan, seen] of other.#done ?? []) for (const within of seen) this.note(plan, within);
  }
}
