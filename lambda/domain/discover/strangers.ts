/** Items of a kind whose template takes any text → whether they look like several kinds: what was meant for others is told by nothing else. */
import { formNames } from "../../mapping/capture-form.ts";
import type { EntityModel } from "../../mapping/model.ts";
import type { Template } from "../../mapping/template.ts";
import type { Item } from "../decode/attribute.ts";
import type { Finding } from "../migration-error.ts";
import { type KeyShape, KeyShapes } from "./key-shapes.ts";

/** The capture that a whole key goes into, whatever it is. */
function catchAllOf(template: Template | undefined): string | undefined {
  const [first, ...others] = template?.parts ?? [];
  if (first?.kind !== "capture" || others.length > 0) return undefined;
  return first.form === "plain" || first.form === "rest" ? first.name : undefined;
}

/** How many shapes are shown beside the one that most items have. */
const SHOWN = 3;

export class Strangers {
  readonly #where: string;
  readonly #shapes: KeyShapes;
  readonly #caught: readonly (readonly [key: "pk" | "sk", name: string])[];

  private constructor(entity: EntityModel, keys: { readonly pk: string; readonly sk?: string }) {
    this.#where = entity.name;
    this.#shapes = new KeyShapes(keys);
    this.#caught = caughtBy(entity);
  }

  /** Undefined of a kind that is told by more. */
  static of(entity: EntityModel, keys: { readonly pk: string; readonly sk?: string }): Strangers | undefined {
    const isTold = entity.pattern.where?.some(({ is }) => typeof is === "object") === true;
    return isTold || caughtBy(entity).length === 0 ? undefined : new Strangers(entity, keys);
  }

  add(item: Item, source: string): void {
    this.#shapes.add(item, source);
  }

  finding(): Finding | undefined {
    const shapes = this.#shapes.shapes();
    const [most, ...others] = shapes;
    // Keys that are nothing but words may be as many kinds, or one kind of few items.
    const isValue = ({ pk, sk, where }: KeyShape) =>
      Object.keys(where).length > 0 || this.#caught.some(([key]) => (key === "pk" ? pk : (sk ?? "")).includes("{"));
    if (most === undefined || others.length === 0 || !shapes.some(isValue)) return undefined;
    const rest = others.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
    const listed = [...others.slice(0, SHOWN).map(spelled), ...(rest === 0 ? [] : [`${rest} of others`])].join(", ");
    const names = this.#caught.map(([, name]) => `{${name}}`).join(" and ");
    return {
      where: this.#where,
      problem: `${names} takes any key: beside ${spelled(most)} it took ${listed}`,
      remedy: `give those an item of their own, or tell it by \`where\` or a form of its capture (${formNames}), so that strangers match nothing`,
    };
  }
}

const caughtBy = ({ pattern: { pk, sk } }: EntityModel) =>
  (["pk", "sk"] as const).flatMap((key) => {
    const name = catchAllOf(key === "pk" ? pk : sk);
    return name === undefined ? [] : [[key, name] as const];
  });

function spelled({ pk, sk, where, count }: KeyShape): string {
  const told = Object.entries(where).map(([name, text]) => `, ${name} ${JSON.stringify(text)}`);
  return `${count} like ${[pk, ...(sk === undefined ? [] : [sk])].map((text) => JSON.stringify(text)).join(" / ")}${told.join("")}`;
}
