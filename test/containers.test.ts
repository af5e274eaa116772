/** The lane on container images, where there is no engine to run them: it must not look like success. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";

const ENGINE = "/var/run/docker.sock";

it.skipIf(existsSync(ENGINE))("without a container engine nothing passes, and one sentence says so", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["test/support/containers.ts"], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: "/nonexistent", DOCKER_HOST: "unix:///nonexistent/docker.sock" },
  });
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^No test was run: .*container engine.*npm test needs none\.$/m);
});
