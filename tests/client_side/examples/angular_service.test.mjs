// The Angular service with the real Angular and RxJS, before a real relay with the demo's driver and
// actions. test_angular_service.py runs it: CWIRE_PYTHON is a Python with cwire, CWIRE_RUNTIME_DIR a
// directory of its own, CWIRE_PORT a port that is held for it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import "@angular/compiler"; // compiles decorators as the page runs
import { Injector } from "@angular/core";
import { filter, firstValueFrom, lastValueFrom, map, take, toArray } from "rxjs";

import { startDriver, startRelay } from "./processes.mjs";
import { CWIRE_ADDRESS, CwireService } from "./cwire.service.js"; // which the test has made of client_side/examples/

const SOCKET = `${process.env.CWIRE_RUNTIME_DIR}/demo.sock`;
const ACTIONS = "support.actions_program:SERVER";

describe("the service", { timeout: 60_000 }, () => {
  let driver;
  let relay;
  let injector;
  let cwire;

  before(async () => {
    driver = await startDriver(SOCKET);
    relay = await startRelay(SOCKET, { actions: ACTIONS });
  });
  after(async () => {
    await relay.stop();
    await driver.stop();
  });
  beforeEach(async () => {
    injector = Injector.create({
      providers: [CwireService, { provide: CWIRE_ADDRESS, useValue: relay.address }],
    });
    cwire = injector.get(CwireService);
    await state("open");
  });
  afterEach(() => injector.destroy());

  /** Waits for a state of the connection. */
  const state = (wanted) =>
    firstValueFrom(cwire.connection$.pipe(filter((connection) => connection.state === wanted)));

  test("frames come, and the subscription ends with the last subscriber", async () => {
    const counts = await lastValueFrom(
      cwire.frames$("scope_block", { driver: "demo" }).pipe(
        map((batch) => batch.column("samples").length / batch.count),
        take(3),
        toArray(),
      ),
    );
    assert.deepEqual(counts, [1024, 1024, 1024]);
    const drivers = await firstValueFrom(cwire.drivers$.pipe(filter((all) => all.length)));
    assert.ok(drivers.some(({ name, state: is }) => name === "demo" && is === "up"));
    await assert.rejects(firstValueFrom(cwire.frames$("no_such")), { code: "unknown_message" });
  });

  test("a call gives its value or its error", async () => {
    const event = await firstValueFrom(cwire.call("events.create", { name: "x" }));
    assert.deepEqual([event.id, event.name], [2n ** 63n + 1n, "x"]);
    await assert.rejects(firstValueFrom(cwire.call("fail", { code: "no_sample" })), {
      name: "ActionError",
      code: "no_sample",
    });
  });

  test("a stream gives results and progress, and unsubscribing cancels the function", async () => {
    const progress = [];
    const points = await lastValueFrom(
      cwire.stream("scan", { points: 5 }, { onprogress: ({ done }) => progress.push(done) }).pipe(
        map((array) => array[2]),
        toArray(),
      ),
    );
    assert.deepEqual(points, [0, 1, 4, 9, 16]);
    assert.equal(progress.at(-1), 5);
    const numbers = await lastValueFrom(cwire.stream("endless").pipe(take(3), toArray()));
    assert.deepEqual(numbers, [0, 1, 2]);
    assert.equal(await firstValueFrom(cwire.call("was_cancelled")), true);
    await assert.rejects(lastValueFrom(cwire.stream("fail")), { code: "raised" });
  });

  test("events of the relay's processes come by their names", async () => {
    const counts = await lastValueFrom(cwire.events$("counter_increment").pipe(take(3), toArray()));
    const [first] = counts;
    assert.deepEqual(
      counts.map(({ count }) => count - first.count),
      [0, 1, 2],
    );
  });

  test("a relay that goes and comes back is seen, and frames go on", async () => {
    const seen = [];
    cwire.connection$.subscribe((connection) => seen.push(connection));
    const batches = [];
    const errors = [];
    const error = (one) => errors.push(one);
    cwire.frames$("scope_block").subscribe({ next: (batch) => batches.push(batch), error });
    await relay.stop();
    await state("lost");
    assert.equal(await firstValueFrom(cwire.call("echo")).catch((one) => one.name), "NotConnected");
    relay = await startRelay(SOCKET, { actions: ACTIONS });
    await state("open");
    assert.match(seen.find((one) => one.state === "lost").reason, /stopping|gone/);
    const before = batches.length;
    await firstValueFrom(cwire.frames$("scope_block"));
    assert.ok(batches.length > before);
    assert.deepEqual(errors, []);
  });

  test("it ends with its injector", async () => {
    const frames = lastValueFrom(cwire.frames$("scope_block").pipe(toArray()));
    injector.destroy();
    assert.deepEqual(await frames, []);
    assert.equal((await state("closed")).reason, "the client was closed");
    injector = Injector.create({ providers: [] });
  });
});
