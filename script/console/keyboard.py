"""The tasks of a day without a mouse: TAB goes to each thing, ENTER and words do the rest."""

import time

from selenium.webdriver.common.keys import Keys

import world as worlds


def tasks(browser, world):
    for task in (campaign, answer, take_over, doubt, letters, account):
        start = time.monotonic()
        task(browser, world)
        browser.shot(f"keyboard-{task.__name__}")
        browser.check(f"keyboard-{task.__name__}")
        print(f"  by keyboard: {task.__name__.replace('_', ' ')}, {time.monotonic() - start:.0f} s")


def button(browser, words, inside="body"):
    browser.wait(f"the button {words}", lambda: browser.button(words, inside).get_attribute("aria-disabled") is None)
    browser.reach(f"the button {words}", lambda: browser.button(words, inside))
    browser.keys(Keys.ENTER)


def room(browser, name):
    browser.reach(f"the room {name}", lambda: next(one for one in browser.all("nav a") if one.text == name))
    browser.keys(Keys.ENTER)
    browser.wait(f"the room {name}", lambda: browser.find("main h1").text == name)


def field(browser, selector, text):
    browser.wait(f"the field {selector}", lambda: browser.find(selector))
    browser.reach(f"the field {selector}", lambda: browser.find(selector))
    browser.keys(text)


def opened(browser, words, inside="main"):
    look = lambda: next(one for one in browser.all(f"{inside} summary") if one.text == words)  # noqa: E731
    browser.wait(words, look)
    browser.reach(words, look)
    browser.keys(Keys.ENTER)


def campaign(browser, world):
    people = browser.shots / "few.csv"
    people.write_text("to,name\n+393335560001,One\n+393335560002,Two\n")
    room(browser, "Campaigns")
    opened(browser, "Make a campaign")
    field(browser, "input[name=name]", "By keyboard")
    field(browser, "input[name=sender]", "fast")
    field(browser, "textarea[name=body]", "Hello {{name}}")
    # The window in which one chooses a file is the system's own.
    browser.reach("the file", lambda: browser.find("input[type=file]")).send_keys(str(people.resolve()))
    button(browser, "Make it")
    browser.wait("the campaign", lambda: browser.find("main h1").text == "By keyboard")
    browser.wait("its list", lambda: browser.find("main .badge").text == "planned")
    button(browser, "Start", "main")
    button(browser, "Start", "dialog")
    browser.wait("it is done", lambda: browser.find("main .badge").text == "done", 60)


def answer(browser, world):
    room(browser, "Inbox")
    look = lambda: next(one for one in browser.all(".list a") if "Ada Rossi" in one.text)  # noqa: E731
    browser.wait("Ada", look)
    browser.reach("Ada", look)
    browser.keys(Keys.ENTER)
    browser.wait("the composer", lambda: browser.find(".open-one textarea[name=body]"))
    box = browser.reach("the composer", lambda: browser.find(".open-one textarea[name=body]"))
    box.clear()
    browser.reach("the composer", lambda: browser.find(".open-one textarea[name=body]")).send_keys("No mouse was here." + Keys.CONTROL + Keys.ENTER)
    browser.wait("the answer", lambda: any("No mouse was here." in one.text for one in browser.all(".talk li.outbound")))


def take_over(browser, world):
    """From an assistant, which says nothing more then."""
    world.call("PATCH", f"/api/conversations/{world.ada}", {"assistant": "helper", "assistantOn": True, "mode": "automatic"})
    world.receive("393331110001", "Ada Rossi", "Are you there, helper?")
    browser.wait("the assistant's answer", lambda: "assistant" in browser.all(".talk li.outbound")[-1].text, 30)
    button(browser, "Take over", ".open-one")
    browser.says("You answer now; nothing else does.")
    world.receive("393331110001", "Ada Rossi", "And now?")
    browser.says("And now?")
    time.sleep(3)
    if "And now?" not in browser.all(".talk li")[-1].text:
        browser.fault("an assistant goes on after somebody took over")


def doubt(browser, world):
    world.call("POST", "/api/whatsapp/send", {"to": worlds.DOUBTED[1], "body": "And this one?"})
    world.wait("a doubt", lambda: world.call("GET", "/api/doubts")["doubts"], 60)
    room(browser, "Doubts")
    browser.wait("the doubt", lambda: browser.find("section[data-send]"))
    before = len(browser.all("section[data-send]"))
    button(browser, "It was sent", "section[data-send]")
    button(browser, "It was sent", "dialog")
    browser.wait("it is settled", lambda: len(browser.all("section[data-send]")) == before - 1)


def letters(browser, world):
    world.webhook({"statuses": [{"status": "by-keyboard"}]})
    world.wait("a dead letter", lambda: world.call("GET", "/api/dead-letters")["letters"])
    room(browser, "Dead letters")
    browser.wait("the group", lambda: browser.find("section[data-reason]"))
    before = len(browser.all("section[data-reason]"))
    button(browser, "Put all back", "section[data-reason]")
    button(browser, "Put all back", "dialog")
    browser.says("could not be put back")
    button(browser, "Drop all", "section[data-reason]")
    button(browser, "Drop all", "dialog")
    browser.wait("they are gone", lambda: len(browser.all("section[data-reason]")) == before - 1)


def account(browser, world):
    room(browser, "Accounts")
    opened(browser, "An app of Meta's")
    field(browser, "details[open] input[name=name]", "second")
    field(browser, "details[open] input[name=appId]", "100000000000009")
    field(browser, "details[open] input[name=appSecret]", "a-secret-of-the-second-app")
    field(browser, "details[open] input[name=accessToken]", "demo-meta-access-token")
    field(browser, "details[open] input[name=wabaId]", "200000000000009")
    field(browser, "details[open] input[name=phoneNumberId]", "300000000000009")
    field(browser, "details[open] input[name=id]", "second-number")
    field(browser, "details[open] input[name=baseURL]", f"http://127.0.0.1:{world.providers}/v24.0")
    button(browser, "Put in the app", "details[open]")
    browser.wait("what to paste", lambda: browser.find("[aria-label='What to paste']"))
    pasted = browser.find("[aria-label='What to paste']").text
    if f"http://127.0.0.1:{world.api}/api/whatsapp/webhook" not in pasted or "Verify token" not in pasted:
        browser.fault(f"what is to be pasted is not told: {pasted}")
    if "a-secret-of-the-second-app" in browser.find("body").text:
        browser.fault("an account's secret is shown")
    room(browser, "Lanes")
    browser.wait("its lane", lambda: browser.find("section[aria-label='Lane second-number']"))
    room(browser, "Accounts")
    button(browser, "Remove it", "main")
    button(browser, "Remove it", "dialog")
    browser.wait("it is gone", lambda: "second-number" not in browser.find("main").text)
