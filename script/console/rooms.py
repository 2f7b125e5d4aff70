"""Every room: how fast it is there, how heavy it is, and whether everybody can use it."""

import time

from browser import SIZES

ROOMS = ["overview", "inbox", "campaigns", "sends?to=%2B393332220000", "lanes", "doubts", "letters", "templates", "objects", "accounts",
         "events", "tasks", "settings"]


def trial(browser):
    """Both eyes of this check are open: axe sees a picture without words, and the policy's refusals are heard."""
    browser.driver.execute_script("document.body.append(document.createElement('img'))")
    browser.axe("trial")
    browser.driver.execute_script("try { document.body.innerHTML = '<b>x</b>' } catch {}")
    browser.wait("the refusal of markup", lambda: browser.driver.execute_script("return window.refused.length"))
    browser.check("trial")
    print("trial: these are what had to be seen")
    seen = " ".join(browser.faults)
    if "image-alt" not in seen or "require-trusted-types-for" not in seen:
        raise SystemExit(f"console: the check sees nothing: {seen}")
    browser.faults.clear()
    # What it planted is gone with the page.
    browser.driver.refresh()
    browser.wait("the overview", lambda: browser.find("nav a[aria-current]"))


def rooms(browser, world):
    more = [f"sends/{world.queued}", f"campaigns/{world.campaign}", f"inbox/{world.ada}", f"inbox/{world.attacked}"]
    for room in ROOMS + more:
        print(room)
        browser.weigh(room)
        title = room.split("?")[0].split("/")[0] + ("-one" if "/" in room else "")
        for size in SIZES:
            browser.size(size)
            for scheme in ("light", "dark"):
                browser.light(scheme)
                browser.go(room)
                browser.wait(f"the room {room}", lambda: browser.find("main h1") and "Loading" not in browser.find("main").text)
                time.sleep(0.3)
                for details in browser.all("main details:not([open]) > summary"):
                    browser.driver.execute_script("arguments[0].parentNode.open = true", details)
                time.sleep(0.3)
                name = f"{title}-{size}-{scheme}"
                browser.shot(name)
                browser.check(name)
                browser.axe(name)
    browser.size("wide")
    browser.light("light")
