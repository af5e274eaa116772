/**
 * Loaded before Lambda's own runtime client: stands in for its native HTTP client, which would have to be compiled, so
 * that all the rest of it is the real one. On SIGUSR2 the process hangs, as a bug might have it: nothing of it
 * runs any more, not even a timer. It does not loop, so that what is at work beside it is not kept from it.
 */
"use strict";
const { Agent, request } = require("node:http");
const Module = require("node:module");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
// One connection: the answer to an invocation arrives before the question for the next one.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/${path}` };
    const sent = request(options, async (response) => {
      resolve({ bodyJson: Buffer.concat(await response.toArray()).toString(), headers: response.headers });
    });
    sent.on("error", reject).end(body);
  });
}

const post = (path, body) => void call("POST", path, body).catch(() => undefined);
const client = {
  initializeClient: () => undefined,
  next: () => call("GET", "invocation/next"),
  done: (id, body) => post(`invocation/${id}/response`, body),
  error: (id, body) => post(`invocation/${id}/error`, body),
};

const load = Module._load;
Module._load = (name, ...more) => (name.endsWith("rapid-client.node") ? client : load.call(Module, name, ...more));

// What was compiled is written when a process ends, and these are killed.
setTimeout(() => Module.flushCompileCache(), 1_000).unref();

process.on("SIGUSR2", () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
