/** The largest item there is: a list of one letter each, every letter a row, and in every row the item's key, as long as DynamoDB takes one. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Random } from "../../../bin/rehearse/random.ts";
import { toDynamoDbJson } from "../../../lambda/domain/decode/dynamodb-json.ts";

/** 400 KB of letters. */
export const MOST_ELEMENTS = 130_000;
export const MONSTER_SCHEMA = resolve(import.meta.dirname, "../long-list");

const KEY_CHARACTERS = 2_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const key = new Random(1).hex(KEY_CHARACTERS);

const lineOf = (elements: number, shift: number): string => {
  const L = Array.from({ length: elements }, (_, at) => ({ S: LETTERS[(at + shift) % LETTERS.length] ?? "" }));
  return `{"Item":${toDynamoDbJson({ PK: { S: `LIST#${key}` }, Letters: { L } })}}\n`;
};

/** Writes the item three times, one version after the other, and says what each is: new, the same, and changed in every letter with a third of them gone. */
export async function* monster(file: string, elements: number): AsyncGenerator<"written" | "read again" | "changed"> {
  await writeFile(file, lineOf(elements, 0));
  yield "written";
  await writeFile(file, lineOf(elements, 0));
  yield "read again";
  await writeFile(file, lineOf(Math.floor((elements * 2) / 3), 1));
  yield "changed";
}
