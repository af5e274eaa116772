/** A server of a test's own → the port it listens on, on this machine alone. */
import { once } from "node:events";
import type { Server } from "node:net";

export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server on a port has one");
  return address.port;
}
