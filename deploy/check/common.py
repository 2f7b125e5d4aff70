"""What the steps of the check share: tools, processes, answers."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
WORK = ROOT / ".build/deploy"
VENV = WORK / "venv/bin"


class Failed(Exception):
    """What is wrong, a line for each."""


class Missing(Exception):
    """The tool that is not there."""


def tool(*names):
    """The first of these programs that is there."""
    for name in names:
        for path in (VENV / name, WORK / "prometheus/usr/bin" / name, shutil.which(name)):
            if path and pathlib.Path(path).exists():
                return str(path)
    raise Missing(" or ".join(names))


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", cwd=more.pop("cwd", ROOT), **more)
    if done.returncode:
        raise Failed(f"{pathlib.Path(str(command[0])).name} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def need_root():
    if os.getuid() != 0:
        raise Missing("root")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def demo_settings(ports, folder):
    """Senders against the simulator; ports: door, three admin addresses, simulator."""
    return json.dumps({
        "listen": f"127.0.0.1:{ports[0]}", "publicURL": f"http://127.0.0.1:{ports[0]}", "apiKeys": ["demo"],
        "log": f"embedded:{folder}/log.db", "store": f"sqlite:{folder}/store.db",
        "spool": {"path": f"{folder}/spool.db", "limit": "1GB"},
        "admin": {name: f"127.0.0.1:{port}" for name, port in zip(("ingest", "dispatch", "status"), ports[1:4])},
        "doubts": {"looks": ["1s", "2s", "3s"], "grace": "10s"}, "defaultSender": "demo-meta",
        "senders": [
            {"id": "demo-meta", "provider": "meta", "phoneNumberId": "300000000000001", "wabaId": "200000000000001",
             "portfolio": "demo", "accessToken": "demo-meta-access-token", "appSecret": "demo-meta-app-secret-00000000000",
             "verifyToken": "demo-meta-verify-token", "baseURL": f"http://127.0.0.1:{ports[4]}/v24.0"},
            {"id": "demo-twilio", "provider": "twilio", "from": "whatsapp:+14155238886", "silentAfter": "1s",
             "accountSid": "AC00000000000000000000000000000de0", "authToken": "demo-twilio-auth-token-0000000000",
             "baseURL": f"http://127.0.0.1:{ports[4]}"}]})


@contextlib.contextmanager
def started(command, log):
    with open(log, "w") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def call(url, body=None, method=None, key=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Failed(f"{url}: {error.code} {error.read().decode(errors='replace')[:500]}") from error


def await_answer(url, log):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(Failed, OSError):
            call(url)
            return
        time.sleep(0.1)
    raise Failed(f"no answer at {url}:\n{log.read_text()[-2000:]}")
