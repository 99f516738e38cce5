"""client.mjs in a real Chromium, as it is, in a page and in a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from support.browser import browser, needs_chromium, page
from support.examples import examples
from support.processes import Driver, Relay
from support.web_server import serve_web

__all__ = ["browser", "examples", "page"]  # fixtures

pytestmark = needs_chromium

# In a page and in a worker alike: reads a stream, sends a command, and says what it saw.
LOOK = """
import { Client } from "/client.mjs";

export function look(address) {
  return new Promise((resolve, reject) => {
    const client = new Client(address);
    const seen = { sequences: [], peak: 0 };
    client.subscribe({ driver: "demo", messages: ["scope_block"] }, {
      onerror: reject,
      async onbatch(batch) {
        seen.sequences.push(...batch.sequence);
        for (const sample of batch.column("samples")) seen.peak = Math.max(seen.peak, sample);
        if (seen.sequences.length < 200 || seen.done) return;
        seen.done = true;
        const reply = await client.command("demo", "set_waveform", { shape: "SINE" });
        client.close();
        resolve({ ...seen, shape: reply.fields.shape, state: client.state });
      },
    });
  });
}
"""
# The browser's own Observable takes a stream, and ends it by its own signal.
OBSERVE = """
import { Client } from "/client.mjs";

export async function observe(address) {
  const client = new Client(address);
  const controller = new AbortController();
  const { signal } = controller;
  const stream = client.stream("scope_block", { driver: "demo", signal });
  const firsts = await Observable.from(stream).map((batch) => batch.sequence[0]).take(5).toArray();
  const waits = client.stream("waveform", { driver: "demo", signal });  // a reply: never published
  const ended = Observable.from(waits).toArray({ signal: AbortSignal.any([]) });
  controller.abort();
  const none = await ended;
  client.close();
  return { firsts, none };
}
"""
WORKER = """
import { look } from "/look.mjs";

onmessage = async ({ data }) => postMessage(await look(data));
"""


@pytest.fixture
def origin() -> Iterator[str]:
    files = {"look.mjs": LOOK, "observe.mjs": OBSERVE, "worker.mjs": WORKER}
    with serve_web(files) as origin:
        yield origin


@pytest.fixture
def relay(driver: Driver, origin: str) -> Iterator[Relay]:
    with Relay(f"demo={driver.path}", options=("--allow-origin", origin)) as process:
        yield process


IN_PAGE = "async (address) => (await import('/look.mjs')).look(address)"
IN_WORKER = """(address) => new Promise((resolve, reject) => {
    const worker = new Worker('/worker.mjs', {type: 'module'});
    worker.onmessage = ({data}) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message ?? 'the worker cannot be loaded'));
    worker.postMessage(address);
})"""


@pytest.mark.parametrize("run", [IN_PAGE, IN_WORKER], ids=["page", "worker"])
def test_it_reads_and_commands(page: Page, origin: str, relay: Relay, run: str) -> None:
    page.goto(origin)
    seen = page.evaluate(
        run, {"url": relay.url, "protocols": ["cwire.v1", f"cwire.token.{relay.token}"]}
    )
    sequences = seen["sequences"]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    assert 0 < seen["peak"] <= 2
    assert (seen["shape"], seen["state"]) == ("SINE", "closed")


def test_the_browsers_own_observable_takes_a_stream(page: Page, origin: str, relay: Relay) -> None:
    page.goto(origin)
    if not page.evaluate("'Observable' in window"):
        pytest.skip("this Chromium has no Observable")
    seen = page.evaluate(
        "async (address) => (await import('/observe.mjs')).observe(address)",
        {"url": relay.url, "protocols": ["cwire.v1", f"cwire.token.{relay.token}"]},
    )
    assert seen["firsts"] == sorted(seen["firsts"])
    assert (len(seen["firsts"]), seen["none"]) == (5, [])


def test_the_example_of_the_page(
    page: Page, origin: str, relay: Relay, examples: list[str]
) -> None:
    (example,) = examples
    assert "ws://127.0.0.1:8765/ws" in example
    example = example.replace("ws://127.0.0.1:8765/ws", relay.url)
    page.goto(origin)
    page.evaluate(
        """async ([token, example]) => {
            window.token = token;
            window.drawn = new Promise((done) => { window.draw = (...drawn) => done(drawn); });
            const script = document.createElement('script');
            script.type = 'module';
            script.textContent = example + ';await drawn; client.close(); window.over = true;';
            document.head.append(script);
            const [time, samples] = await drawn;
            if (samples.length !== 1024 * time.length) throw new Error(`${samples.length} samples`);
        }""",
        [relay.token, example],
    )
    page.wait_for_function("window.over")


def test_a_page_that_the_relay_does_not_allow_says_so(
    page: Page, origin: str, driver: Driver
) -> None:
    with Relay(f"demo={driver.path}") as relay:
        page.goto(origin)
        reason = page.evaluate(
            """async (address) => {
                const { Client } = await import('/client.mjs');
                const client = new Client(address, {reconnect: false});
                await new Promise((done) => client.addEventListener('state',
                    () => client.state === 'closed' && done()));
                return client.reason;
            }""",
            {"url": relay.url, "protocols": ["cwire.v1", f"cwire.token.{relay.token}"]},
        )
    assert "refuses this page or its token" in reason
    assert relay.token not in reason
