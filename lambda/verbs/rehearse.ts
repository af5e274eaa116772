/** `rehearse`: its engines never reach the function, so what is done stands with the command. */
import type { Verb } from "../verb.ts";

export const rehearse = {
  says: "migrate a sample table between embedded engines, prove it, and ask it three questions",
  needs: [],
  takes: [
    "items",
    "seed",
    "keep",
    "dirty",
    "sabotage",
    "units",
    "concurrency",
    "maxReadUnits",
    "html",
    "hashKeys",
    "json",
  ],
  meaning: { seed: "the sample's seed (default: 1)" },
} as const satisfies Verb;
