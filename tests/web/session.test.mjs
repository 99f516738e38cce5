// The session without a socket: what is asked, what is told, and that the books are right.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ProtocolError } from "../../client_side/web/client.mjs";
import { OtherDrivers } from "../../client_side/web/errors.mjs";
import { Ledger, widen } from "../../client_side/web/ledger.mjs";
import { missingText } from "../../client_side/web/relay_messages.mjs";
import { Session } from "../../client_side/web/session.mjs";
import { Subscription } from "../../client_side/web/subscription.mjs";
import { frame, join, random } from "./golden.mjs";

const number = (name, offset) => ({ name, offset, size: 4, type: { kind: "uint", np: "<u4" } });

/** A schema whose message `tick` has so many fields. */
function schema(...names) {
  return {
    schema: "cwire-schema/1",
    byte_order: "little",
    enums: {},
    types: {
      tick: {
        kind: "struct",
        size: 4 * names.length,
        align: 4,
        fields: names.map((name, index) => number(name, 4 * index)),
      },
    },
    messages: { 1: { name: "tick", type: "tick" } },
  };
}

/** A session that says what it sends, with one subscription to `tick` of the driver `lab`. */
class Bench {
  constructor(wanted = { driver: "lab", messages: ["tick"] }) {
    this.sent = [];
    this.batches = [];
    this.changes = [];
    this.drops = [];
    this.hellos = 0;
    this.session = new Session({
      send: (text) => this.sent.push(JSON.parse(text)),
      onhello: () => (this.hellos += 1),
      ondrivers: () => {},
    });
    this.subscription = new Subscription(
      this.session.nextId(),
      wanted,
      {
        onbatch: (batch) => this.batches.push(batch),
        onchange: ({ event }) => this.changes.push(event),
        ondropped: (dropped) => this.drops.push(dropped),
      },
      (ended) => this.session.unsubscribe(ended),
    );
    this.session.subscribe(this.subscription);
  }

  say(op, fields) {
    this.session.receiveText(JSON.stringify({ op, ...fields }));
  }

  hello({ epoch = "1", names = ["lab"], folder = "/run", machine = null, watches } = {}) {
    const driver = (name, index) => ({
      name,
      source: index + 1,
      socket: `${folder}/${name}.sock`,
      state: "up",
      session: 1,
      epoch,
      schema: schema("a"),
    });
    this.say("hello", { protocol: 1, machine, watches, drivers: names.map(driver) });
  }

  subscribed(first, streams = [[1, first]]) {
    const stream = ([source, first_sequence]) => ({
      source,
      message: "tick",
      type: 1,
      first_sequence,
    });
    this.say("subscribed", { id: this.subscription.id, streams: streams.map(stream) });
  }

  restart(epoch, layout = null) {
    const event = layout ? "schema_changed" : "restarted";
    this.say("driver", {
      event,
      driver: {
        name: "lab",
        source: 1,
        socket: "/run/lab.sock",
        state: "up",
        session: 2,
        epoch,
        ...(layout && { schema: layout }),
      },
    });
  }

  frames(...sequences) {
    const payload = new Uint8Array(4);
    return this.session.receiveBinary(
      join(...sequences.map((sequence) => frame({ sequence, payload }))),
    );
  }

  dropped(reason, count, sequence) {
    this.say("dropped", {
      id: this.subscription.id,
      source: 1,
      message: "tick",
      reason,
      count,
      sequence,
    });
  }

  get health() {
    return this.subscription.health;
  }
}

test("what is asked for is asked for at each hello, history only once", () => {
  const bench = new Bench({
    driver: "lab",
    messages: ["tick"],
    history: { frames: 5 },
    max_rate: 10,
  });
  assert.deepEqual(bench.sent, []);
  bench.hello();
  const request = { op: "subscribe", id: 1, driver: "lab", messages: ["tick"], max_rate: 10 };
  assert.deepEqual(bench.sent, [{ ...request, history: { frames: 5 } }]);
  bench.subscribed(0);
  bench.session.disconnected("gone");
  bench.hello();
  assert.deepEqual(bench.sent[1], request);
  bench.subscription.close();
  assert.deepEqual(bench.sent[2], { op: "unsubscribe", id: 1 });
  bench.session.disconnected("gone");
  bench.hello();
  assert.equal(bench.sent.length, 3);
});

test("a command says for which run it is, if it is for one", () => {
  const bench = new Bench();
  bench.hello();
  const ask = (...given) => {
    bench.session.command("lab", "set", { x: 1 }, ...given).catch(() => {});
    const { id: _, ...said } = bench.sent.at(-1);
    return said;
  };
  const plain = { op: "command", driver: "lab", name: "set", fields: { x: 1 } };
  assert.deepEqual(ask(), plain);
  assert.deepEqual(ask(null), plain);
  assert.deepEqual(ask(7), { ...plain, session: 7 });
});

test("gaps and the relay's word are counted once", () => {
  const bench = new Bench();
  bench.hello();
  bench.subscribed(10);
  bench.frames(10, 11);
  bench.dropped("relay", 3, 14);
  assert.equal(bench.health.lost, 3);
  bench.frames(15, 16);
  assert.deepEqual([bench.health.received, bench.health.lost], [4, 3]);
  bench.dropped("driver", 2, 18);
  bench.frames(19);
  assert.deepEqual(bench.health.dropped, {
    driver: 2,
    relay: 3,
    conflated: 0,
    rate: 0,
    size: 0,
    connection: 0,
  });
  assert.equal(bench.health.lost, 5);
  bench.frames(25); // a gap that nobody tells of
  assert.equal(bench.health.lost, 10);
  bench.dropped("rate", 7, 32);
  assert.deepEqual(
    bench.drops.map(({ reason, count }) => [reason, count]),
    [
      ["relay", 3],
      ["driver", 2],
      ["rate", 7],
    ],
  );
});

test("sequences pass 2^32", () => {
  assert.equal(widen(2, 2 ** 32 - 3), 2 ** 32 + 2);
  assert.equal(widen(2 ** 32 - 3, 2 ** 32 + 2), 2 ** 32 - 3);
  const bench = new Bench();
  bench.hello();
  bench.subscribed(2 ** 32 - 2);
  bench.frames(2 ** 32 - 2, 2 ** 32 - 1, 0, 1, 3);
  assert.deepEqual([bench.health.received, bench.health.lost], [5, 1]);
});

test("a restart begins the books anew, and keeps what was lost", () => {
  const bench = new Bench();
  bench.hello();
  bench.subscribed(0);
  bench.frames(0, 3);
  bench.dropped("relay", 2, 2);
  bench.restart("2");
  bench.subscribed(null);
  bench.frames(0, 1);
  bench.dropped("relay", 1, 2);
  bench.frames(3);
  assert.deepEqual(
    [bench.health.received, bench.health.lost, bench.health.dropped.relay],
    [5, 3, 3],
  );
  assert.deepEqual(bench.changes, ["subscribed", "restarted", "subscribed"]);
});

test("another driver's coming leaves the counts of this one alone", () => {
  const bench = new Bench({ driver: null, messages: null });
  bench.hello({ names: ["lab", "other"] });
  bench.subscribed(0, [
    [1, 0],
    [2, null],
  ]);
  bench.frames(0);
  bench.dropped("relay", 4, 4);
  bench.say("driver", {
    event: "restarted",
    driver: {
      name: "other",
      source: 2,
      socket: "/run/other.sock",
      state: "up",
      session: 9,
      epoch: "9",
    },
  });
  bench.subscribed(5, [
    [1, 5],
    [2, null],
  ]);
  bench.dropped("relay", 6, 6);
  bench.frames(7);
  assert.equal(bench.health.lost, 6);
});

test("what was published while the relay was away is missed", () => {
  const bench = new Bench();
  bench.hello();
  bench.subscribed(0);
  bench.frames(0, 1, 2);
  bench.session.disconnected("gone");
  assert.equal(bench.session.drivers.get("lab").state, "unknown");
  bench.hello();
  bench.subscribed(10);
  assert.equal(bench.health.dropped.connection, 7);
  bench.frames(10);
  bench.session.disconnected("gone");
  bench.hello();
  bench.subscribed(null); // a new relay has seen none yet
  bench.frames(15);
  assert.deepEqual([bench.health.lost, bench.health.dropped.connection], [11, 11]);
  bench.session.disconnected("gone");
  bench.hello({ epoch: "2" }); // another run: nobody knows what it published
  bench.subscribed(100);
  bench.frames(100);
  assert.equal(bench.health.lost, 11);
});

test("another schema is read by its own struct", () => {
  const bench = new Bench();
  bench.hello();
  bench.subscribed(0);
  bench.frames(0);
  bench.restart("2", schema("a", "b"));
  bench.frames(1); // nothing says yet what it is
  assert.equal(bench.session.unknown, 1);
  bench.subscribed(null);
  bench.session.receiveBinary(frame({ payload: Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0) }));
  assert.deepEqual(bench.batches.at(-1).row(0), { a: 1, b: 2 });
  bench.frames(1, 2); // of a size that it cannot have
  assert.equal(bench.health.unreadable, 2);
  assert.equal(bench.batches.length, 2);
});

test("a schema that cannot be used is the driver's problem", () => {
  const bench = new Bench();
  bench.say("hello", {
    protocol: 1,
    drivers: [
      {
        name: "lab",
        source: 1,
        socket: "/run/lab.sock",
        state: "up",
        session: 1,
        epoch: "1",
        schema: { schema: "cwire-schema/9" },
      },
    ],
  });
  const { schema: none, problem } = bench.session.drivers.get("lab");
  assert.equal(none, null);
  assert.match(problem, /cwire-schema\/9.*cwire wrap/);
  bench.subscribed(0);
  assert.deepEqual(bench.subscription.streams, []);
});

test("a relay with other drivers is not taken, whatever it calls them", () => {
  const bench = new Bench();
  bench.hello({ names: ["lab", "cam"] });
  for (const other of [{ names: ["x"] }, { names: ["lab", "cam"], folder: "/elsewhere" }]) {
    bench.session.disconnected("gone");
    bench.sent.length = 0;
    assert.throws(() => bench.hello(other), OtherDrivers);
    assert.equal(bench.session.connected, false);
    assert.deepEqual([bench.hellos, bench.sent], [1, []]);
  }
  assert.throws(
    () => bench.hello({ names: ["bench"] }),
    /it has bench at \/run\/bench.sock, and this page had lab at \/run\/lab.sock, cam at/,
  );
  bench.hello({ names: ["cam", "lab"] }); // its numbers are its own
  assert.deepEqual([bench.hellos, bench.sent.length], [2, 1]);
});

const MACHINES = JSON.parse(readFileSync(new URL("../machines.json", import.meta.url), "utf8"));

for (const { about, one, other, same } of MACHINES) {
  test(`a later relay must run where the first one did: ${about}`, () => {
    const [first, later] = [one, other].map(([host, boot, root]) => ({ host, boot, root }));
    const bench = new Bench();
    bench.hello({ machine: first });
    bench.session.disconnected("gone");
    if (same) bench.hello({ machine: later });
    else assert.throws(() => bench.hello({ machine: later }), OtherDrivers);
    assert.equal(bench.session.connected, same);
    if (bench.session.connected) bench.session.disconnected("gone");
    bench.hello(); // it does not say
    assert.equal(bench.session.connected, true);
  });
}

test("a relay on another machine is named", () => {
  const bench = new Bench();
  const machine = { host: "lab", boot: "1", root: "a" };
  bench.hello({ machine });
  bench.session.disconnected("gone");
  assert.throws(
    () => bench.hello({ machine: { ...machine, host: "pc" } }),
    /it runs on pc, and this page was connected to one on lab/,
  );
  assert.throws(
    () => bench.hello({ machine: { ...machine, root: "b" } }),
    /it runs on another container on lab/,
  );
});

const RELAYS = JSON.parse(readFileSync(new URL("../relays.json", import.meta.url), "utf8"));

for (const { about, before, now, same } of RELAYS) {
  test(`a later relay must have the same drivers: ${about}`, () => {
    const bench = new Bench();
    const hello = ({ drivers, watches }) =>
      bench.say("hello", {
        protocol: 1,
        watches,
        drivers: Object.entries(drivers).map(([name, socket], index) => ({
          ...{ name, socket, source: index + 1, state: "down" },
        })),
      });
    hello(before);
    bench.session.disconnected("gone");
    if (same) hello(now);
    else assert.throws(() => hello(now), OtherDrivers);
    assert.equal(bench.session.connected, same);
    if (!same) return;
    const known = Object.keys({ ...before.drivers, ...now.drivers });
    assert.deepEqual([...bench.session.drivers.keys()].sort(), known.sort());
  });
}

/** What the relay says of a driver that has come. */
const news = (name, source, folder = "/run") => ({
  event: "up",
  driver: {
    ...{ name, source, socket: `${folder}/${name}.sock`, state: "up", session: 3, epoch: "1" },
    schema: schema("a"),
  },
});

test("a driver that comes later is known from then on", async () => {
  const bench = new Bench({ driver: null, messages: null });
  bench.hello({ names: [], watches: "/run" });
  bench.say("driver", news("laser", 1));
  assert.equal(bench.session.drivers.get("laser").state, "up");
  bench.subscribed(0);
  bench.frames(0, 1);
  assert.deepEqual([bench.health.received, bench.batches[0].driver], [2, "laser"]);
  bench.session.disconnected("gone");
  // It counts when a relay is met again.
  assert.throws(() => bench.hello({ names: ["laser"], folder: "/elsewhere" }), OtherDrivers);
  bench.hello({ names: ["laser"] });
});

test("a driver that a later relay lacks is down until it is there again", async () => {
  const bench = new Bench();
  bench.hello({ names: ["lab", "cam"], watches: "/run" });
  bench.subscribed(0);
  bench.frames(0, 1);
  bench.session.disconnected("gone");
  bench.sent.length = 0;
  bench.hello({ names: ["cam"], watches: "/run" });
  const down = bench.session.drivers.get("lab");
  assert.deepEqual(
    [down.state, down.session, down.problem],
    ["down", null, "the relay does not find it; start it again"],
  );
  // It is asked for: the relay may find it any time.
  const request = { op: "subscribe", id: 1, driver: "lab", messages: ["tick"] };
  assert.deepEqual(bench.sent, [{ ...request, later: true }]);
  bench.sent.length = 0;
  const refused = { code: -14, name: "CWIRE_EDOWN", message: /^driver lab is down: the relay/ };
  await assert.rejects(bench.session.command("lab", "tick", {}), refused);
  // Both have it, so that it is not for the one that happens to run.
  const several = { name: "unknown_message", message: /several .*: name one \(lab, cam\)/ };
  await assert.rejects(bench.session.command(null, "tick", {}), several);
  await assert.rejects(bench.session.command("x", "tick", {}), { name: "unknown_driver" });
  assert.deepEqual(bench.sent, []);
  void bench.session.command("cam", "tick", {}).catch(() => {});
  assert.equal(bench.sent.pop().driver, "cam");
  // Another one of its name is not taken for it.
  bench.say("driver", news("lab", 2, "/elsewhere"));
  assert.equal(bench.session.drivers.get("lab").state, "down");
  bench.say("driver", news("lab", 3));
  bench.subscribed(5, [[3, 5]]);
  const payload = new Uint8Array(4);
  bench.session.receiveBinary(frame({ source: 3, sequence: 5, payload }));
  assert.deepEqual([bench.health.received, bench.health.dropped.connection], [3, 3]);
  void bench.session.command("lab", "tick", {}).catch(() => {});
  assert.equal(bench.sent.pop().driver, "lab");
});

test("why a driver is missing, and what to do", () => {
  const watched = "the relay does not find it; start it again";
  const told = "the relay does not serve it; start a relay with --driver a=/run/a.sock, too";
  for (const [watches, text] of [
    ["/run", watched],
    ["/elsewhere", told],
    [null, told],
  ])
    assert.equal(missingText("a", "/run/a.sock", watches), text);
});

test("the history of another subscription to the same message is not this one's", () => {
  const bench = new Bench();
  bench.hello();
  bench.subscribed(100);
  bench.frames(100, 101);
  const late = [];
  const other = new Subscription(
    bench.session.nextId(),
    { driver: "lab", messages: ["tick"], history: { frames: 4 } },
    { onbatch: (batch) => late.push(...batch.sequence) },
    () => {},
  );
  bench.session.subscribe(other);
  const streams = [{ source: 1, message: "tick", type: 1, first_sequence: 98 }];
  bench.say("subscribed", { id: other.id, streams });
  bench.frames(98, 99);
  bench.frames(100, 101, 102, 103); // the rest of the history, and what is new
  bench.frames(104);
  assert.deepEqual(late, [98, 99, 100, 101, 102, 103, 104]);
  const seen = bench.batches.flatMap((batch) => [...batch.sequence]);
  assert.deepEqual(seen, [100, 101, 102, 103, 104]);
  assert.deepEqual([bench.health.received, bench.health.lost], [5, 0]);
  assert.equal(bench.health.bytes, 5 * 32);
  assert.deepEqual([other.health.received, other.health.lost], [7, 0]);
});

test("a derived stream's number may stand for another one later", () => {
  const bench = new Bench();
  bench.hello();
  const derived = (name, ...fields) => {
    const json = schema(...fields);
    json.messages = { 0xf000: { name, type: "tick" } };
    return {
      source: 1,
      message: name,
      type: 0xf000,
      first_sequence: 0,
      of: "tick",
      decimate: 4,
      schema: json,
    };
  };
  bench.say("subscribed", { id: 1, streams: [derived("tick_by_4", "low")] });
  bench.session.receiveBinary(frame({ type: 0xf000, payload: new Uint8Array(4) }));
  assert.deepEqual(bench.batches[0].row(0), { low: 0 });
  bench.say("subscribed", { id: 1, streams: [derived("tick_by_8", "low", "high")] });
  bench.session.receiveBinary(frame({ type: 0xf000, payload: new Uint8Array(8) }));
  assert.deepEqual(bench.batches[1].row(0), { low: 0, high: 0 });
  assert.deepEqual(
    bench.subscription.streams.map(({ of, decimate }) => [of, decimate]),
    [["tick", 4]],
  );
});

test("replies do not count for the window", () => {
  const bench = new Bench();
  bench.hello();
  const reply = frame({ type: 16, flags: 1, payload: new Uint8Array(3) });
  const size = bench.session.receiveBinary(join(frame({ payload: new Uint8Array(4) }), reply));
  assert.equal(size, 32);
});

test("an error in a page's handler is reported, and ends nothing", (context) => {
  const bench = new Bench();
  bench.subscription.handlers.onbatch = () => {
    throw new Error("the page's own");
  };
  bench.hello();
  bench.subscribed(0);
  const { mock } = context.mock.method(globalThis, "queueMicrotask", () => {}); // thrown for the console
  bench.frames(0);
  assert.throws(mock.calls[0].arguments[0], /the page's own/);
  assert.equal(bench.health.received, 1);
});

test("a relay that is none, or another version's", () => {
  const refused = (text, reason) => {
    const bench = new Bench();
    assert.throws(
      () => bench.session.receiveText(text),
      (error) => error instanceof ProtocolError && reason.test(error.message),
    );
  };
  refused("nonsense", /is not cwire's/);
  refused("null", /is not cwire's/);
  refused('{"op":"hello"}', /cwire protocol undefined, this page 1/);
  refused('{"op":"hello","protocol":2}', /install the same cwire version/);
  refused('{"op":"hello","protocol":1}', /is not cwire's/);
  refused('{"op":"driver"}', /"driver" before its hello/);
  const bench = new Bench();
  bench.hello();
  assert.throws(
    () => bench.session.receiveBinary(new Uint8Array(23)),
    /malformed batch: the frame at byte 0 ends/,
  );
  bench.say("of_a_newer_relay", {});
});

test("an error of ours is not the relay's fault", () => {
  for (const shell of ["onhello", "ondrivers"]) {
    const session = new Session({
      send: () => {},
      onhello: () => {},
      ondrivers: () => {},
      [shell]: () => {
        throw new TypeError("a bug");
      },
    });
    const text = JSON.stringify({ op: "hello", protocol: 1, drivers: [] });
    assert.throws(() => session.receiveText(text), { name: "TypeError", message: "a bug" });
    assert.ok(session.connected, "it was read and dealt with");
  }
});

test("a message that is not complete is refused before anything is done", () => {
  const bench = new Bench();
  bench.hello();
  const stream = { source: 1, message: "tick", type: 1, first_sequence: 0 };
  for (const [op, fields, reason] of [
    ["driver", { event: "up" }, /driver must be an object/],
    [
      "driver",
      { event: "up", driver: { name: "lab", source: "1" } },
      /driver.source must be a whole number/,
    ],
    [
      "subscribed",
      { id: 1, streams: [stream, { ...stream, type: null }] },
      /streams.1..type must be/,
    ],
    ["subscribed", { id: 1, streams: [{ ...stream, schema: { schema: "x" } }] }, /schema.*"x"/],
    ["subscribed", { id: 1, streams: [{ ...stream, type: 7 }] }, /message 7, which no schema has/],
    [
      "dropped",
      { id: 1, source: 1, message: "tick", reason: "relay", sequence: 1 },
      /count must be/,
    ],
    ["reply", { id: 1, error: "no" }, /error must be an object/],
    ["error", { id: 1, code: "bad_request" }, /text must be text/],
  ]) {
    const refused = (error) => error instanceof ProtocolError && reason.test(error.message);
    assert.throws(() => bench.say(op, fields), refused, `${op} ${reason}`);
  }
  assert.deepEqual(bench.drops, []);
  assert.equal(bench.session.drivers.get("lab").state, "up");
});

test("whatever is changed in what the relay says, it is taken or refused as the relay's", () => {
  const chance = random(11);
  const odd = [undefined, null, -1, 1.5, "", "x", [], {}, true, "__proto__"];
  const driver = {
    name: "lab",
    source: 1,
    state: "up",
    session: 2,
    epoch: "2",
    schema: schema("a"),
  };
  const stream = {
    source: 1,
    message: "tick",
    type: 1,
    first_sequence: 0,
    of: "tick",
    decimate: 4,
  };
  const texts = [
    { op: "hello", protocol: 1, drivers: [driver] },
    { op: "driver", event: "restarted", driver },
    { op: "subscribed", id: 1, streams: [{ ...stream, schema: schema("b") }] },
    { op: "dropped", id: 1, source: 1, message: "tick", reason: "relay", count: 1, sequence: 1 },
    { op: "reply", id: 2, error: { code: -1, name: "CWIRE_EINVAL", text: "no" } },
    { op: "reply", id: 3, message: "echo", fields: {} },
    { op: "error", id: 1, code: "bad_request", text: "no" },
  ];
  let refused = 0;
  for (let round = 0; round < 2000; round++) {
    const json = structuredClone(texts[Math.floor(chance() * texts.length)]);
    let inside = json;
    for (;;) {
      const keys = Object.keys(inside);
      const key = keys[Math.floor(chance() * keys.length)];
      const value = inside[key];
      if (value && typeof value === "object" && Object.keys(value).length && chance() < 0.9) {
        inside = value;
        continue;
      }
      inside[key] = odd[Math.floor(chance() * odd.length)];
      break;
    }
    const bench = new Bench();
    bench.hello();
    for (let one = 0; one < 2; one++) bench.session.command("lab", "echo", {}).catch(() => {});
    try {
      bench.session.receiveText(JSON.stringify(json));
    } catch (error) {
      assert.ok(error instanceof ProtocolError || error instanceof OtherDrivers, error.stack);
      refused += 1;
    }
  }
  assert.ok(refused > 300, `${refused}`);
});

test("received and lost are all that was published, whatever happens", () => {
  for (let seed = 0; seed < 200; seed++) {
    const chance = random(seed);
    const ledger = new Ledger();
    const told = { relay: 0, driver: 0, rate: 0 };
    let next = Math.floor(chance() * 2 ** 32);
    const first = next;
    let published = 0;
    let received = 0;
    ledger.begin(first, "1");
    for (let step = 0; step < 50; step++) {
      const count = 1 + Math.floor(chance() * 5);
      const sequences = Array.from({ length: count }, (_, index) => (next + index) % 2 ** 32);
      next += count;
      published += count;
      if (chance() < 0.5) {
        ledger.add(
          sequences.map((one) => [one, 1]),
          0,
          0,
        );
        received += count;
      } else {
        const reason = Object.keys(told)[Math.floor(chance() * 3)];
        told[reason] += count;
        if (chance() < 0.8) ledger.dropped(reason, told[reason], (next - 1) % 2 ** 32);
        else ledger.dropped(reason, told[reason], sequences[0]); // the count alone says how many
      }
    }
    const { health } = ledger;
    assert.equal(health.received, received);
    assert.equal(health.received + health.lost + health.skipped, published, `seed ${seed}`);
    assert.equal(health.skipped, told.rate);
  }
});
