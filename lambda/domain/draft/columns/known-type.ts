/** A column's type as its values show it → the same, with what a model says of them; where values and model differ, a doubt. */
import type { AttributeType } from "../../decode/attribute.ts";
import { figure } from "../../profile/figure.ts";
import type { Values } from "../../profile/values.ts";
import type { KnownAttribute, KnownType } from "../known-model.ts";
import { draftWord, epochWord } from "../words.ts";
import type { ColumnChoice } from "./column-type.ts";

const HELD: Readonly<Record<KnownType, readonly AttributeType[]>> = {
  text: ["S"],
  number: ["N"],
  boolean: ["BOOL"],
  time: ["S", "N"],
  binary: ["B"],
  map: ["M"],
  list: ["L"],
  set: ["SS", "NS", "BS"],
  any: ["S", "N", "BOOL", "B", "M", "L", "SS", "NS", "BS"],
};
/** Values that are shown of those a model does not name. */
const SHOWN = 3;

export function withKnownType(choice: ColumnChoice, values: Values, known: KnownAttribute | undefined): ColumnChoice {
  if (known === undefined) return choice;
  const { type, epoch, oneOf } = known;
  const others = values.held.filter((held) => !HELD[type].includes(held));
  if (others.length > 0) {
    const told = others.map((held) => `${held} in ${figure(values.countOf(held))} of ${figure(values.count)}`);
    return doubtful(choice, `the model says ${type}; ${told.join(", ")}`);
  }
  if (epoch !== undefined && values.held.join() === "N") return counted(choice, values, epoch);
  return oneOf === undefined || values.held.join() !== "S" ? choice : closed(choice, values, oneOf);
}

const doubtful = (choice: ColumnChoice, doubt: string): ColumnChoice => ({
  ...choice,
  doubts: [...choice.doubts, doubt],
});

function counted(choice: ColumnChoice, { numbers }: Values, epoch: "seconds" | "millis"): ColumnChoice {
  if (numbers.epoch !== epoch) return doubtful(choice, `the model says it counts ${epoch}; not all of its numbers do`);
  return { ...choice, type: { kind: "timestamptz" }, words: [epochWord(epoch)], doubts: [] };
}

/** The words a model names, where no item has another. */
function closed(choice: ColumnChoice, { texts }: Values, oneOf: readonly string[]): ColumnChoice {
  const { values, nothing, count } = texts;
  if (values === undefined) return doubtful(choice, `the model names ${oneOf.length} values; there are many others`);
  const counts = [...values, ...nothing].filter(
    ([text]) => !oneOf.includes(text) && !(choice.isNullIf && nothing.has(text)),
  );
  if (counts.length > 0) {
    const shown = counts.slice(0, SHOWN).map(([text]) => JSON.stringify(text));
    const more = counts.length > SHOWN ? ", …" : "";
    const strays = counts.reduce((sum, [, times]) => sum + times, 0);
    return doubtful(
      choice,
      `${figure(strays)} of ${figure(count)} are none of the model's: ${shown.join(", ")}${more}`,
    );
  }
  if (choice.type.kind !== "text") return choice;
  const words = choice.words.filter(({ word }) => word !== "oneOf");
  return { ...choice, words: [...words, draftWord("oneOf", ...oneOf)] };
}
