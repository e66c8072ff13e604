"""Settings: monctl.yaml, the environment before it, and everything that is wrong with them at once."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml
from monctl.errors import SettingsInvalid
from monctl.settings.log_choices import LogFormat, LogLevel
from monctl.settings.metrics import StoreKind
from monctl.settings.settings import Settings, load_settings, settings_schema
from monctl.settings.web import parse_listen

DESIGN_EXAMPLE = """\
data_dir: ./data
database: sqlite                     # or postgresql://user:pass@host/db
metrics:
  store: sqlite                      # or influxdb
  retention: {raw: 48h, 1m: 30d, 15m: 2y}
  influxdb: {url: http://localhost:8086, org: monctl, bucket: monctl, token: "${INFLUX_TOKEN}"}
web: {listen: 127.0.0.1:8000, tls_certificate: null, tls_key: null, rate_limit: 100/minute}
alerts:
  channels:
    ops: {url: "${SLACK_URL}", min_severity: warning}
    mail: {url: "mailtos://user:${MAIL_PASSWORD}@example.com?to=ops@example.com"}
  rules: []                          # as in section 9; owned by the file, like hosts
log: {level: info, file: null, format: text}     # text or json; a file rotates
"""
VARIABLES = {"INFLUX_TOKEN": "t0ken", "SLACK_URL": "slack://a/b/c", "MAIL_PASSWORD": "hunter2"}
DAY = 86400.0


def _load(folder: Path, text: str | None, **environ: str) -> Settings:
    file = folder / "monctl.yaml"
    if text is not None:
        file.write_text(text)
    return load_settings(file, environ=environ)


def _problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        _load(folder, text, **environ)
    return [line.removeprefix(f"{folder / 'monctl.yaml'}:") for line in caught.value.problems]


def test_without_a_file_every_key_has_its_default(tmp_path: Path) -> None:
    settings = _load(tmp_path, None)
    assert settings.data_dir == tmp_path / "data"
    assert settings.database == "sqlite"
    assert settings.metrics.store is StoreKind.SQLITE
    retention = settings.metrics.retention
    assert (retention.raw, retention.minute, retention.quarter) == (2 * DAY, 30 * DAY, 730 * DAY)
    assert settings.web.listen == "127.0.0.1:8000"
    assert (settings.log.level, settings.log.file, settings.log.format) == (
        LogLevel.INFO,
        None,
        LogFormat.TEXT,
    )


def test_the_documented_example_says_what_the_defaults_say(tmp_path: Path) -> None:
    settings = _load(tmp_path, DESIGN_EXAMPLE, **VARIABLES)
    assert settings.metrics.retention == Settings().metrics.retention
    assert settings.metrics.influxdb.token.get_secret_value() == "t0ken"
    channels = settings.alerts.channels
    assert channels["mail"].url.get_secret_value() == "mailtos://user:hunter2@example.com?to=ops@example.com"
    assert channels["ops"].min_severity == "warning"


def test_an_empty_file_and_empty_sections_are_the_defaults(tmp_path: Path) -> None:
    assert _load(tmp_path, "") == _load(tmp_path, "metrics:\nalerts:\n  # rules: []\n")


def test_every_problem_is_told_at_once_with_its_line_and_a_suggestion(tmp_path: Path) -> None:
    text = """\
databse: sqlite
metrics:
  store: sqlight
  retention: {raw: soon, 1h: 3d}
web:
  lisen: 127.0.0.1:8000
alerts:
  channels:
    ops: {ulr: "slack://a"}
log: {level: "${LEVEL}"}
"""
    problems = _problems(tmp_path, text)
    starts = [problem.split(":")[0] for problem in problems]
    assert sorted(starts) == ["1", "10", "3", "4", "4", "6", "9", "9"]
    said = "\n".join(problems)
    assert "1: unknown key `databse`, did you mean `database`?" in said
    assert "3: metrics.store: " in said
    assert "4: metrics.retention.raw: must be a duration such as" in said
    assert "4: unknown key `metrics.retention.1h`" in said
    assert "6: unknown key `web.lisen`, did you mean `listen`?" in said
    assert "9: unknown key `alerts.channels.ops.ulr`, did you mean `url`?" in said
    assert "9: alerts.channels.ops.url: Field required" in said
    assert "10: log.level: the environment variable LEVEL is not set" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "1: not valid YAML"),
        ("- a\n- b\n", "1: must be a mapping of settings"),
        ("database: sqlite\ndatabase: sqlite\n", "2: the key `database` is already on line 1"),
        ("data_dir: ${DIR\n", "1: data_dir: has a `${` that is no reference"),
        ("metrics: {retention: {raw: 0}}", "1: metrics.retention.raw: Input should be greater than 0"),
        ("metrics: {retention: {minute: 3d}}", "1: unknown key `metrics.retention.minute`"),
        ("log: [a]", "1: log: "),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    assert any(problem.startswith(said) for problem in _problems(tmp_path, text)), text


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_bytes(b"data_dir: \xff\n")
    with pytest.raises(SettingsInvalid, match=r"monctl\.yaml: is not UTF-8 text"):
        load_settings(tmp_path / "monctl.yaml", environ={})
    (tmp_path / "folder").mkdir()
    with pytest.raises(SettingsInvalid, match=r"folder: is a directory"):
        load_settings(tmp_path / "folder", environ={})


def test_variables_and_their_defaults_are_put_in(tmp_path: Path) -> None:
    text = (
        "data_dir: ${BASE}/x\nlog: {level: '${LEVEL:-warning}', file: '${LOG:-}'}\n"
        "metrics: {influxdb: {org: '$${A}'}}"
    )
    settings = _load(tmp_path, text, BASE="/srv", LOG="/var/log/monctl.log")
    assert settings.data_dir == Path("/srv/x")
    assert settings.log.level is LogLevel.WARNING
    assert settings.log.file == Path("/var/log/monctl.log")
    assert settings.metrics.influxdb.org == "${A}"


def test_the_environment_comes_before_the_file_key_by_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONCTL_METRICS__STORE", "influxdb")
    monkeypatch.setenv("MONCTL_METRICS__INFLUXDB__TOKEN", "from-env")
    monkeypatch.setenv("MONCTL_METRICS__RETENTION__1M", "10d")
    monkeypatch.setenv("MONCTL_LOG__LEVEL", "debug")
    settings = _load(tmp_path, DESIGN_EXAMPLE, **VARIABLES)
    assert settings.metrics.store is StoreKind.INFLUXDB
    assert settings.metrics.influxdb.token.get_secret_value() == "from-env"
    assert settings.metrics.influxdb.bucket == "monctl"
    assert settings.metrics.retention.minute == 10 * DAY
    assert settings.metrics.retention.raw == 2 * DAY
    assert settings.log.level is LogLevel.DEBUG


def test_paths_of_the_environment_count_from_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    text = "data_dir: d\nlog: {file: l.log}\n"
    from_file = _load(tmp_path, text)
    assert (from_file.data_dir, from_file.log.file) == (tmp_path / "d", tmp_path / "l.log")
    monkeypatch.setenv("MONCTL_DATA_DIR", "e")
    monkeypatch.setenv("MONCTL_LOG__FILE", "e.log")
    from_environ = _load(tmp_path, text)
    assert (from_environ.data_dir, from_environ.log.file) == (elsewhere / "e", elsewhere / "e.log")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MONCTL_METRICS__STORE", "sqlight", "metrics.store"),
        ("MONCTL_METRICS__STOER", "sqlite", "did you mean `store`?"),
        ("MONCTL_METRICS", "sqlite", "metrics"),
        ("MONCTL_METRICS__RETENTION__RAW", "-3", "must be a duration"),
    ],
)
def test_a_bad_variable_is_told_and_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    (problem,) = _problems(tmp_path, "log: {level: info}\n")
    assert problem.startswith("environment")
    assert said in problem


def test_other_programs_variables_with_our_prefix_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONCTL_ADMIN_PASSWORD", "x")
    monkeypatch.setenv("MONCTL_TEST_REQUIRE_SERVICES", "1")
    assert _load(tmp_path, None).database == "sqlite"


def test_secrets_show_neither_in_the_settings_nor_in_what_is_wrong_with_them(tmp_path: Path) -> None:
    shown = repr(_load(tmp_path, DESIGN_EXAMPLE, **VARIABLES))
    wrong = DESIGN_EXAMPLE.replace("min_severity", "min_severty").replace("bucket: monctl", "bucket: {}")
    told = str(_problems(tmp_path, wrong, **VARIABLES))
    assert "min_severty" in told
    for secret in VARIABLES.values():
        assert secret not in shown + told


@pytest.mark.parametrize("key", ["token: [hunter2]", "token: {a: hunter2}", "token: 12345678"])
def test_a_secret_of_the_wrong_type_does_not_show_either(tmp_path: Path, key: str) -> None:
    (problem,) = _problems(tmp_path, f"metrics:\n  influxdb:\n    {key}\n")
    assert problem.startswith("3: metrics.influxdb.token: ")
    assert "hunter2" not in problem
    assert "12345678" not in problem


def _document(text: str) -> Any:
    return read_yaml(text, Report("monctl.yaml"))


@pytest.mark.parametrize("text", [DESIGN_EXAMPLE, "{}", "metrics: {retention: {raw: 3600, 1m: 1.5d}}"])
def test_the_schema_accepts_what_monctl_accepts(text: str) -> None:
    jsonschema.Draft202012Validator.check_schema(settings_schema())
    jsonschema.validate(_document(text), settings_schema())


@pytest.mark.parametrize(
    "text",
    [
        "databse: sqlite",
        "metrics: {store: sqlight}",
        "metrics: {retention: {raw: soon}}",
        "metrics: {retention: {minute: 3d}}",
        "alerts: {channels: {ops: {}}}",
        "log: {level: loud}",
        "[]",
    ],
)
def test_the_schema_refuses_what_monctl_refuses(tmp_path: Path, text: str) -> None:
    assert _problems(tmp_path, text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_document(text), settings_schema())


def test_wrong_web_settings_are_told_with_what_is_accepted(tmp_path: Path) -> None:
    text = "web:\n  listen: 8000\n  rate_limit: lots\n  trusted_proxies: [x]\n  token_lifetime: 1s\n"
    problems = _problems(tmp_path, text)
    assert [problem.split(":")[0] for problem in problems] == ["2", "3", "4", "5"]
    assert "127.0.0.1:8000" in problems[0]
    assert "100/minute" in problems[1]
    assert "10.0.0.0/8" in problems[2]


@pytest.mark.parametrize(
    ("text", "host", "port", "is_loopback"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000, True),
        ("localhost:80", "localhost", 80, True),
        ("[::1]:8000", "::1", 8000, True),
        ("0.0.0.0:8000", "0.0.0.0", 8000, False),
        (":8000", "", 8000, False),
        ("monitor.example.com:443", "monitor.example.com", 443, False),
    ],
)
def test_an_address_to_listen_on_is_taken_apart(text: str, host: str, port: int, is_loopback: bool) -> None:
    found = parse_listen(text)
    assert (found.host, found.port, found.is_loopback) == (host, port, is_loopback)
    assert parse_listen(str(found)) == found


@pytest.mark.parametrize("text", ["", "8000", "host", "host:", "host:x", "::1:8000", "host:70000", "host:-1"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_listen(text)


def test_tls_files_count_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    settings = _load(tmp_path, "web: {tls_certificate: cert.pem, tls_key: /etc/key.pem}")
    assert settings.web.tls_certificate == tmp_path / "cert.pem"
    assert settings.web.tls_key == Path("/etc/key.pem")
    assert "tls_certificate" in _problems(tmp_path, "web: {tls_key: key.pem}")[0]


def test_folders_of_host_files_count_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    assert _load(tmp_path, None).web.host_files is None
    assert _load(tmp_path, "web: {host_files: []}").web.host_files == []
    folders = _load(tmp_path, "web: {host_files: [keys, /etc/keys, ~/keys]}").web.host_files
    assert folders == [tmp_path / "keys", Path("/etc/keys"), Path("~/keys").expanduser()]


def test_the_spool_takes_a_size_and_a_place_of_its_own(tmp_path: Path) -> None:
    spool = _load(tmp_path, None).metrics.spool
    assert (spool.path, spool.max_size) == (None, 1_000_000_000)
    spool = _load(tmp_path, "metrics: {spool: {max_size: 250MB, path: spool/waiting.db}}").metrics.spool
    assert (spool.path, spool.max_size) == (tmp_path / "spool" / "waiting.db", 250_000_000)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("metrics: {spool: {max_size: 12 elephants}}", "1: metrics.spool.max_size: could not interpret"),
        ("metrics: {spool: {max_size: 10}}", "1: metrics.spool.max_size: Input should be greater than"),
        ("metrics: {influxdb: {url: influx:8086}}", "1: metrics.influxdb.url: must be a URL such as"),
        (
            "metrics: {influxdb: {url: 'http://a:b@influx:8086'}}",
            "1: metrics.influxdb.url: must not hold a user",
        ),
        ("metrics: {influxdb: {bucket: ''}}", "1: metrics.influxdb.bucket: String should have at least 1"),
    ],
)
def test_what_cannot_be_of_metrics_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = _problems(tmp_path, text)
    assert found.startswith(problem)
