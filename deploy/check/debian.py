"""The Debian package and its units: judged, installed, and booted in an empty Debian."""

import pathlib
import re
import shutil
import subprocess

from common import DEPLOY, ROOT, WORK, Failed, need_root, run, tool

UNITS = ["postrider-up", "postrider-ingest", "postrider-dispatch", "postrider-status", "postrider-engage"]
EXPOSURE = 2.0

BOOT = """#!/bin/bash
# Run by systemd in the container: the units as a person would start them. Told lines that begin with FAILED fail the check.
export POSTRIDER_CONFIG=/etc/postrider/postrider.json5
postrider simulate >/dev/null 2>&1 &
ready() {
  for _ in $(seq 100); do
    { exec 3<>/dev/tcp/127.0.0.1/$1 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 \\
      && grep -q '"ready"' <&3; } 2>/dev/null && return
    sleep 0.1
  done
  echo "FAILED: $1 is not ready"
}
send() { postrider send --to +393331234567 --body "$1" --wait accepted || echo "FAILED: $1"; }
for way in one workers; do
  units=postrider-up
  [ $way = one ] || units='postrider-ingest postrider-dispatch postrider-status postrider-engage postrider.target'
  systemctl start $units || echo "FAILED: start $units"
  ready 8081; ready 8082; ready 8083; ready 8084
  send "$way"
  postrider lane list >/dev/null || echo "FAILED: root's command beside $units"
  for unit in ${units/postrider.target/}; do systemctl reload $unit || echo "FAILED: reload $unit"; done
  sleep 0.3
  for unit in $units; do systemctl -q is-active $unit || echo "FAILED: $unit is not active"; done
  systemctl stop $units
  for unit in $units; do systemctl -q is-failed $unit && echo "FAILED: $unit did not stop well"; done
  postrider lane list >/dev/null || echo "FAILED: root's command while nothing runs"
done
find /var/lib/postrider ! -user postrider | sed "s/^/FAILED: root took over /"
[ "$(stat -c %U:%a /etc/postrider/secrets/* | sort -u)" = root:600 ] || echo "FAILED: secrets are not root's alone"
[ "$(stat -c %U:%a /var/lib/postrider)" = postrider:700 ] || echo "FAILED: the data is not the workers' alone"
journalctl --no-pager -o cat -u 'postrider*' | grep -E '"level":"error"|status=|Main process exited' | sed 's/^/FAILED: /'
echo DONE
"""


def systemd():
    """How exposed each unit is, by systemd's own measure."""
    program, faults, told = tool("systemd-analyze"), [], []
    for unit in UNITS:
        text = run(program, "security", "--offline=true", DEPLOY / f"systemd/{unit}.service")
        exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", text)[1])
        told.append(exposure)
        if exposure > EXPOSURE:
            faults.append(f"{unit}.service: exposure {exposure}, more than {EXPOSURE}")
    if faults:
        raise Failed("\n".join(faults))
    return f"exposure {max(told)}"


def package(binary):
    """The Debian package: made, judged by lintian, installed in an empty Debian, its units started by systemd there."""
    lintian, _ = tool("lintian"), tool("dh_builddeb")
    run(ROOT / "script/package", "--binary", binary, "--output", WORK / "package")
    debs = sorted((WORK / "package").glob("postrider_*.deb"))
    run(lintian, "--allow-root", "--fail-on", "error,warning", *debs)
    need_root()
    root = debian_root()
    shutil.copy(debs[0], root / "srv/postrider.deb")
    inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "/srv/postrider.deb")
    units = [f"{unit}.service" for unit in UNITS] + ["postrider.target"]
    inside(root, "systemd-analyze", "verify", "--man=no", *units)
    boot(root)
    inside(root, "dpkg", "--purge", "postrider")
    return debs[0].name


def debian_root():
    """A copy of an empty Debian, which is made once."""
    base, root = WORK / "debian", WORK / "root"
    if not base.exists():
        half = WORK / "debian.new"
        shutil.rmtree(half, ignore_errors=True)
        sources = re.search(r"https?://\S+/debian\b", run("apt-cache", "policy"))
        run(tool("debootstrap"), "--variant=minbase", "--include=systemd,systemd-sysv,ca-certificates", "bookworm", half,
            sources[0] if sources else "http://deb.debian.org/debian")
        for place in ("etc/apt/sources.list", "etc/apt/sources.list.d", "etc/apt/apt.conf.d"):
            source = pathlib.Path("/") / place
            if source.is_dir():
                shutil.copytree(source, half / place, dirs_exist_ok=True)
            elif source.exists():
                shutil.copy(source, half / place)
        inside(half, "apt-get", "update", "-qq")
        half.rename(base)
    shutil.rmtree(root, ignore_errors=True)
    run("cp", "-a", "--reflink=auto", base, root)
    return root


def inside(root, *command):
    """Runs it in that Debian, which sees the processes of this machine."""
    words = " ".join(f"'{word}'" for word in command)
    return run("unshare", "--mount", "--fork", "bash", "-c",
               f"mount -t proc proc {root}/proc && mount --bind /dev {root}/dev"
               f" && DEBIAN_FRONTEND=noninteractive chroot {root} {words}")


def boot(root):
    """Boots systemd in that Debian and starts the units there, with secrets by LoadCredential."""
    nspawn = tool("systemd-nspawn")
    text = (DEPLOY / "systemd/machine.json5").read_text()
    text = re.sub(r'publicURL: "[^"]*"', 'publicURL: "http://127.0.0.1:8080"', text)
    text = text.replace("106540352242922", "300000000000001").replace("102290129340398", "200000000000001")
    text = text.replace('verifyToken: "', 'baseURL: "http://127.0.0.1:8090/v24.0",\n      verifyToken: "')
    (root / "etc/postrider/postrider.json5").write_text(text)
    secrets = {"api-key": "demo", "meta-token": "demo-meta-access-token",
               "meta-app-secret": "demo-meta-app-secret-00000000000", "meta-verify-token": "demo-meta-verify-token"}
    for name, value in secrets.items():
        path = root / "etc/postrider/secrets" / name
        path.write_text(value + "\n")
        path.chmod(0o600)
    dropin = root / "etc/systemd/system/postrider-.service.d/secrets.conf"
    dropin.parent.mkdir(parents=True)
    shutil.copy(DEPLOY / "systemd/secrets.conf.example", dropin)
    (root / "srv/boot.sh").write_text(BOOT)
    (root / "srv/boot.sh").chmod(0o755)
    (root / "etc/systemd/system/try.service").write_text(
        "[Service]\nType=oneshot\nStandardOutput=file:/srv/boot.out\nStandardError=file:/srv/boot.out\n"
        "ExecStart=/srv/boot.sh\nExecStopPost=/bin/systemctl poweroff\n[Install]\nWantedBy=multi-user.target\n")
    inside(root, "systemctl", "enable", "try.service")
    done = subprocess.run(
        [nspawn, "-q", "-D", root, "--boot", "--private-network", "--register=no", "--keep-unit",
         "--machine=postrider-try"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, errors="replace")
    out = root / "srv/boot.out"
    told = out.read_text() if out.exists() else done.stdout
    if "FAILED" in told or "DONE" not in told:
        raise Failed(told[-4000:])
