// Runs in a page: has frames published, and receives them by a bare WebSocket, which decodes nothing:
// what the browser itself can do. It speaks as much of the protocol as that needs.

const WARM = 0.15; // the part of the frames that comes before the clock starts
const WINDOW = 4 * 1024 * 1024; // client.mjs's
const HEADER_BYTES = 24;

/** Frames of one message; what came, and in how many seconds. */
function run({ url, token, message, number, batch, count }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ["cwire.v1", `cwire.token.${token}`]);
    socket.binaryType = "arraybuffer";
    const send = (op, more) => socket.send(JSON.stringify({ op, ...more }));
    let [bytes, acknowledged, frames, messages] = [0, 0, 0, 0];
    let began = null;
    const fields = { count, message: number, batch, paced: 1 };
    const answers = {
      hello: [
        ["window", { bytes: WINDOW }],
        ["subscribe", { id: 1, driver: "load", messages: [message] }],
      ],
      subscribed: [["command", { id: 2, driver: "load", name: "publish", fields }]],
    };
    socket.onerror = () => reject(new Error("the connection failed"));
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        for (const [op, more] of answers[JSON.parse(data).op] ?? []) send(op, more);
        return;
      }
      const size = new DataView(data).getUint32(0, true);
      if (size === HEADER_BYTES) return; // the empty reply
      messages += 1;
      bytes += data.byteLength;
      frames += Math.floor(data.byteLength / ((size + 7) & ~7)); // all are of one size
      const now = performance.now();
      if (2 * (bytes - acknowledged) >= WINDOW || frames >= count) {
        acknowledged = bytes;
        send("ack", { bytes });
      }
      if (began === null && frames >= WARM * count) began = { now, frames };
      if (frames < count) return;
      socket.close();
      const seconds = (now - began.now) / 1e3;
      resolve({ frames: frames - began.frames, seconds, lost: 0, messages, decode_s: 0 });
    };
  });
}

const report = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });

fetch("/order.json")
  .then((answer) => answer.json())
  .then(run)
  .then(report)
  .catch((error) => report({ error: String(error) }));
