/** A page of items, or of changes, as the target takes it. What is counted is noted here, before anybody writes it. */
import type { Decode, Decoded } from "../domain/decode/decode.ts";
import type { SourceRecord } from "../domain/decode/source-record.ts";
import { noteOf, PageTally } from "../domain/proof/tally.ts";
import type { Change, ChangePage } from "../ports/changes.ts";
import type { SourcePage } from "../ports/source.ts";
import type { ChangedItem, PageWrite } from "../ports/units.ts";

export interface Written extends PageWrite {
  /** Rows of the items that were written, once they are. */
  written(): number;
}

export function pageWrite({ records, next, fault }: SourcePage, decode: Decode): Written {
  let rows = 0;
  const tally = new PageTally(records.length);
  return {
    items: {
      *[Symbol.iterator]() {
        tally.restart();
        for (const record of records) {
          const decoded = decode(record);
          tally.note(decoded);
          yield decoded;
        }
      },
      at: (index) => {
        const record = records[index];
        return record && decode(record);
      },
    },
    next,
    ...(fault === undefined ? {} : { fault }),
    tally: (fates) => {
      rows = tally.rowsOf(fates);
      return tally.tally(fates);
    },
    written: () => rows,
  };
}

/** Each item as it is now, and what it was before: as the change says it where that `isKnown`, as the ledger does where not. */
export function changeWrite({ records, ...page }: ChangePage, decode: Decode, isKnown: boolean): Written {
  const now = records.flatMap((record): SourceRecord[] => {
    if ("unreadable" in record) return [record];
    const { after, position } = record;
    return after === undefined ? [] : [{ item: after, position }];
  });
  const changes = records.flatMap((record) => ("unreadable" in record ? [] : changedItem(record, decode, isKnown)));
  return { ...pageWrite({ records: now, ...page }, decode), changes };
}

function changedItem({ key, after, before, position }: Change, decode: Decode, isKnown: boolean): ChangedItem {
  const { item, source } = decode({ item: key, position });
  const was = isKnown ? before : undefined;
  return {
    ...{ item, source, isRemoved: after === undefined },
    ...(was === undefined ? {} : { before: was === "nothing" ? was : noted(decode({ item: was })) }),
  };
}

const noted = (decoded: Decoded) => ({ fingerprint: decoded.fingerprint, note: noteOf(decoded) });
