#!/usr/bin/env python3
"""Keeps the last state of each send in a database of its own, from Kafka's topic `messages`.

    BOOTSTRAP=b1:9092,b2:9092 PREFIX=prod. GROUP=crm DATABASE=states.db consumer.py

Needs confluent-kafka. What makes it right, in any language:
- The offset is committed after the work is, so that what a crash interrupts is read again.
- So each event may come more than once. Its id is the send's id and its version: what is not newer than what is known
  changes nothing, and what is done for a change is done once, in the same transaction.
- Events of a store that was restored from a backup have a higher generation in `ce_source`, and count anew from there.
- A consumer that was away for long may find only the last state of a send: it counts on no state before another."""

import json
import os
import signal
import sqlite3

from confluent_kafka import Consumer, KafkaError, KafkaException

SCHEMA = """
CREATE TABLE IF NOT EXISTS states (
  send TEXT PRIMARY KEY, generation INTEGER NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (state TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""
NEWER = """
INSERT INTO states VALUES (:send, :generation, :version, :state, :at)
ON CONFLICT (send) DO UPDATE SET generation = :generation, version = :version, state = :state, at = :at
WHERE (:generation, :version) > (generation, version)
"""
# Stands for whatever is to be done once for each change.
COUNT = "INSERT INTO changes VALUES (:state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1"


def change(message):
    """nothing for what is no change of a send: a tombstone, or a kind of event that came later."""
    headers = dict(message.headers() or [])
    if message.value() is None or headers.get("ce_type") != b"postrider.message.v1":
        return None
    event = json.loads(message.value())
    generation = int(headers["ce_source"].rsplit(b"/", 1)[1])
    return {"send": event["id"], "generation": generation} | {name: event[name] for name in ("version", "state", "at")}


def apply(database, changes):
    with database:  # One transaction; the work of all of them stands, or of none.
        for one in changes:
            if database.execute(NEWER, one).rowcount == 1:
                database.execute(COUNT, one)


def main():
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.append(True))
    database = sqlite3.connect(os.environ.get("DATABASE", "states.db"))
    database.executescript(SCHEMA)
    consumer = Consumer({
        "bootstrap.servers": os.environ["BOOTSTRAP"], "group.id": os.environ.get("GROUP", "crm"),
        "enable.auto.commit": False, "auto.offset.reset": "earliest",
    })
    consumer.subscribe([os.environ.get("PREFIX", "") + "messages"])
    try:
        while not stopped:
            messages = consumer.consume(500, timeout=0.5)
            for message in messages:
                fault = message.error()
                # A topic that is not there yet comes with the first event.
                if fault and (fault.fatal() or fault.code() not in (
                        KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT)):
                    raise KafkaException(fault)
            messages = [message for message in messages if not message.error()]
            if not messages:
                continue
            apply(database, [one for one in map(change, messages) if one])
            consumer.commit(asynchronous=False)
    finally:
        consumer.close()
        database.close()


if __name__ == "__main__":
    main()
