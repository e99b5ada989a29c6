// Over real sockets, HTTP and WebSocket: what a browser does is done by Node and ws.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import test, { type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { connect, memoryStore, type Host, type SocketLike, type State } from "../src/index.js";
import { Daemon, queue, type End } from "./daemon.js";
import { failure, origin } from "./rig.js";

/** A daemon on a real port, with /healthz, and 403 for what it refuses. */
async function listen(daemon: Daemon, t: TestContext): Promise<{ url: string; close: () => Promise<void> }> {
  const http = createServer((_, answer) => answer.writeHead(daemon.listed ? 204 : 403).end());
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first ?? false });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    let accepted: WebSocket | undefined;
    const waiting: unknown[] = [];
    const end: End = {
      receive: () => {},
      open: () =>
        sockets.handleUpgrade(request, socket, head, (ws) => {
          accepted = ws;
          ws.on("message", (data) => end.receive(String(data)));
          for (const data of waiting) ws.send(data as string);
        }),
      deliver: (data) => (accepted === undefined ? void waiting.push(data) : accepted.send(data as string)),
      end: (code) => {
        if (accepted === undefined) socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
        else if (code === 1006) accepted.terminate();
        else accepted.close(code);
      },
    };
    assert.equal(request.headers.origin, origin);
    daemon.accept(request.url ?? "", request.headers["sec-websocket-protocol"] ?? "", end);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const ws of sockets.clients) ws.terminate();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  t.after(close);
  return { url: `ws://127.0.0.1:${port}`, close };
}

const node: Host = {
  origin,
  secure: true,
  permission: async () => "unsupported",
  knock: async (url, signal) => {
    const answer = await fetch(url, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  },
  socket: (url, subprotocol) => new WebSocket(url, subprotocol, { origin }) as unknown as SocketLike,
  now: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  onWake: () => () => {},
  alone: (_name, _signal, act) => act(), // there are no other pages
};

test("over real sockets: refused, paired, calls, events, an end and a return", async (t) => {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const daemon = await Daemon.start(origin);
  const server = await listen(daemon, t);
  const states: State[] = [];
  let opened = (): void => {};
  const options = {
    url: server.url, name: "Logiciel", scopes: ["fse"] as const, store: memoryStore(), signal: stop.signal,
    onState: (s: State) => {
      states.push(s);
      if (s.status === "open") opened();
    },
  };
  daemon.door = false;
  assert.equal((await failure(connect(options, node))).code, "ORIGIN_REFUSED");
  daemon.door = true;
  assert.equal((await failure(connect(options, node))).code, "NOT_PAIRED");
  const agrafe = await connect({ ...options, onCode: () => daemon.decide("accept") }, node);
  assert.deepEqual(await agrafe.call("system.ping", { echo: "é" }), { echo: "é" });

  const seqs: number[] = [];
  const all = new Promise<void>((done) => {
    agrafe.on("queue", (e) => {
      seqs.push(e.seq);
      if (seqs.length === 3) done();
    });
  });
  const again = new Promise<void>((resolve) => (opened = resolve));
  daemon.publish("queue", queue(1));
  daemon.drop(1013);
  daemon.publish("queue", queue(2));
  await again;
  daemon.publish("queue", queue(3));
  await all;
  assert.deepEqual(seqs, [11, 12, 13]);
  agrafe.close();
  await server.close();
  assert.equal((await failure(connect(options, node))).code, "DAEMON_ABSENT");
});
