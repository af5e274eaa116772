/**
 * A folder → a bucket, whatever it is called, that speaks enough of S3's protocol for what stands in it to be listed and read.
 * node canned-bucket.ts FOLDER. Prints its port; ends with its standard input.
 */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { listening } from "../../support/listening.ts";

const [folder = ""] = process.argv.slice(2);

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

/** What stands directly below a prefix, in one page. Of an export no name has to be escaped. */
async function list(response: ServerResponse, prefix: string): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  const found = entries.map((entry) =>
    entry.isDirectory()
      ? `<CommonPrefixes><Prefix>${prefix}${entry.name}/</Prefix></CommonPrefixes>`
      : `<Contents><Key>${prefix}${entry.name}</Key></Contents>`,
  );
  const list = `<Name>canned</Name><Prefix>${prefix}</Prefix><IsTruncated>false</IsTruncated>${found.join("")}`;
  answer(response, 200, `<ListBucketResult>${list}</ListBucketResult>`);
}

/** Whole, always: who has to ask for the rest of an object finds that this is none of it, and says so. */
async function get(response: ServerResponse, key: string): Promise<void> {
  const path = join(folder, key);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return answer(response, 404, "<Error><Code>NoSuchKey</Code></Error>");
  response.writeHead(200, { "content-length": found.size, etag: `"${found.size}-${found.mtimeMs}"` });
  await pipeline(createReadStream(path), response);
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, , ...key] = decodeURIComponent(pathname).split("/");
  const asked = searchParams.has("list-type")
    ? list(response, searchParams.get("prefix") ?? "")
    : get(response, key.join("/"));
  // Without an answer, or the rest of it: that who reads is told so ends the contestant.
  await asked.catch(() => response.destroy());
});
process.stdout.write(`${await listening(server)}\n`);
process.stdin.resume().on("end", () => process.exit());
