"""The wheel, built and installed clean, works from a folder that has its own ``data/`` and ``screens/``.

Our four packages have everyday names on purpose (design/architecture.md); these tests are the price:
nothing a user keeps beside them, and nothing we depend on, may ever be imported in their stead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("misconsole", "connectors", "data", "screens")

pytestmark = pytest.mark.packaging


def run(*words: object, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(w) for w in words], cwd=cwd, env=env, check=False, capture_output=True, text=True, timeout=600
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT, cwd=out)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the locked dependencies and the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    assert run(sys.executable, "-m", "venv", folder / "env", cwd=folder).returncode == 0
    python = folder / "env" / "bin" / "python"
    locked = run(
        python, "-m", "pip", "install", "-q", "--require-hashes", "-r", ROOT / "locks" / "run.txt", cwd=folder
    )
    assert locked.returncode == 0, locked.stderr
    installed = run(python, "-m", "pip", "install", "-q", "--no-deps", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.fixture
def lookalikes(tmp_path: Path) -> Path:
    """A folder of an innocent user, full of names that are also ours."""
    for name in (*OURS, "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong package was imported')\n")
    (tmp_path / "misconsole.py").write_text("raise SystemExit('the wrong module was imported')\n")
    return tmp_path


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = str(tmp_path_factory.mktemp("home"))
    return {"PATH": os.environ["PATH"], "HOME": place, "XDG_DATA_HOME": place, "XDG_CONFIG_HOME": place}


def test_the_wheel_carries_the_four_packages_and_what_they_read(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {n.split("/")[0] for n in names if ".dist-info" not in n}
    assert tops == set(OURS)
    for ending in (".tcss", ".toml", "migrations/env.py", "misconsole/rules/tables/names.csv"):
        assert any(n.endswith(ending) for n in names), f"no {ending} in the wheel"
    carried = {n for n in names if "migrations/versions/" in n and n.endswith(".py")}
    kept = {p.name for p in (ROOT / "data/migrations/versions").glob("*.py")}
    assert {Path(n).name for n in carried} == kept


@pytest.mark.parametrize("how", ["script", "module"])
def test_it_runs_from_a_folder_full_of_lookalikes(
    clean: Path, lookalikes: Path, home: dict[str, str], how: str
) -> None:
    start: list[object] = [clean.with_name("misconsole")] if how == "script" else [clean, "-m", "misconsole"]
    if how == "module":
        (lookalikes / "misconsole.py").unlink()  # python -m itself would run these two, before us
        for leaf in (lookalikes / "misconsole").iterdir():
            leaf.unlink()
        (lookalikes / "misconsole").rmdir()
    added = run(*start, "school", "add", "Larkmere Academy", "--urn", "199887", cwd=lookalikes, env=home)
    assert added.returncode == 0, added.stderr
    listed = run(*start, "school", "list", "--json", cwd=lookalikes, env=home)
    assert listed.returncode == 0, listed.stderr
    assert "Larkmere Academy" in listed.stdout
    status = run(*start, "status", cwd=lookalikes, env=home)
    assert status.returncode in (0, 1, 3), status.stderr
    assert "wrong" not in added.stderr + listed.stderr + status.stderr


def test_no_locked_dependency_ships_our_names(clean: Path, tmp_path: Path) -> None:
    ask = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({k: sorted(set(v)) for k, v in m.packages_distributions().items()}))"
    )
    answer = run(clean, "-I", "-c", ask, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    import json

    owners = json.loads(answer.stdout)
    assert {name: owners.get(name) for name in OURS} == {name: ["misconsole"] for name in OURS}
    assert "tests" not in owners


def test_the_installed_layers_are_the_ones_in_this_tree(clean: Path, tmp_path: Path) -> None:
    """Each of our packages is found inside the clean environment, wherever we stand."""
    ask = "import misconsole, connectors, data, screens; print(misconsole.__file__, screens.__file__)"
    answer = run(clean, "-I", "-c", ask, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("site-packages") == 2
