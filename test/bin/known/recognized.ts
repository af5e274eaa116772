/** Items a library has made of a model → what is known of each by what was read of the model. */
import type { Item } from "../../../lambda/domain/decode/attribute.ts";
import type { KnownEntity, KnownModel } from "../../../lambda/domain/draft/known-model.ts";
import { isTemplateProblem, matchKey, parseTemplate, type Template } from "../../../lambda/mapping/template.ts";

export interface Recognized {
  readonly entity: string;
  readonly captured: Readonly<Record<string, string>>;
  /** Attributes of which nothing is known. */
  readonly unknown: readonly string[];
}

/** The entities whose marks and keys the item has. */
export function recognized(model: KnownModel, item: Item): Recognized[] {
  const { pk = "", sk } = model.keys ?? {};
  const text = (name: string): string => {
    const value = item[name];
    return value === undefined ? "" : "S" in value ? value.S : "N" in value ? value.N : "";
  };
  return model.entities.flatMap((entity): Recognized[] => {
    if (!Object.entries(entity.where).every(([name, value]) => text(name) === value)) return [];
    const [inPk, inSk] = [template(entity.pk), template(entity.sk)];
    if (inPk === undefined) return [];
    const pattern = inSk === undefined ? { pk: inPk } : { pk: inPk, sk: inSk };
    const captured = matchKey(pattern, text(pk), sk === undefined ? undefined : text(sk));
    if (captured === undefined) return [];
    const known = new Set([pk, sk, ...Object.keys(entity.where), ...namesIn(entity)]);
    const unknown = Object.keys(item).filter((name) => !known.has(name));
    return [{ entity: entity.name, captured: Object.fromEntries(captured), unknown }];
  });
}

const namesIn = ({ attributes, ignore }: KnownEntity): string[] => [
  ...attributes.map(({ path: [first] }) => first),
  ...ignore.map(({ attribute }) => attribute),
];

function template(text: string | undefined): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text, "#");
  return parsed === undefined || isTemplateProblem(parsed) ? undefined : parsed;
}

/** Of an entity, what is known of an attribute by the names that lead to it. */
export const known = (model: KnownModel, entity: string, ...path: readonly string[]) =>
  model.entities
    .find(({ name }) => name === entity)
    ?.attributes.find((attribute) => attribute.path.join(".") === path.join("."));
