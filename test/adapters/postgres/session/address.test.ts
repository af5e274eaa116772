/** Where a connection really goes, and what follows: TLS, the token's host, the place that messages name. */
import { createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { addressOf } from "../../../../lambda/adapters/postgres/session/address.ts";
import { connect } from "../../../../lambda/adapters/postgres/session/connection.ts";
import { listening } from "../../../support/listening.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const VERIFIED = { rejectUnauthorized: true };

describe("TLS is on and verified for every host but this machine", () => {
  it.each([
    ["another host", "postgres://me:pw@db.example.org/d"],
    ["another host in the query", "postgres://me:pw@localhost/d?host=db.example.org"],
    ["another host in the query, percent-encoded", "postgres://me:pw@localhost/d?host=db%2Eexample%2Eorg"],
    ["no host but one in the query", "postgres:///d?host=10.0.0.1"],
    ["another address of this machine's network", "postgres://127.0.0.2/d"],
    ["an empty word for it", "postgres://db.example.org/d?sslmode="],
    ["another empty word for it", "postgres://db.example.org/d?ssl="],
  ])("%s", (_, url) => expect(addressOf(url).ssl).toEqual(VERIFIED));

  it("another host that the environment names", () => {
    vi.stubEnv("PGHOST", "db.example.org");
    expect(addressOf("postgres:///d")).toMatchObject({ ssl: VERIFIED, place: "db.example.org:5432/d" });
  });

  it("whatever the environment says of it", () => {
    vi.stubEnv("PGSSLMODE", "disable");
    expect(addressOf("postgres://db.example.org/d").ssl).toEqual(VERIFIED);
  });

  it.each([
    ["localhost", "postgres://localhost/d", "localhost:5432/d"],
    ["its name in capitals, percent-encoded", "postgres://LOCAL%48OST/d", "LOCALHOST:5432/d"],
    ["no host at all", "postgres:///d", "localhost:5432/d"],
    ["this machine in the query", "postgres://db.example.org/d?host=127.0.0.1&port=5433", "127.0.0.1:5433/d"],
    ["its address of version 6", "postgres://[::1]:5433/d", "[::1]:5433/d"],
    ["a socket in the query", "postgres:///d?host=/var/run/postgresql", "/var/run/postgresql/d"],
    ["a socket as the host", "postgres://%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql/d"],
  ])("but not for %s", (_, url, place) => {
    vi.stubEnv("PGHOST", undefined);
    expect(addressOf(url)).toMatchObject({ ssl: false, place });
  });

  it.each([
    ["disable", false],
    ["no-verify", { rejectUnauthorized: false }],
    ["verify-full", {}],
  ])("and sslmode=%s is heeded", (mode, ssl) =>
    expect(addressOf(`postgres://db.example.org/d?sslmode=${mode}`).ssl).toEqual(ssl),
  );
});

describe("what the driver would not do as it is written is refused", () => {
  it.each([
    ["ssl=false", "postgres://h/d?ssl=false", /ssl/],
    ["an unknown sslmode", "postgres://h/d?sslmode=allow", /sslmode/],
    ["several hosts", "postgres://a,b/d", /several hosts/],
    ["several hosts in the query", "postgres:///d?host=a,b", /several hosts/],
    ["hostaddr", "postgres://h/d?hostaddr=127.0.0.1", /hostaddr/],
    ["a port that is none", "postgres://h/d?port=x", /port/],
    ["a certificate that is not there", "postgres://h/d?sslrootcert=/no/such/file", /file/],
    ["no database", "postgres://h", /database/],
    ["no URL", "h/d", /URL/],
  ])("%s", (_, url, message) => {
    expect(() => addressOf(url)).toThrowError(
      expect.objectContaining({ code: "settings", message: expect.stringMatching(message) }),
    );
  });
});

it("what is sent first to a host that the query names asks for TLS, and a server without it is refused", async () => {
  const heard: number[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data) => {
      heard.push(data.readInt32BE(4));
      socket.end("N");
    });
  });
  const port = await listening(server);
  // The address this machine goes by is named otherwise than it goes by, so that it counts as another.
  const url = `postgres://me:secret@localhost:${port}/d?host=127.0.0.1.`;
  await expect(connect(url, "test")).rejects.toMatchObject({ code: expect.stringMatching(/^target-un/) });
  server.close();
  expect(heard.filter((code) => code !== 80_877_103)).toEqual([]);
});
