"""Where a key of monctl.yaml stands."""

from pathlib import Path

from monctl.settings.config_file import ConfigFile

TEXT = """\
log:
  level: info
alerts:
  rules:
    - name: a
      when: b
    - name: c
      when: d
"""


def _file(folder: Path, text: str = TEXT) -> ConfigFile:
    path = folder / "monctl.yaml"
    path.write_text(text)
    return ConfigFile(path, {"NAME": "value"})


def test_a_key_is_found_also_inside_lists(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert file.where(("log", "level")) == f"{tmp_path}/monctl.yaml:2"
    assert file.where(("alerts", "rules", 1, "when")) == f"{tmp_path}/monctl.yaml:8"


def test_a_key_that_is_missing_is_shown_at_what_is_around_it(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert file.where(("alerts", "rules", 1, "for")) == f"{tmp_path}/monctl.yaml:7"
    assert file.where(("alerts", "rules", 9)) == f"{tmp_path}/monctl.yaml:4"
    assert file.where(("web", "listen")) == f"environment or {tmp_path}/monctl.yaml"


def test_references_are_resolved_in_lists_and_mappings(tmp_path: Path) -> None:
    file = _file(tmp_path, "a: ['${NAME}', {b: 'x${NAME}'}]\n")
    assert file.values == {"a": ["value", {"b": "xvalue"}]}
    assert file.problems == []


def test_a_text_is_known_as_written_and_with_variables_put_in(tmp_path: Path) -> None:
    file = _file(tmp_path, "a:\n  b: 'x${NAME}'\n  c: 1\n")
    path = ("a", "b")
    assert (file.line(path), file.text_at(path), file.resolved_text_at(path)) == (2, "x${NAME}", "xvalue")
    for other in (("a", "c"), ("a", "d"), ("a",), ("a", "b", "c")):
        assert (file.text_at(other), file.resolved_text_at(other)) == (None, None)


def test_a_missing_file_has_no_values_and_no_problems(tmp_path: Path) -> None:
    file = ConfigFile(tmp_path / "none.yaml", {})
    assert (file.values, file.problems) == ({}, [])


def test_a_reference_is_resolved_from_the_file_of_its_variable(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    path = tmp_path / "monctl.yaml"
    path.write_text("a: ['${TOKEN}']\n")
    file = ConfigFile(path, {"TOKEN_FILE": str(tmp_path / "token")})
    assert (file.values, file.problems) == ({"a": ["t0ken"]}, [])


def test_a_file_of_a_variable_that_cannot_be_read_is_a_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "monctl.yaml"
    path.write_text("a:\n  b: '${TOKEN}'\n")
    file = ConfigFile(path, {"TOKEN_FILE": "/nowhere/token"})
    assert file.problems == [
        f"{path}:2: a.b: the file of TOKEN_FILE, /nowhere/token, cannot be read: no such file or directory"
    ]
    assert file.unresolved == {"a.b"}
