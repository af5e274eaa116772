/** Words of readers, as a draft puts them behind a value. */
import type { DraftWord } from "./model.ts";

export const draftWord = (word: string, ...args: DraftWord["args"]): DraftWord => ({ word, args });

/** For numbers that count from 1970 on. */
export const epochWord = (unit: "seconds" | "millis"): DraftWord =>
  draftWord(unit === "seconds" ? "epochSeconds" : "epochMillis");
