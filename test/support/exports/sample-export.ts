/** A number of items of the sample domain → one full export of them, which is never held. */
import { type SampleOptions, sampleItems } from "../../../bin/rehearse/sample.ts";
import { exportBucket, exportedTable } from "./bucket.ts";
import { type WrittenExport, writeFullExport } from "./export.ts";

export function writeSampleExport(
  folder: string,
  sample: SampleOptions & { readonly files?: number },
): Promise<WrittenExport> {
  const { files } = sample;
  const items = sampleItems(sample);
  const bucket = exportBucket(folder, exportedTable("sample"));
  return writeFullExport(bucket, { at: sample.now, items, ...(files === undefined ? {} : { files }) });
}
