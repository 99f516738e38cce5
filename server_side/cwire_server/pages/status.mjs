// The status page: drivers, their rates and messages, as the relay tells them (PROTOCOL.md).
// Everything from outside goes through textContent: a driver chooses its own names.

const POLL_MS = 1000;
const LAST_RETRY_MS = 5000;

/**
 * What the relay says of itself each second.
 *
 * @typedef {{clients: number, uptime: number, drivers: Record<string, any>[]}} Status
 */

const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const table = /** @type {HTMLTableElement} */ (document.getElementById("drivers"));
const messages = /** @type {HTMLElement} */ (document.getElementById("messages"));
/** @type {Map<number, Record<string, any>>} What the relay said last, by source. */
const drivers = new Map();
/** @type {Status | null} The one before, for rates. */
let previous = null;
let retry = 250;

/** The token comes in the fragment, which is sent to nobody; kept for reloads of this tab only. */
function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("cwire.token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("cwire.token");
}

/**
 * Writes the line at the top.
 *
 * @param {string} text
 */
function say(text, kind = "") {
  state.textContent = text;
  state.className = kind;
}

/**
 * Adds a cell.
 *
 * @param {HTMLTableRowElement} row
 * @param {string} text
 */
function cell(row, text, kind = "") {
  const data = row.insertCell();
  data.textContent = text;
  data.className = kind;
  return data;
}

/** Connects; again, when the connection is gone. */
function connect() {
  const secret = token();
  if (!secret) {
    say("Open the link that the relay printed: it carries the token.", "problem");
    return;
  }
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
  const socket = new WebSocket(url, ["cwire.v1", `cwire.token.${secret}`]);
  let opened = false;
  let timer = 0;
  socket.onopen = () => {
    opened = true;
    retry = 250;
    previous = null;
    const ask = () => socket.send('{"op": "status"}');
    ask();
    timer = setInterval(ask, POLL_MS);
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") receive(JSON.parse(data));
  };
  socket.onclose = async () => {
    clearInterval(timer);
    say(opened ? "The connection is gone; trying again …" : await why(), "problem");
    setTimeout(connect, retry);
    retry = Math.min(retry * 2, LAST_RETRY_MS);
  };
}

/** Asks the relay why it does not let this page connect: of a WebSocket, browsers do not tell. */
async function why() {
  const { origin, port } = location;
  let health;
  try {
    const answer = await fetch(`/health?origin=${encodeURIComponent(origin)}`);
    if (!answer.ok) return `The relay refuses this page: ${await answer.text()}`;
    health = await answer.json();
  } catch {
    return "No relay answers here: start it again, and open the link that it prints; trying again …";
  }
  if (health.origin_allowed)
    return "The relay runs, but does not take this token: open the link that it printed last.";
  const allow = `start it with --allow-origin ${origin}`;
  return port === String(health.port)
    ? `The relay runs, but takes no pages of ${origin}: ${allow}`
    : `The relay runs, but takes pages of port ${health.port} only: forward the same port, or ${allow}`;
}

/** @param {Record<string, any>} message */
function receive(message) {
  if (message.op === "hello") {
    drivers.clear();
    for (const driver of message.drivers) drivers.set(driver.source, driver);
    showMessages();
  } else if (message.op === "driver") {
    drivers.set(message.driver.source, {
      ...drivers.get(message.driver.source),
      ...message.driver,
    });
    showMessages();
  } else if (message.op === "status") {
    showStatus(/** @type {any} */ (message));
  }
}

/** @param {Status} status */
function showStatus(status) {
  const plural = status.clients === 1 ? "" : "s";
  say(`${status.clients} client${plural}, up for ${Math.round(status.uptime)} s`);
  const body = table.tBodies[0];
  body.replaceChildren();
  for (const driver of status.drivers) {
    const before = previous?.drivers.find(({ source }) => source === driver.source);
    const seconds = previous ? status.uptime - previous.uptime : 0;
    const rate = (/** @type {string} */ key) =>
      before && seconds > 0 ? (driver[key] - before[key]) / seconds : 0;
    const row = body.insertRow();
    row.dataset.driver = driver.name;
    cell(row, driver.name);
    cell(row, driver.problem ? `${driver.state}: ${driver.problem}` : driver.state, driver.state);
    cell(row, rate("frames").toFixed(0), "number rate");
    cell(row, (rate("bytes") / 1e6).toFixed(2), "number");
    cell(row, String(driver.frames), "number");
    cell(row, String(driver.lost), "number");
    cell(row, String(driver.commands), "number");
  }
  table.hidden = false;
  previous = status;
}

function showMessages() {
  messages.replaceChildren();
  for (const driver of drivers.values()) {
    if (!driver.schema) continue;
    const title = document.createElement("h2");
    title.textContent = `Messages of ${driver.name}`;
    const list = document.createElement("table");
    for (const [id, { name, type, command }] of Object.entries(driver.schema.messages)) {
      const row = list.insertRow();
      const code = document.createElement("code");
      code.textContent = name;
      cell(row, id, "number");
      row.insertCell().append(code);
      cell(row, command ? "command" : "message");
      cell(row, driver.schema.types[type].doc ?? "");
    }
    messages.append(title, list);
  }
}

connect();
