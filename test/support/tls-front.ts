/** TLS in front of a Postgres that has none, with a certificate that nobody trusts by itself: for 127.0.0.1, and signed by itself. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { listening } from "./listening.ts";

/** A key that opens nothing but this. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgksLpjnBW1MbDK0PC
nzUFALDhCaC26P1zMsKValHOOgihRANCAATgZplwvq9tKzEKQzbt3SBoZSjfbqkM
j+uDI+/ucIBXxEMZLHqxctd5wzblzrZ9bj/+GqKfmvmEUEGb70VxngMI
-----END PRIVATE KEY-----
`;

/** Until 2120, and until 2021. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBaTCCAQ+gAwIBAgIUMtts8CvITkcC0wV7rK+gubY4J6UwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGYSB0ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjARMQ8wDQYDVQQDDAZhIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AATgZplwvq9tKzEKQzbt3SBoZSjfbqkMj+uDI+/ucIBXxEMZLHqxctd5wzblzrZ9
bj/+GqKfmvmEUEGb70VxngMIo0MwQTAPBgNVHREECDAGhwR/AAABMA8GA1UdEwEB
/wQFMAMBAf8wHQYDVR0OBBYEFBQBw1tEz298GkvQhGPjLE3R4CvGMAoGCCqGSM49
BAMCA0gAMEUCIBZOmM+oW5d/CP6TjdjZ+SQ/x4iKoHU5EVWnyvkurkBnAiEA6seE
STxUdzVPEm1AxQBjxLrjrNoPBf5MjGJKOoiWZ8U=
-----END CERTIFICATE-----
`;
export const EXPIRED = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIUIsJWzlfQjAnAZel7DYv82ab/KhswCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGYSB0ZXN0MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAw
MFowETEPMA0GA1UEAwwGYSB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
4GaZcL6vbSsxCkM27d0gaGUo326pDI/rgyPv7nCAV8RDGSx6sXLXecM25c62fW4/
/hqin5r5hFBBm+9FcZ4DCKNDMEEwDwYDVR0RBAgwBocEfwAAATAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBQUAcNbRM9vfBpL0IRj4yxN0eArxjAKBggqhkjOPQQD
AgNIADBFAiEA4QJ/pNq4hBI2bHrAdZ/nekc3VRYrPnyJ8o1xIjGfk1kCIBoOQCp6
e3zVI6fZW1/a0pIAIXGBrm1UbhdavyApoRfW
-----END CERTIFICATE-----
`;

export interface TlsFront extends AsyncDisposable {
  readonly port: number;
}

export async function tlsFront(url: string, cert = CERTIFICATE): Promise<TlsFront> {
  const { hostname, port } = new URL(url);
  const secureContext = createSecureContext({ key: KEY, cert });
  const open = new Set<Socket>();
  const server = createServer((guest) => {
    open.add(guest.on("error", () => undefined));
    // The question for TLS is eight bytes, and one is the answer.
    guest.once("data", () => {
      guest.write("S");
      const inside = new TLSSocket(guest, { isServer: true, secureContext });
      const upstream = connect(Number(port), hostname);
      for (const [from, to] of [
        [inside, upstream],
        [upstream, inside],
      ] as const) {
        open.add(from.on("error", () => to.destroy()).on("close", () => to.destroy()));
        from.pipe(to);
      }
    });
  });
  return {
    port: await listening(server),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
