"""Goes through every room of the console as a person does, and fails where one is wrong, slow, heavy or shut to somebody."""

import argparse
import sys

import keyboard
import world as worlds
from browser import SHOTS, Browser
from campaigns import campaign, cut, rehearse, several, thousands
from entry import faults, link, session
from house import events, objects, overview, settings
from load import much, stays, tabs
from people import answer, inbox
from rooms import rooms, trial
from sending import again, doubts, lanes, letters, sends
from world import KEY, World

STEPS = (rooms, overview, answer, inbox, campaign, thousands, several, cut, rehearse, sends, again, lanes, doubts, letters, objects, events, settings,
         keyboard.tasks, much, stays, tabs, faults, session, link)


def main():
    SHOTS.mkdir(parents=True, exist_ok=True)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the program to look at, in place of the one that was built just now")
    parser.add_argument("steps", nargs="*", help="only these")
    options = parser.parse_args()
    if options.binary:
        worlds.use(options.binary)
    world = World()
    browser = Browser(world.address)
    try:
        world.stock()
        by_number = {one["to"]: one["id"] for one in world.call("GET", "/api/conversations?limit=100")["conversations"]}
        world.ada = by_number["+393331110001"]
        world.attacked = by_number["+393332220000"]
        browser.size("wide")
        browser.log_in(KEY)
        trial(browser)
        for step in STEPS:
            if not options.steps or step.__name__ in options.steps:
                print(step.__name__, flush=True)
                step(browser, world)
    finally:
        browser.close()
        (SHOTS / "postrider.log").write_text(world.log.read_text())
        world.close()
    print(f"console: {len(browser.faults)} faults")
    return 1 if browser.faults else 0


if __name__ == "__main__":
    sys.exit(main())
