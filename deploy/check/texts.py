"""Scripts, YAML, JSON, settings, and the list of what the program carries."""

import json
import os
import pathlib
import re
import tempfile
import time

from common import DEPLOY, ROOT, Failed, Missing, run, started, tool


def shell():
    """Scripts of the shell."""
    scripts = [path for path in sorted((ROOT / "script").iterdir())
               if path.is_file() and re.match(r"#!.*\b(ba)?sh\b", path.read_text(errors="replace").split("\n")[0])]
    run(tool("shellcheck"), *scripts)
    return f"{len(scripts)} scripts"


def form():
    """YAML and JSON as it is written here."""
    run(tool("yamllint"), "--strict", "-c", DEPLOY / "check/yamllint.yaml", DEPLOY)
    for path in DEPLOY.glob("**/*.json"):
        json.loads(path.read_text())


def settings(binary):
    """The settings in deploy/, by the program itself. A secret's file is taken to be there."""
    files = [DEPLOY / "compose/one.json5", DEPLOY / "compose/scaled.json5", DEPLOY / "kubernetes/base/postrider.json5",
             DEPLOY / "systemd/machine.json5"]
    environment = os.environ | {"PUBLIC_URL": "https://hooks.example.com", "META_URL": "http://simulator:8090/v24.0"}
    with tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder) / "secret"
        secret.write_text("secret\n")
        for number, path in enumerate(files):
            copy = pathlib.Path(folder) / f"{number}.json5"
            copy.write_text(re.sub(r"\$\{file:[^}]*\}", f"${{file:{secret}}}", path.read_text()))
            run(binary, "config", "check", copy, env=environment)
        world = ["simulate", "--settings", str(DEPLOY / "compose/world.json"), "--listen", "127.0.0.1:0"]
        with started([binary, *world], pathlib.Path(folder) / "world.log") as process:
            time.sleep(1)
            if process.poll() is not None:
                raise Failed((pathlib.Path(folder) / "world.log").read_text())
    return f"{len(files) + 1} files"


def sbom(binary):
    """The list of what the program carries, by CycloneDX's own library."""
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError as error:
        raise Missing("cyclonedx-python-lib") from error
    text = run(ROOT / "script/sbom", binary)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Failed(str(fault))
    if text != run(ROOT / "script/sbom", binary):
        raise Failed("script/sbom says something else the second time")
    return f"{len(json.loads(text)['components'])} components"
