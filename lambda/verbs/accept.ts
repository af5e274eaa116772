/** `accept`: an item is let go, or all that waits for a reason or of an entity. */
import { z } from "zod";
import { nameOf, type Task } from "../compose.ts";
import { countsSchema, findingSchema, total } from "../contract.ts";
import { type Finding, MigrationError, outward } from "../domain/migration-error.ts";
import { countsOf } from "../domain/proof/pending.ts";
import { itemName, keyWords } from "../item-name.ts";
import { openRun } from "../opening.ts";
import type { Progress } from "../ports/progress.ts";
import { answering, type Verb } from "../verb.ts";

export const accept = {
  says: "let an item go that is in quarantine or waits behind another one's row, or all of a kind: the proof counts it as accepted",
  words: { name: "key...", says: "PK [SK] of the item, or #HASH from a log", optional: true },
  needs: ["target", "reason"],
  takes: ["reasonCode", "entity", "all", "schema", "json"],
  ends: "0 done; 3 refused",
  event: answering(
    {
      run: total,
      /** Where it is one item. */
      key: z.string().exactOptional(),
      reason: z.string(),
      items: total,
      /** Of each group, how many had been accepted before. */
      groups: z.array(countsSchema.extend({ accepted: total })).readonly(),
      /** What else is the matter with that item, and cannot be let go. */
      remains: z.array(findingSchema).readonly(),
    },
    async ({ target, schema, said, log }, { progress }) => {
      const { key = [], all, reasonCode, entity, reason = "" } = said;
      const done = await runAccept({ target, schema, key, all, reasonCode, entity, reason, progress });
      const { run, logKey, source, items, remains } = done;
      const groups = done.groups.map(({ accepted, ...group }) => ({ ...countsOf(group), accepted }));
      const named = source === undefined ? {} : { key: nameOf(log, logKey)(source) };
      return { run, ...named, reason, items, groups, remains: outward(remains) };
    },
  ),
} as const satisfies Verb;

interface Chosen {
  /** One item; none where all that waits is meant. */
  readonly key: readonly string[];
  readonly all?: boolean | undefined;
  readonly reasonCode?: string | undefined;
  readonly entity?: string | undefined;
}

export interface AcceptTask extends Pick<Task, "target" | "schema">, Chosen {
  readonly reason: string;
  readonly progress?: Progress;
}

export async function runAccept({ target: url, schema, reason, progress, key: words, ...which }: AcceptTask) {
  const chosen = { ...which, key: keyWords(words) };
  const findings = problemsOf(chosen, reason);
  if (findings.length > 0)
    throw new MigrationError("settings", "what is to be let go is not clear", "see each finding", { findings });
  await using opened = await openRun(url, schema, progress);
  const { run, mapping, target } = opened;
  const { key, reasonCode, entity } = chosen;
  const choice = key.length > 0 ? { item: itemName(key, mapping) } : { reasonCode, entity };
  const accepted = await target.decisions.accept(run, choice, reason);
  return { run: run.id, logKey: run.logKey, reason, ...accepted };
}

function problemsOf({ key, all, reasonCode, entity }: Chosen, reason: string): Finding[] {
  const filtered = reasonCode !== undefined || entity !== undefined;
  const find = (where: string, problem: string, remedy: string): Finding => ({ where, problem, remedy });
  return [
    ...(reason.trim() === "" ? [find("reason", "no reason is given", "say why: --reason TEXT")] : []),
    ...(key.length > 2
      ? [find("key", `${key.length} words are no key`, "say PK [SK], each as one word: quote what holds spaces")]
      : []),
    ...(key.length > 0 && (all === true || filtered)
      ? [
          find(
            "key",
            "an item is named, and all that waits as well",
            "say either KEY, or --all with --reason-code or --entity",
          ),
        ]
      : []),
    ...(key.length === 0 && !filtered
      ? [find("key", "nothing is named", "say KEY of an item, or --all with --reason-code or --entity")]
      : []),
    ...(key.length === 0 && filtered && all !== true
      ? [
          find(
            "all",
            "it would let go every item of that kind",
            "say --all if that is meant; `list-quarantine` shows them",
          ),
        ]
      : []),
  ];
}
