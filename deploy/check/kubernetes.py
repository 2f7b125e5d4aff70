"""The manifests: built, valid, and their parts find each other."""

import os
import pathlib
import shutil
import tempfile

import yaml

from common import DEPLOY, Failed, run, tool


def kubernetes():
    """Both overlays and the examples: built, valid for Kubernetes, and their parts find each other."""
    validate = tool("kubernetes-validate")
    forms = yaml.safe_load((DEPLOY / "check/fields.yaml").read_text())
    examples = "\n---\n".join(path.read_text() for path in sorted((DEPLOY / "kubernetes/examples").glob("*.yaml")))
    texts = {name: built(DEPLOY / "kubernetes/overlays" / name) for name in ("small", "large")} | {"examples": examples}
    faults, count = [], 0
    for name, text in texts.items():
        documents = [document for document in yaml.safe_load_all(text) if document]
        count += len(documents)
        custom = [document for document in documents if is_custom(document)]
        for document in custom:
            faults += form_faults(document, forms)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump_all([document for document in documents if document not in custom], file)
            file.flush()
            run(validate, "--strict", "--quiet", "--no-warn", file.name)
        if name != "examples":
            faults += [f"{name}: {fault}" for fault in link_faults(documents, list(yaml.safe_load_all(examples)))]
    if faults:
        raise Failed("\n".join(faults))
    return f"{count} resources"


def built(overlay):
    """An overlay as the cluster gets it."""
    kustomize = shutil.which("kustomize")
    return run(*([kustomize, "build"] if kustomize else [tool("kubectl"), "kustomize"]), overlay)


def is_custom(document):
    group = document["apiVersion"].split("/")[0]
    return "." in group and not group.endswith(".k8s.io")


def form_faults(document, forms):
    kind = f"{document['apiVersion']}/{document['kind']}"
    if kind not in forms:
        return [f"{kind} is not in deploy/check/fields.yaml"]
    return field_faults(document["spec"], forms[kind], f"{document['kind']} {document['metadata']['name']}: spec")


def field_faults(value, form, where):
    kinds = {"string": str, "integer": int, "boolean": bool}
    if form == "any":
        return []
    if isinstance(form, str):
        fits = isinstance(value, kinds[form]) and (form == "boolean") == isinstance(value, bool)
        return [] if fits else [f"{where} must be a {form}"]
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{where} must be a list"]
        return [fault for number, item in enumerate(value)
                for fault in field_faults(item, form[0], f"{where}[{number}]")]
    if not isinstance(value, dict):
        return [f"{where} must have fields"]
    if set(form) == {"map"}:
        return [fault for name, item in value.items() for fault in field_faults(item, form["map"], f"{where}.{name}")]
    known = {name.rstrip("!"): item for name, item in form.items()}
    faults = [f"{where}.{name} is missing" for name in form if name.endswith("!") and name[:-1] not in value]
    faults += [f"{where}.{name} is no field" for name in value if name not in known]
    for name in value.keys() & known.keys():
        faults += field_faults(value[name], known[name], f"{where}.{name}")
    return faults


def selects(selector, labels):
    """Whether a label selector takes a pod with these labels."""
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] != "In":
            raise Failed(f"the check does not know the operator {expression['operator']}")
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())


def link_faults(documents, examples):
    """What names another part and does not find it."""
    faults = []
    by_kind = {}
    for document in documents:
        by_kind.setdefault(document["kind"], []).append(document)
    pods = {f"{d['kind']} {d['metadata']['name']}": d["spec"]["template"]
            for d in documents if d["kind"] in ("Deployment", "StatefulSet", "Job")}
    labels = [pod["metadata"]["labels"] for pod in pods.values()]
    for kind, place in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
        for document in by_kind.get(kind, []):
            if not any(selects(document["spec"][place], own) for own in labels):
                faults.append(f"{kind} {document['metadata']['name']} selects no pod")
    for service in by_kind["Service"]:
        selector = {"matchLabels": service["spec"]["selector"]}
        found = [pod for pod in pods.values() if selects(selector, pod["metadata"]["labels"])]
        if len(found) != 1:
            faults.append(f"Service {service['metadata']['name']} selects {len(found)} kinds of pod")
        names = {port["name"] for pod in found for port in pod["spec"]["containers"][0].get("ports", [])}
        faults += [f"Service {service['metadata']['name']}: no port {port['targetPort']}"
                   for port in service["spec"]["ports"] if port["targetPort"] not in names]
    # Whom a policy lets through must have labels of its own, not ours.
    for policy in by_kind["NetworkPolicy"]:
        for rule in policy["spec"].get("egress", []):
            for peer in rule.get("to", []):
                if "app.kubernetes.io/name" in peer.get("podSelector", {}).get("matchLabels", {}):
                    faults.append(f"NetworkPolicy {policy['metadata']['name']} looks for our own label on others' pods")
    accounts = {account["metadata"]["name"] for account in by_kind["ServiceAccount"]}
    maps = {one["metadata"]["name"] for one in by_kind["ConfigMap"]}
    # Operators make those of their users and clusters.
    secrets = {e["metadata"]["name"] for e in examples if e and e["kind"] in ("Secret", "KafkaUser")}
    secrets |= {"postrider-cluster-ca-cert", "postrider-db-app", "postrider-db-ca"}
    for name, pod in pods.items():
        spec, container = pod["spec"], pod["spec"]["containers"][0]
        if spec["serviceAccountName"] not in accounts or spec["automountServiceAccountToken"] is not False:
            faults.append(f"{name} has no account without a token")
        for volume in spec["volumes"]:
            asked = {volume["secret"]["secretName"]} if "secret" in volume else {
                source["secret"]["name"] for source in volume.get("projected", {}).get("sources", [])}
            faults += [f"{name}: no secret {one}" for one in asked - secrets]
            if "configMap" in volume and volume["configMap"]["name"] not in maps:
                faults.append(f"{name}: no config map {volume['configMap']['name']}")
        volumes = {volume["name"] for volume in spec["volumes"]}
        workload = next(d for d in documents if name == f"{d['kind']} {d['metadata']['name']}")
        volumes |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        faults += [f"{name}: no volume {mount['name']}" for mount in container["volumeMounts"]
                   if mount["name"] not in volumes]
        if not name.startswith("Job") and not {"livenessProbe", "readinessProbe", "startupProbe"} <= container.keys():
            faults.append(f"{name} lacks a probe")
    for authentication in by_kind.get("TriggerAuthentication", []):
        faults += [f"TriggerAuthentication {authentication['metadata']['name']}: no secret {one['name']}"
                   for one in authentication["spec"]["secretTargetRef"] if one["name"] not in secrets]
    for scaled in by_kind.get("ScaledObject", []):
        target = f"Deployment {scaled['spec']['scaleTargetRef']['name']}"
        if target not in pods:
            faults.append(f"ScaledObject {scaled['metadata']['name']}: no {target}")
        elif any("replicas" in d["spec"] for d in by_kind["Deployment"] if target.endswith(" " + d["metadata"]["name"])):
            faults.append(f"{target} has a number of replicas, which would fight with KEDA's")
        if scaled["spec"].get("minReplicaCount", 0) < 1:
            faults.append(f"ScaledObject {scaled['metadata']['name']} may go to none while leases are held")
    return faults


def checkov():
    """What checkov finds in the manifests and in the Dockerfile."""
    program = tool("checkov")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for overlay in ("small", "large"):
            files.append(pathlib.Path(folder) / f"{overlay}.yaml")
            files[-1].write_text(built(DEPLOY / "kubernetes/overlays" / overlay))
        words = ["--config-file", DEPLOY / "check/checkov.yaml"]
        environment = os.environ | {"LOG_LEVEL": "CRITICAL"}
        run(program, *words, "--framework", "kubernetes", *[w for file in files for w in ("-f", file)], env=environment)
        run(program, *words, "--framework", "dockerfile", "-f", DEPLOY / "Dockerfile", env=environment)
