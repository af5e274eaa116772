/** The made-up data of the rehearsal: the same for a seed, exactly as much as asked for, and free of orphans. */
import { type NativeAttributeValue, unmarshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it } from "vitest";
import { sampleItems } from "../../bin/rehearse/sample.ts";
import { type SdkItem, toSdk } from "../../bin/rehearse/wire.ts";

const now = new Date("2026-03-01T12:00:00Z");
const sample = (items: number, seed = 1): SdkItem[] => [...sampleItems({ items, seed, now })].map(toSdk);
const plain = (item: SdkItem): Record<string, NativeAttributeValue> => unmarshall(item, { wrapNumbers: true });
const textOf = (item: SdkItem, name: string): string => item[name]?.S ?? "";
const keyOf = (item: SdkItem): string => `${textOf(item, "PK")} / ${textOf(item, "SK")}`;
const countBy = (items: readonly SdkItem[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[textOf(item, "EntityType")] = (counts[textOf(item, "EntityType")] ?? 0) + 1;
  return counts;
};

const KINDS = [
  "Category",
  "Collaboration",
  "Collaborator",
  "File",
  "FileShare",
  "Folder",
  "Profile",
  "UploadSession",
  "User",
];
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** Every thing an item refers to, named as `kind id`; and the things it is. */
function links(item: SdkItem): { readonly is: string | undefined; readonly needs: readonly string[] } {
  const [, first = ""] = textOf(item, "PK").split("#");
  const [, second = ""] = textOf(item, "SK").split("#");
  const parent = textOf(item, "ParentFolderId");
  switch (textOf(item, "EntityType")) {
    case "Category":
      return { is: `category ${first}`, needs: [] };
    case "User":
      return { is: `user ${first}`, needs: [] };
    case "Profile":
      return { is: undefined, needs: [`user ${first}`] };
    case "Folder":
      return { is: `folder ${second}`, needs: [`user ${first}`, ...(parent === "" ? [] : [`folder ${parent}`])] };
    case "File":
      return {
        is: `file ${second}`,
        needs: [
          `folder ${first}`,
          ...(item.CategoryIds?.L ?? []).map((id) => `category ${id.S}`),
          ...(item.Versions?.L ?? []).map((version) => `user ${version.M?.UploadedBy?.S}`),
        ],
      };
    case "FileShare":
      return { is: undefined, needs: [`user ${first}`, `file ${second}`] };
    case "Collaborator":
      return { is: undefined, needs: [`folder ${first}`, `user ${second}`] };
    case "Collaboration":
      return { is: undefined, needs: [`user ${first}`, `folder ${second}`] };
    case "UploadSession":
      return { is: undefined, needs: [`user ${first}`, `folder ${textOf(item, "FolderId")}`] };
    default:
      throw new Error(`no such kind: ${textOf(item, "EntityType")}`);
  }
}

describe("the sample", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(sample(2_000, 7)).toEqual(sample(2_000, 7));
    expect(sample(2_000, 7)).not.toEqual(sample(2_000, 8));
  });

  it("holds exactly as many items as asked for, each under its own key", () => {
    for (const count of [0, 1, 9, 60, 61, 62, 63, 64, 65, 1_000, 12_345]) {
      expect(new Set(sample(count).map(keyOf)).size).toBe(count);
    }
  });

  it("holds every kind of item, and something for every table, from 60 items on", () => {
    for (const seed of SEEDS) {
      const items = sample(60, seed);
      expect(Object.keys(countBy(items)).sort()).toEqual(KINDS);
      for (const list of ["Tags", "CategoryIds", "Versions"]) {
        expect(items.some((item) => (item[list]?.SS ?? item[list]?.L ?? []).length > 0)).toBe(true);
      }
    }
  });

  it("refers only to items before it, wherever it ends", () => {
    const known = new Set<string>();
    for (const item of sample(20_000)) {
      const { is, needs } = links(item);
      expect(needs.filter((need) => !known.has(need))).toEqual([]);
      if (is !== undefined) known.add(is);
    }
  });

  it("holds both directions of every collaboration, saying the same", () => {
    for (let count = 60; count < 200; count += 1) {
      const items = sample(count);
      const edges = (kind: string, turn: boolean) =>
        items
          .filter((item) => textOf(item, "EntityType") === kind)
          .map((item) => {
            const ends = [textOf(item, "PK"), textOf(item, "SK")].map((key) => key.split("#")[1]);
            return [...(turn ? ends.reverse() : ends), textOf(item, "Role"), textOf(item, "Since")].join(" ");
          })
          .sort();
      expect(edges("Collaborator", false)).toEqual(edges("Collaboration", true));
    }
  });

  it("holds sessions that have expired and sessions that have not", () => {
    const ends = sample(2_000).flatMap((item) => item.ExpiresAt?.N ?? []);
    expect(ends.some((seconds) => Number(seconds) * 1000 < now.getTime())).toBe(true);
    expect(ends.some((seconds) => Number(seconds) * 1000 > now.getTime())).toBe(true);
  });

  it("holds what is easily lost: 38 digits, tiny numbers, empty texts, NULL beside absent, deep folders", () => {
    const items = sample(5_000);
    const files = items.filter((item) => textOf(item, "EntityType") === "File");
    const scores = files.map((file) => file.Score?.N ?? "");
    expect(scores.some((score) => score.replace(/E.*|\D/g, "").length === 38)).toBe(true);
    expect(scores.some((score) => /E-\d\d/.test(score))).toBe(true);
    const descriptions = files.map((file) => plain(file).Description);
    for (const kept of ["", "NULL", null, undefined]) expect(descriptions).toContain(kept);

    const depths = new Map<string, number>();
    for (const item of items.filter((each) => textOf(each, "EntityType") === "Folder")) {
      const depth = (depths.get(textOf(item, "ParentFolderId")) ?? 0) + 1;
      depths.set(textOf(item, "SK").replace("FOLDER#", ""), depth);
    }
    expect(Math.max(...depths.values())).toBeGreaterThanOrEqual(8);
  });
});
