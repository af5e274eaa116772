import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import pg from "pg";
import { listening } from "../support/listening.ts";
import { asOnRds } from "./rds.ts";

export interface Failure {
  readonly name: string;
  readonly message: string;
}

export interface DataApi extends AsyncDisposable {
  readonly url: string;
  /** What was asked of it, without the statement. */
  readonly requests: Record<string, unknown>[];
  /** What CloudFormation was told, and under which content type. */
  readonly answers: { readonly body: Record<string, unknown>; readonly type: string | undefined }[];
  /** The next requests fail so, one each. */
  readonly failures: Failure[];
}

export async function startDataApi(databaseUrl: string): Promise<DataApi> {
  const requests: DataApi["requests"] = [];
  const answers: DataApi["answers"] = [];
  const failures: Failure[] = [];

  const execute = async (sql: string): Promise<Failure | undefined> => {
    const client = new pg.Client(databaseUrl);
    await client.connect();
    try {
      // As a prepared statement, because the Data API takes one at a time.
      await client.query({ text: asOnRds(sql), name: "one" });
      return undefined;
    } catch (error) {
      const { message, code } = error as pg.DatabaseError;
      return { name: "BadRequestException", message: `ERROR: ${message}; SQLState: ${code}` };
    } finally {
      await client.end();
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    if (request.method === "PUT") {
      answers.push({ body, type: request.headers["content-type"] });
      response.writeHead(200).end();
      return;
    }
    const { sql, ...place } = body;
    requests.push(place);
    const failed = failures.shift() ?? (await execute(sql));
    const headers = { "content-type": "application/json" };
    if (failed === undefined) response.writeHead(200, headers).end('{"numberOfRecordsUpdated":0}');
    else response.writeHead(400, { ...headers, "x-amzn-errortype": failed.name }).end(JSON.stringify(failed));
  };

  const server = createServer((request, response) => void serve(request, response));
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answers,
    failures,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
