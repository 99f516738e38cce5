// A client of Foxglove's protocol made of packages by others: foxglove.mjs URL. It prints, in JSON,
// what it was told, what it decodes, and how its calls end.
import rosmsg from "@foxglove/rosmsg";
import serialization from "@foxglove/rosmsg2-serialization";
import protocol from "@foxglove/ws-protocol";
import WebSocket from "ws";

const { FoxgloveClient } = protocol;
const { MessageReader, MessageWriter } = serialization;
const TOPICS = ["/demo/scope_block", "/demo/camera_tile", "/demo/driver_status"];
const ENOUGH = 3; // messages of each topic

const socket = new WebSocket(process.argv[2], [FoxgloveClient.SUPPORTED_SUBPROTOCOL]);
const client = new FoxgloveClient({ ws: socket });
const told = { errors: [], statuses: [], messages: {}, times: [] };
const topics = new Map(); // of subscriptions
const services = new Map();
const calls = new Map();
const enough = deferred();

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

function definition(schema) {
  return rosmsg.parse(schema, { ros2: true });
}

function call(id, name, encoding, data) {
  const answer = deferred();
  calls.set(id, answer.resolve);
  client.sendServiceCallRequest({ serviceId: services.get(name).id, callId: id, encoding, data });
  return answer.promise;
}

function callCdr(id, name, values) {
  const { request } = services.get(name);
  return call(id, name, "cdr", new MessageWriter(definition(request.schema)).writeMessage(values));
}

function answered(name, { encoding, data }) {
  if (encoding === "json") return JSON.parse(new TextDecoder().decode(data));
  return new MessageReader(definition(services.get(name).response.schema)).readMessage(data);
}

client.on("error", (error) => told.errors.push(String(error)));
client.on("status", (status) => told.statuses.push(status));
client.on("serverInfo", (info) => (told.info = info));
client.on("time", ({ timestamp }) => told.times.push(String(timestamp)));
client.on("serviceCallResponse", (response) => calls.get(response.callId)(response));
client.on("serviceCallFailure", (failure) => calls.get(failure.callId)(failure));
client.on("parameterValues", (values) => calls.get(values.id)(values.parameters));
client.on("advertise", (channels) => {
  told.channels = channels.map((channel) => channel.topic);
  for (const channel of channels.filter(({ topic }) => TOPICS.includes(topic))) {
    const reader = new MessageReader(definition(channel.schema));
    topics.set(client.subscribe(channel.id), { topic: channel.topic, reader });
    told.messages[channel.topic] = [];
  }
});
client.on("advertiseServices", (offered) => {
  for (const service of offered) services.set(service.name, service);
});
client.on("message", ({ subscriptionId, timestamp, data }) => {
  const { topic, reader } = topics.get(subscriptionId);
  const messages = told.messages[topic];
  if (messages.length < ENOUGH) {
    messages.push({ time: String(timestamp), fields: reader.readMessage(data) });
    if (TOPICS.every((one) => told.messages[one].length === ENOUGH)) enough.resolve();
  }
});

await enough.promise;
const wave = { channel: 1, shape: 2, frequency: 50.5, amplitude: 2, offset: -1 };
const text = new TextEncoder();
told.calls = {
  set: answered("/demo/set_waveform", await callCdr(1, "/demo/set_waveform", wave)),
  refused: await callCdr(2, "/demo/set_waveform", { ...wave, channel: 7 }),
  empty: answered("/demo/start", await callCdr(3, "/demo/start", { blocks: 0n })),
  json: answered(
    "/demo/self_test",
    await call(4, "/demo/self_test", "json", text.encode('{"channel": 1}')),
  ),
  broken: await call(5, "/demo/self_test", "cdr", new Uint8Array(3)),
};
const asked = (id, ask) => {
  const answer = deferred();
  calls.set(id, answer.resolve);
  ask(id);
  return answer.promise;
};
const parameter = "/demo/waveform[1].frequency";
told.parameters = {
  all: await asked("all", (id) => client.getParameters([], id)),
  one: await asked("one", (id) => client.getParameters([parameter, "/demo/none"], id)),
  set: await asked("set", (id) => client.setParameters([{ name: parameter, value: 5 }], id)),
};
client.close();
const numbers = (key, value) => {
  if (typeof value === "bigint") return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
};
console.log(JSON.stringify(told, numbers));
