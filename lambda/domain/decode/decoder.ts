/**
 * A mapping → what decodes records by it. Pure: the same record always gives the same outcome, so a page can be decoded again
 * after a retry.
 */
import { ignoredName } from "../../mapping/attribute-path.ts";
import type { EntityModel, Mapping } from "../../mapping/model.ts";
import type { Captured } from "../../mapping/template.ts";
import { must } from "../must.ts";
import { type Item, lookup } from "./attribute.ts";
import { coverageOf, ignoredBy, restOf, unmappedPaths } from "./coverage.ts";
import type { Decode, DecodeSettings, Outcome } from "./decode.ts";
import { dispatcher } from "./dispatch.ts";
import { toDynamoDbJson } from "./dynamodb-json.ts";
import { hasExpired } from "./expiry.ts";
import { mappingFingerprint, sourceHash } from "./fingerprint.ts";
import { itemFingerprint } from "./item-fingerprint.ts";
import type { Scope } from "./read.ts";
import { Reads } from "./reads.ts";
import { isRefusal, refuse } from "./refusal.ts";
import { Rows, rowWriter } from "./rows.ts";
import { keySource } from "./source-key.ts";

/** Prepares a mapping for decoding. What is the same for every item is worked out here, once. */
export function decoder(mapping: Mapping, settings: DecodeSettings): Decode {
  const dispatch = dispatcher(mapping);
  const entities = new Map(mapping.entities.map((entity) => [entity, entityDecoder(entity, mapping, settings)]));
  const prepared = (entity: EntityModel): EntityDecoder => must(entities.get(entity), "every entity is prepared");
  const { pk, sk } = mapping.keys;
  const names = sk === undefined ? [pk] : [pk, sk];
  return (record) => {
    if ("unreadable" in record) {
      const { position, text, detail } = record.unreadable;
      const hash = sourceHash(settings.source, `${position}\n${text}`);
      const outcome: Outcome = { kind: "quarantined", entity: undefined, refusal: refuse("unreadable", detail) };
      const fingerprint = hash.replaceAll("-", "");
      return { item: hash, source: position, position, fingerprint, outcome, body: () => text };
    }
    const { item, position } = record;
    const found = dispatch(item);
    const outcome: Outcome = isRefusal(found)
      ? { kind: "quarantined", entity: undefined, refusal: found }
      : prepared(found.entity).outcomeOf(item, found.captures);
    const fingerprint = itemFingerprint(item, outcome.entity && prepared(outcome.entity).meaning);
    const source = keySource(item, names) ?? position ?? `item ${fingerprint.slice(0, 16)}`;
    const decoded = { item: sourceHash(settings.source, source), source, fingerprint, outcome };
    const body = (): string => toDynamoDbJson(item);
    return position === undefined ? { ...decoded, body } : { ...decoded, position, body };
  };
}

interface EntityDecoder {
  /** Changes when items of it would give other rows. */
  readonly meaning: string;
  outcomeOf(item: Item, captures: Captured): Outcome;
}

function entityDecoder(entity: EntityModel, mapping: Mapping, { expiredAt }: DecodeSettings): EntityDecoder {
  const meaning = mappingFingerprint(entity.identity);
  if (entity.ignored !== undefined) return { meaning, outcomeOf: () => ({ kind: "ignored", entity }) };
  const { ttl, templates } = mapping;
  const coverage = coverageOf(entity, mapping);
  const leftBehind = ignoredBy(entity, mapping).map((path) => ({ name: ignoredName(path), at: lookup(path) }));
  const give = rowWriter(entity.writes, templates);
  const read = (within: { readonly M: Item }, captures: Captured, rest: (reads: Reads) => Item) => {
    const reads = new Reads(coverage.watched);
    const scope: Scope = { captures, values: [within], positions: [0], reads, rest: () => rest(reads) };
    return { reads, given: give(scope) };
  };
  const outcomeOf = (item: Item, captures: Captured): Outcome => {
    if (ttl?.expired === "skip" && hasExpired(item, ttl.attribute, expiredAt)) return { kind: "expired", entity };
    const within = { M: item };
    const left = (reads: Reads): Item => restOf({ item, within, reads }, coverage);
    // Where what is left depends on what the rows read, it is known only once they have been read.
    const readBy = ({ reads, given }: ReturnType<typeof read>): Reads => {
      new Rows().take(given);
      return reads;
    };
    const known = coverage.isRestOpen ? left(readBy(read(within, captures, () => ({})))) : undefined;
    const begin = () => read(within, captures, (sofar) => known ?? left(sofar));
    const [rows, { reads, given }] = [new Rows(), begin()];
    const refusal = rows.take(given);
    if (refusal !== undefined) return { kind: "quarantined", entity, refusal };
    const unmapped = unmappedPaths({ item, within, reads }, coverage);
    const ignored = leftBehind.filter(({ at }) => at(item) !== undefined).map(({ name }) => name);
    const contributions = rows.contributions(() => begin().given);
    return { kind: "rows", entity, contributions, collapsed: rows.collapsed, unmapped, ignored };
  };
  return { meaning, outcomeOf };
}
