"""compose.yaml and the image."""

import json
import pathlib
import re
import tempfile

import yaml

from common import DEPLOY, ROOT, WORK, Failed, need_root, run, tool


def compose():
    """compose.yaml by Docker's own program, in every combination of profiles, and what holds for each service."""
    program = tool("docker-compose")
    faults = []
    for profiles in (["one"], ["one", "try"], ["scaled"], ["scaled", "try", "watch"], ["one", "try", "watch"]):
        flags = [word for profile in profiles for word in ("--profile", profile)]
        text = run(program, "-f", DEPLOY / "compose.yaml", *flags, "config", "--format", "json")
        for name, service in json.loads(text)["services"].items():
            where = f"compose.yaml, {'+'.join(profiles)}: {name}"
            health = service.get("healthcheck", {})
            checks = {
                "has no health check": "test" in health or health.get("disable"),
                "has no limits": service.get("deploy", {}).get("resources", {}).get("limits", {}).keys()
                >= {"cpus", "memory", "pids"},
                "may write to its root": service.get("read_only"),
                "may run as root": not service.get("user", "0").startswith("0"),
                "keeps capabilities": service.get("cap_drop") == ["ALL"],
                "may gain privileges": "no-new-privileges:true" in service.get("security_opt", []),
            }
            faults += [f"{where} {fault}" for fault, holds in checks.items() if not holds]
            for variable in service.get("environment", {}):
                if re.search(r"PASSWORD|TOKEN|SECRET|KEY$", variable) and "FILE" not in variable:
                    faults.append(f"{where} has a secret in its environment: {variable}")
            for port in service.get("ports", []):
                if port.get("host_ip") != "127.0.0.1":
                    faults.append(f"{where} is published beyond this machine: {port['published']}")
    if faults:
        raise Failed("\n".join(sorted(set(faults))))


def dockerfile():
    run(tool("hadolint"), DEPLOY / "Dockerfile")


def image(binary):
    """The image's files, and the program in them alone, with a root that cannot be written: the profiles `one` and `try`
    of compose.yaml as far as they can be run without Docker, in a network of their own."""
    need_root()
    root = WORK / "image"
    run(ROOT / "script/image-root", root, binary)
    shells = [name for name in ("sh", "bash", "dash") if any(root.glob(f"**/bin/{name}"))]
    if shells:
        raise Failed(f"the image has a shell: {shells}")
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["postrider"]
    health = " ".join(service["healthcheck"]["test"][1:])
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "inside.sh"
        script.write_text(f"""set -eu
{tool("ip")} link set lo up
mount --bind {root} {root}
for place in proc dev sys; do mount --bind /$place {root}/$place; done
for place in etc/postrider run tmp; do mount -t tmpfs -o mode=755 tmpfs {root}/$place; done
mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs {root}/data
cp {DEPLOY}/compose/one.json5 {root}/etc/postrider/postrider.json5
cp {DEPLOY}/compose/world.json {root}/etc/postrider/
cp -r {DEPLOY}/compose/demo-secrets {root}/run/secrets
# The names of compose.yaml's network.
echo "127.0.0.1 localhost postrider simulator" >{root}/run/hosts
mount --bind {root}/run/hosts {root}/etc/hosts
mount -o remount,ro,bind {root}
# Another user than root keeps no capability.
inside() {{
  POSTRIDER_CONFIG=/etc/postrider/postrider.json5 PUBLIC_URL=http://postrider:8080 META_URL=http://simulator:8090/v24.0 \\
    exec chroot --userspec=65532:65532 {root} "$@"
}}
(inside /usr/bin/postrider simulate --settings /etc/postrider/world.json) >{folder}/simulator.log 2>&1 & simulator=$!
(inside /usr/bin/postrider up) >{folder}/up.log 2>&1 & up=$!
ready=no
for _ in $(seq 100); do
  (inside {health}) 2>/dev/null && ready=yes && break
  sleep 0.1
done
[ $ready = yes ] || {{ cat {folder}/up.log; exit 1; }}
# Delivered only if the simulator's webhooks come in, rightly signed, under the name of publicURL.
(inside /usr/bin/postrider send --to +393331234567 --body ciao --url http://127.0.0.1:8080 --wait delivered --timeout 20) \\
  || {{ cat {folder}/up.log; exit 1; }}
# Bash's -e does not see a failure that is wanted.
if touch {root}/written 2>/dev/null; then echo "the root can be written"; exit 1; fi
kill $up $simulator
wait $up
""")
        run("unshare", "--mount", "--net", "--fork", "--kill-child", "bash", script)
    size = sum(path.stat().st_size for path in root.glob("**/*") if path.is_file() and not path.is_symlink())
    return f"{size / 1e6:.0f} MB"
