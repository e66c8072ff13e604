"""A sensor keeps its name whatever becomes of the others, and what cannot be read is told."""

import shutil
from pathlib import Path

import pytest

from poller.probing import probe
from tests.poller.probe.sysfs import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without sensors."""
    return Machine(tmp_path)


def _monitor(machine: Machine, number: int, unit: str, device: str = "", **sensors: int | str) -> Path:
    """Add a hardware monitor; `device`: the path of what it watches."""
    folder = machine.write(f"sys/class/hwmon/hwmon{number}/name", f"{unit}\n").parent
    for name, value in sensors.items():
        (folder / name).write_text(f"{value}\n")
    if device:
        (machine.sys / "devices" / device).mkdir(parents=True, exist_ok=True)
        (folder / "device").symlink_to(machine.sys / "devices" / device)
    return folder


def _zone(machine: Machine, number: int, kind: str, value: int) -> None:
    machine.write(f"sys/class/thermal/thermal_zone{number}/type", f"{kind}\n")
    machine.write(f"sys/class/thermal/thermal_zone{number}/temp", f"{value}\n")


def _break(file: Path) -> None:
    """Make a file one that exists and cannot be read, root or not."""
    file.unlink()
    file.mkdir()


def test_a_disk_that_does_not_answer_keeps_its_name_from_the_next_one(machine: Machine) -> None:
    first = _monitor(machine, 3, "nvme", "pci/nvme0", temp1_input=71000, temp1_label="Composite")
    _monitor(machine, 4, "nvme", "pci/nvme1", temp1_input=40000, temp1_label="Composite")
    assert machine.source.temp() == {"nvme_composite": 71.0, "nvme_composite_2": 40.0}
    assert machine.source.notes == {}
    _break(first / "temp1_input")
    assert machine.source.temp() == {"nvme_composite_2": 40.0}
    assert machine.source.notes.pop("temp").startswith("nvme_composite IsADirectoryError")
    shutil.rmtree(first)
    assert machine.source.temp() == {"nvme_composite_2": 40.0}
    _monitor(machine, 9, "nvme", "pci/nvme0", temp1_input=50000, temp1_label="Composite")
    assert machine.source.temp() == {"nvme_composite": 50.0, "nvme_composite_2": 40.0}


def test_names_go_by_the_devices_and_not_by_the_monitors_numbers(machine: Machine) -> None:
    for number, device in ((1, 10), (2, 9), (11, 2), (3, 1)):
        _monitor(
            machine, number, "nvme", f"pci/nvme{device}", temp1_input=device * 1000, temp1_label="Composite"
        )
    expected = {
        "nvme_composite": 1.0,
        "nvme_composite_2": 2.0,
        "nvme_composite_3": 9.0,
        "nvme_composite_4": 10.0,
    }
    assert machine.source.temp() == expected


def test_the_tenth_monitor_comes_after_the_ninth(machine: Machine) -> None:
    for number in (10, 9):
        _monitor(machine, number, "coretemp", temp1_input=number * 1000, temp1_label="Core 0")
    assert machine.source.temp() == {"coretemp_core_0": 9.0, "coretemp_core_0_2": 10.0}


def test_sensors_without_labels_keep_their_numbers(machine: Machine) -> None:
    folder = _monitor(machine, 0, "nct", temp1_input=1000, temp2_input=2000, temp10_input=3000)
    assert machine.source.temp() == {"nct": 1.0, "nct_2": 2.0, "nct_10": 3.0}
    (folder / "temp2_input").unlink()
    assert probe.Proc(str(machine.proc), str(machine.sys)).temp() == {"nct": 1.0, "nct_10": 3.0}


def test_monitors_of_one_device_and_name_are_two(machine: Machine) -> None:
    for number in (0, 1):
        _monitor(machine, number, "acpi", "platform/x", temp1_input=number * 1000)
    assert machine.source.temp() == {"acpi": 0.0, "acpi_2": 1.0}


def test_a_sensor_that_never_had_anything_to_say_is_no_news(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a radio that is switched off."""
    _monitor(machine, 0, "iwlwifi_1", temp1_input=5000)
    _monitor(machine, 1, "coretemp", temp1_input="rubbish")
    answers = {"iwlwifi": OSError(61, "No data available")}
    read = probe.read_file

    def reading(path: str, size: int = 64) -> bytes:
        if path.endswith("hwmon0/temp1_input") and "iwlwifi" in answers:
            raise answers["iwlwifi"]
        return read(path, size)

    monkeypatch.setattr(probe, "read_file", reading)
    assert machine.source.temp() is None
    assert machine.source.notes.pop("temp").startswith("coretemp ValueError")
    error = answers.pop("iwlwifi")
    assert machine.source.temp() == {"iwlwifi_1": 5.0}
    answers["iwlwifi"] = error
    machine.source.temp()
    assert "iwlwifi_1 OSError: [Errno 61]" in machine.source.notes["temp"]


def test_thermal_zones_stand_beside_monitors_of_which_none_is_a_processors(machine: Machine) -> None:
    _monitor(machine, 0, "nvme", temp1_input=40000, temp1_label="Composite")
    _monitor(machine, 1, "acpitz", temp1_input=30000)
    _zone(machine, 0, "acpitz", 30000)
    _zone(machine, 10, "x86_pkg_temp", 55000)
    assert machine.source.temp() == {"nvme_composite": 40.0, "acpitz": 30.0, "x86_pkg_temp": 55.0}


@pytest.mark.parametrize(
    ("unit", "label"), [("coretemp", "Package id 0"), ("k10temp", "Tctl"), ("thinkpad", "CPU")]
)
def test_thermal_zones_say_nothing_new_beside_a_processors_monitor(
    machine: Machine, unit: str, label: str
) -> None:
    _monitor(machine, 0, unit, temp1_input=40000, temp1_label=label)
    _zone(machine, 0, "x86_pkg_temp", 41000)
    assert list(machine.source.temp() or ()) == [f"{unit}_{label}".lower().replace(" ", "_")]


def test_zones_of_one_type_are_told_apart_in_their_order(machine: Machine) -> None:
    for number in (10, 2, 1):
        _zone(machine, number, "cpu-thermal", number * 1000)
    assert machine.source.temp() == {"cpu-thermal": 1.0, "cpu-thermal_2": 2.0, "cpu-thermal_3": 10.0}
