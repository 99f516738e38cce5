from pathlib import Path
from typing import Any

import pytest

from cwire_server.config import (
    ConfigError,
    DeviceAddress,
    DriverAddress,
    RelayConfig,
    account,
    driver_address,
    driver_addresses,
    named_schema,
)
from cwire_server.devices import SerialDevice, TcpDevice
from support import schemas

DEMO = DriverAddress("demo", Path("/tmp/demo.sock"))


def test_name_and_path() -> None:
    assert DriverAddress.parse("my-scope=/tmp/a=b.sock") == DriverAddress(
        "my-scope", Path("/tmp/a=b.sock")
    )


def test_an_account_is_a_name_or_a_number() -> None:
    assert (account("root"), account("1234")) == (0, 1234)
    for text in ("no such", "-1", "4294967296", "\u0661", ""):
        with pytest.raises(ConfigError, match="no such account"):
            account(text)


@pytest.mark.parametrize("text", ["", "demo", "=path", "demo=", "a b=path", "a<b=path"])
def test_what_is_no_name_and_path(text: str) -> None:
    with pytest.raises(ConfigError, match="NAME=PATH|driver name"):
        DriverAddress.parse(text)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"drivers": ()}, "no driver"),
        ({"drivers": (DEMO, DEMO)}, "two drivers are named 'demo'"),
        ({"drivers": (DriverAddress("relay", Path("/x")),)}, "cannot be named 'relay'"),
        ({"host": "0.0.0.0"}, "not a loopback address.*ssh -L 8765:127.0.0.1:8765"),
        ({"host": "0.0.0.0", "port": 0}, "ssh -L PORT:127.0.0.1:PORT"),
        ({"host": "example.com"}, "not a loopback address"),
        ({"port": 70000}, "port 70000"),
        ({"allowed_origins": {"http://localhost:8888/"}}, "--allow-origin: .* is not an origin"),
        ({"token": "short"}, "shorter than 16"),
        ({"token": "with space 0123456789"}, "letters and digits"),
    ],
)
def test_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        RelayConfig(**{"drivers": (DEMO,), **settings})


def test_a_token_is_fresh_and_stays_out_of_reprs() -> None:
    one, other = RelayConfig((DEMO,)), RelayConfig((DEMO,))
    assert one.token != other.token
    assert len(one.token) == 64
    assert one.token not in repr(one)


def test_one_relay_takes_254_drivers() -> None:
    many = tuple(DriverAddress(f"d{number}", Path("/tmp/x")) for number in range(255))
    RelayConfig(many[:254])
    with pytest.raises(ConfigError, match="254"):
        RelayConfig(many)


def test_devices(tmp_path: Path) -> None:
    file = tmp_path / "x"
    schemas = {"b": file}
    assert driver_address("a=tcp://h:1", schemas=schemas) == DeviceAddress("a", TcpDevice("h", 1))
    assert driver_address("b=serial:/dev/x", schemas=schemas) == DeviceAddress(
        "b", SerialDevice("/dev/x"), file
    )
    near = driver_address("b=serial:x")
    assert near.place == f"serial:{Path('x').absolute()}?baud=115200"
    assert driver_address("a=/tmp/a.sock") == DriverAddress("a", Path("/tmp/a.sock"))
    assert RelayConfig((near,)).drivers == (near,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a=tcp://h", "--driver a: 'tcp://h' is not tcp://HOST:PORT"),
        ("a b=tcp://h:1", "driver name 'a b': use letters"),
        ("=tcp://h:1", "driver name ''"),
        (
            "b=/tmp/b.sock",
            "the driver b is at a Unix socket, and such a one says its schema itself",
        ),
        ("b", "the driver b is at a Unix socket"),
    ],
)
def test_what_is_no_address(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        driver_address(text, schemas={"b": Path("/x")})


def test_drivers_and_their_schemas(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(schemas.text())
    both = driver_addresses(["a=tcp://h:1", "b=tcp://h:2"], [f"b={file}"])
    assert [one.schema for one in both if isinstance(one, DeviceAddress)] == [None, file]
    with pytest.raises(ConfigError, match=r"--schema c=.*: no --driver has this name"):
        driver_addresses(["a=tcp://h:1"], [f"c={file}"])


def test_schemas_by_name(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(schemas.text())
    bad.write_text("{}")
    assert named_schema(f"mcu={good}") == ("mcu", good)
    for text, reason in (
        ("mcu", "give the driver's name and a file"),
        ("=x", "give the driver's name and a file"),
        (f"mcu={tmp_path}/gone", "gone cannot be read: No such file"),
        (f"mcu={bad}", "give the .schema.json that `cwire wrap` has made"),
    ):
        with pytest.raises(ConfigError, match=reason):
            named_schema(text)
