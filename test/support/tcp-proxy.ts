/** Something between a client and a server that cuts connections, refuses them, holds them still, or swallows an answer. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { listening } from "./listening.ts";

/** Cuts at what is sent as the one of that number; says whether there was one. */
export function cutAt(proxy: TcpProxy, number: number): () => boolean {
  let sent = 0;
  proxy.onSent = () => {
    sent += 1;
    return sent === number ? "cut" : "answer";
  };
  return () => sent >= number;
}

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections are reset as soon as they are made. */
  refuse: boolean;
  /** Bytes no longer pass, and nobody is told. */
  still: boolean;
  /** Called with what a client sends: `answer` lets it pass, `cut` delivers it and cuts before the answer comes. */
  onSent: (data: Buffer) => "answer" | "cut";
  /** Connections so far. */
  made: number;
  /** Cuts every connection there is. */
  cut(): void;
}

/** Something in between, and the address of the database behind it. */
export async function proxied({ url }: { readonly url: string }): Promise<{ proxy: TcpProxy; through: string }> {
  const through = new URL(url);
  const proxy = await tcpProxy(through.hostname, Number(through.port));
  [through.hostname, through.port] = ["127.0.0.1", String(proxy.port)];
  return { proxy, through: through.href };
}

async function tcpProxy(host: string, port: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const reset = (...sockets: readonly Socket[]): void => {
    for (const socket of sockets) if (!socket.destroyed) socket.resetAndDestroy();
  };
  const server = createServer((client) => {
    proxy.made += 1;
    client.on("error", () => undefined);
    if (proxy.refuse) return reset(client);
    const upstream = connect(port, host);
    let deaf = false;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.on("error", () => reset(client, upstream));
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
    client.on("data", (data) => {
      if (proxy.still) return;
      if (proxy.onSent(data) === "cut") {
        deaf = true;
        // Delivered whole: what was asked happens, and only the answer is lost.
        upstream.write(data, () => setTimeout(() => reset(client, upstream), 30));
      } else upstream.write(data);
    });
    upstream.on("data", (data) => void (proxy.still || deaf || client.write(data)));
  });
  const own = await listening(server);
  const proxy: TcpProxy = {
    port: own,
    refuse: false,
    still: false,
    onSent: () => "answer",
    made: 0,
    cut: () => reset(...open),
    [Symbol.asyncDispose]: async () => {
      reset(...open);
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
