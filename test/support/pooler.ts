/**
 * A small pooler between clients and Postgres, as many as there are: clients sign in at once and are given one of its own
 * connections for a transaction, or, where it pins them, for as long as they stay. In Postgres' own protocol, version 3.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { listening } from "./listening.ts";

export interface Pooler extends AsyncDisposable {
  readonly port: number;
  /** How connections are given out; may be changed while clients are there. */
  mode: "transaction" | "session";
  /** Which free connection is given: the one that was used last, or each in its turn. */
  order: "last" | "turn";
  /** The name of a startup parameter that it does not take. */
  refuses: string | undefined;
}

interface Backend {
  readonly socket: Socket;
  /** Who is answered. */
  client: Client | undefined;
}

interface Client {
  readonly socket: Socket;
  backend: Backend | undefined;
  /** Messages that wait for a backend. */
  readonly waiting: Buffer[];
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const text = (...parts: readonly string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(""));

/** Cuts a stream of messages, which come in any pieces, at their ends. */
function messages(take: (type: string, whole: Buffer, body: Buffer) => void, hasStartup = false) {
  let [rest, isStarting] = [Buffer.alloc(0), hasStartup];
  return (data: Buffer): void => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const at = isStarting ? 0 : 1;
      if (rest.length < at + 4) return;
      const length = rest.readInt32BE(at) + at;
      if (rest.length < length) return;
      const whole = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = isStarting ? "startup" : whole.toString("latin1", 0, 1);
      isStarting = false;
      take(type, whole, whole.subarray(at + 4));
    }
  };
}

/** Stands before a server that lets this user in without a password. */
export async function pooler(url: string): Promise<Pooler> {
  const { hostname, port, username, pathname } = new URL(url);
  const free: Backend[] = [];
  const all = new Set<Socket>();

  const backendFor = async (client: Client): Promise<void> => {
    const backend = (pool.order === "last" ? free.pop() : free.shift()) ?? (await opened());
    [backend.client, client.backend] = [client, backend];
    for (const whole of client.waiting.splice(0)) backend.socket.write(whole);
  };
  const release = (backend: Backend): void => {
    if (backend.client !== undefined) backend.client.backend = undefined;
    backend.client = undefined;
    free.push(backend);
  };
  const opened = async (): Promise<Backend> => {
    const socket = connect(Number(port), hostname);
    all.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    const backend: Backend = { socket, client: undefined };
    const ready = new Promise<void>((done) => {
      let isReady = false;
      const take = messages((type, whole, body) => {
        if (isReady) backend.client?.socket.write(whole);
        if (type !== "Z") return;
        if (!isReady) done();
        // Idle: the transaction is over.
        else if (body.toString() === "I" && pool.mode === "transaction") release(backend);
        isReady = true;
      });
      socket.on("data", take);
    });
    const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), text("user", username, "database", pathname.slice(1), "")]);
    const head = Buffer.alloc(4);
    head.writeInt32BE(body.length + 4);
    socket.write(Buffer.concat([head, body]));
    await ready;
    return backend;
  };

  const server = createServer((socket) => {
    all.add(socket);
    socket.setNoDelay(true);
    const client: Client = { socket, backend: undefined, waiting: [] };
    let isWaiting = false;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      all.delete(socket);
      // What it left behind in a session is not for the next one.
      client.backend?.socket.destroy();
    });
    const take = messages((type, whole, body) => {
      if (type === "startup") {
        if (pool.refuses !== undefined && body.includes(`${pool.refuses}\0`)) {
          const refusal = ["SFATAL", "C08P01", `Munsupported startup parameter: ${pool.refuses}`, ""];
          socket.end(message("E", text(...refusal)));
          return;
        }
        // A key of its own: it is asked to cancel statements, and knows where they are.
        const key = Buffer.from([0, 0, 0, 7, 0, 0, 0, 7]);
        const parameters = [
          message("S", text("client_encoding", "UTF8")),
          message("S", text("server_version", "17.0")),
        ];
        socket.write(
          Buffer.concat([
            message("R", Buffer.alloc(4)),
            ...parameters,
            message("K", key),
            message("Z", Buffer.from("I")),
          ]),
        );
        return;
      }
      if (type === "X") return void socket.end();
      if (client.backend !== undefined) return void client.backend.socket.write(whole);
      client.waiting.push(whole);
      if (isWaiting) return;
      isWaiting = true;
      void backendFor(client).finally(() => {
        isWaiting = false;
      });
    }, true);
    socket.on("data", take);
  });
  const pool: Pooler = {
    port: await listening(server),
    mode: "transaction",
    order: "last",
    refuses: undefined,
    [Symbol.asyncDispose]: async () => {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return pool;
}
