/** Items of one kind → the parts of their keys that no column reads, and that an attribute which one reads holds in every item. */
import type { EntityModel, Mapping } from "../../mapping/model.ts";
import { own } from "../../mapping/own.ts";
import { pathOf } from "../../mapping/plans.ts";
import { matchKey } from "../../mapping/template.ts";
import type { Item } from "../decode/attribute.ts";
import { keyText } from "../decode/dispatch.ts";
import { unreadCaptures } from "../proof/unread.ts";
import { rowPlansOf } from "./row-plans.ts";

export class HeldCaptures {
  readonly #entity: EntityModel;
  readonly #keys: Mapping["keys"];
  /** By capture, the attributes that have held the same so far; not there before the first item. */
  readonly #holding = new Map<string, readonly string[]>();
  readonly #captures: readonly string[];
  readonly #read: readonly string[];

  private constructor(entity: EntityModel, keys: Mapping["keys"], captures: readonly string[]) {
    this.#entity = entity;
    this.#keys = keys;
    this.#captures = captures;
    const plans = rowPlansOf(entity.writes).flatMap(({ reads }) => reads);
    const plain = plans.filter(
      (plan) =>
        plan.from.kind === "value" &&
        plan.from.level.depth === 0 &&
        pathOf(plan).length === 1 &&
        plan.steps.every(({ kind }) => kind !== "function"),
    );
    this.#read = [...new Set(plain.map((plan) => String(pathOf(plan)[0])))];
  }

  /** Undefined of a kind whose keys are read. */
  static of(entity: EntityModel, keys: Mapping["keys"]): HeldCaptures | undefined {
    const captures = entity.ignored === undefined ? unreadCaptures(entity) : [];
    return captures.length === 0 ? undefined : new HeldCaptures(entity, keys, captures);
  }

  add(item: Item): void {
    const { pk, sk } = this.#keys;
    const [first, second] = [keyText(own(item, pk)), sk === undefined ? undefined : keyText(own(item, sk))];
    const captured = first === undefined ? undefined : matchKey(this.#entity.pattern, first, second);
    if (captured === undefined) return;
    for (const capture of this.#captures) {
      // Keys are often made in small letters of what an attribute holds as it was.
      const text = captured.get(capture)?.toLowerCase();
      const candidates = this.#holding.get(capture) ?? this.#read;
      this.#holding.set(
        capture,
        candidates.filter((name) => keyText(own(item, name))?.toLowerCase() === text),
      );
    }
  }

  has(capture: string): boolean {
    return (this.#holding.get(capture)?.length ?? 0) > 0;
  }
}
