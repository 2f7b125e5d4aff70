"""Rules, dashboards, and every query asked of a running postrider."""

import contextlib
import json
import pathlib
import re
import tempfile
import time
import urllib.parse

import yaml

from common import DEPLOY, ROOT, Failed, Missing, await_answer, call, demo_settings, free_ports, run, started, tool

# Names that no worker tells: Prometheus's own, and the cluster's.
OF_OTHERS = {"up", "ALERTS"}


def rules():
    """Rules by promtool, a case for each alert, and a paragraph for each in docs/operating.md."""
    promtool, folder = tool("promtool"), DEPLOY / "prometheus"
    run(promtool, "check", "config", folder / "prometheus.yml")
    run(promtool, "check", "rules", folder / "rules/postrider.yml")
    run(promtool, "test", "rules", folder / "tests/postrider.yml")
    test_scaling(promtool, folder / "tests/autoscale.yml")
    tests = (folder / "tests/postrider.yml").read_text()
    anchors = {line[4:].strip().lower() for line in (ROOT / "docs/operating.md").read_text().splitlines()
               if line.startswith("### ")}
    faults, alerts = [], 0
    for rule in all_rules():
        if "alert" not in rule:
            continue
        alerts += 1
        name, runbook = rule["alert"], rule["annotations"].get("runbook", "")
        if f'alertname="{name}"' not in tests:
            faults.append(f"{name} has no case in which it must be raised")
        page, _, anchor = runbook.partition("#")
        if page != "docs/operating.md" or anchor not in anchors or anchor != name.lower():
            faults.append(f"{name}: its runbook {runbook} is no paragraph of docs/operating.md")
    if faults:
        raise Failed("\n".join(faults))
    return f"{alerts} alerts"


def test_scaling(promtool, cases):
    """What the queries of autoscaling ask for, by the cases of that file, in which their names stand for them."""
    document = yaml.safe_load(cases.read_text())
    for test in document["tests"]:
        for case in test["promql_expr_test"]:
            for name, query in scaling_queries():
                case["expr"] = case["expr"].replace(name.upper(), f"({query})")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(document, file)
        file.flush()
        run(promtool, "test", "rules", file.name)


def scaling_queries():
    for document in yaml.safe_load_all((DEPLOY / "kubernetes/overlays/large/autoscale.yaml").read_text()):
        for trigger in document["spec"].get("triggers", []):
            if "query" in trigger["metadata"]:
                yield trigger["name"], trigger["metadata"]["query"]


def all_rules():
    text = (DEPLOY / "prometheus/rules/postrider.yml").read_text()
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def dashboard():
    """The dashboards by Grafana's own types; panels that say what they show and lie on nothing else."""
    try:
        from grafana_foundation_sdk.cog.plugins import register_default_plugins
        from grafana_foundation_sdk.models.dashboard import Dashboard
    except ImportError as error:
        raise Missing("grafana-foundation-sdk") from error
    register_default_plugins()
    faults, count = [], 0
    for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        board = json.loads(path.read_text())
        Dashboard.from_json(board)
        taken = {}
        for panel in board["panels"]:
            where, grid = f"{path.name}: {panel['title']}", panel["gridPos"]
            count += panel["type"] != "row"
            if panel["type"] != "row" and not panel.get("description"):
                faults.append(f"{where} does not say what it shows")
            for place in ((x, y) for x in range(grid["x"], grid["x"] + grid["w"])
                          for y in range(grid["y"], grid["y"] + grid["h"])):
                if taken.setdefault(place, where) != where or place[0] > 23:
                    faults.append(f"{where} lies on {taken[place]}")
                    break
    if faults:
        raise Failed("\n".join(faults))
    return f"{count} panels"


def expressions():
    """Every query of rules, dashboards and autoscaling, as (where, query)."""
    found = [(rule.get("alert", rule.get("record")), rule["expr"]) for rule in all_rules()]
    for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        board = json.loads(path.read_text())
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                query = target["expr"].replace("$__rate_interval", "1m").replace("$sender", ".*")
                found.append((f"{path.name}: {panel['title']}", query))
    for name, query in scaling_queries():
        # What the demo scrapes is in no namespace.
        found.append((f"autoscale.yaml: {name}", re.sub(r'namespace="[^"]*",?', "", query)))
    for line in (ROOT / "docs/metrics.md").read_text().splitlines():
        if asked := re.fullmatch(r"\| ([^|`]+) \| `(.+)` \|", line):
            found.append((f"metrics.md: {asked[1]}", asked[2].replace("\\|", "|")))
    return found


def queries(binary):
    """Every query, asked of a Prometheus beside a running postrider: it must parse, and its metrics must be there."""
    prometheus = tool("prometheus")
    ports = free_ports(6)
    simulator, door = f"http://127.0.0.1:{ports[4]}", f"http://127.0.0.1:{ports[0]}"
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        (folder / "postrider.json5").write_text(demo_settings(ports, folder / "data"))
        (folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(DEPLOY / "prometheus/rules/*.yml")],
            "scrape_configs": [{"job_name": "postrider", "static_configs": [{
                "targets": [f"127.0.0.1:{port}" for port in ports[1:4]]}]}]}))
        stack.enter_context(started([binary, "simulate", "--listen", f"127.0.0.1:{ports[4]}"], folder / "simulator.log"))
        stack.enter_context(started([binary, "up", "--config", folder / "postrider.json5"], folder / "up.log"))
        stack.enter_context(started(
            [prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus",
             f"--web.listen-address=127.0.0.1:{ports[5]}", "--log.level=warn"], folder / "prometheus.log"))
        await_answer(f"http://127.0.0.1:{ports[1]}/readyz", folder / "up.log")
        await_answer(f"http://127.0.0.1:{ports[5]}/-/ready", folder / "prometheus.log")
        make_metrics(simulator, door)
        metrics = set(re.findall(r"^# TYPE (\S+)", call(f"http://127.0.0.1:{ports[1]}/metrics"), re.M))
        return judge_queries(f"http://127.0.0.1:{ports[5]}", metrics)


def make_metrics(simulator, door):
    """Brings about what most metrics count, those among them that are not there before it has happened."""
    call(f"{simulator}/_sim/callbacks", {"inboundURL": f"{door}/api/whatsapp/webhook",
                                         "webhookURL": f"{door}/api/whatsapp/webhook"}, "PUT")

    def send(number, **more):
        call(f"{door}/api/whatsapp/send", {"to": f"+39333123{number:04}", "body": "ciao"} | more, key="demo")

    for number in range(20):
        send(number)
    # One that may have gone out, and one that Twilio's list then settles; one of which nothing more is heard.
    call(f"{simulator}/_sim/faults", {"kind": "cut-after", "provider": "twilio", "count": 1})
    call(f"{simulator}/_sim/faults", {"kind": "lose-callback", "provider": "twilio"})
    send(100, sender="demo-twilio")
    send(101, sender="demo-twilio")
    time.sleep(8)
    # The host goes away until it is spared.
    call(f"{simulator}/_sim/faults", {"kind": "outage", "provider": "meta", "mode": "cut"})
    for number in range(200, 260):
        send(number)
    time.sleep(12)


# Names that no worker tells: Prometheus's own, and the cluster's.


def judge_queries(prometheus, metrics):
    recorded = {rule["record"] for rule in all_rules() if "record" in rule}
    faults, empty = [], []
    checked = expressions()
    for where, query in checked:
        # Without texts in quotes, the labels in {} and in by (…), and the ranges.
        plain = re.sub(r'"[^"]*"', '""', query)
        plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)", " ", plain)
        names = set(re.findall(r"\b(?:(?:postrider|process|container)_\w+|\w+:[\w:]+)", plain))
        for name in sorted(names):
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            if name not in metrics | recorded | OF_OTHERS and base not in metrics:
                faults.append(f"{where}: there is no metric {name}")
        try:
            answer = json.loads(call(f"{prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": query})))
        except Failed as fault:
            faults.append(f"{where}: {query}\n  {fault}")
            continue
        if not answer["data"]["result"]:
            empty.append(where)
    told = [where for where in empty if not where.startswith("Postrider")]
    if faults:
        raise Failed("\n".join(faults))
    return f"{len(checked)} queries; without an answer just then: {', '.join(sorted(set(told))) or 'none'}"
