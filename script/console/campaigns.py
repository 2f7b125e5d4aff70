"""Campaigns, made by hand and at their full length."""

import time

from selenium.webdriver.common.keys import Keys

from browser import SHOTS


def form(browser, values, people):
    browser.go("campaigns")
    browser.wait("the room", lambda: browser.find("main h1").text == "Campaigns" and browser.find("details.card > summary"))
    if not browser.find("details.card").get_attribute("open"):
        browser.find("details.card > summary").send_keys(Keys.ENTER)
    for field, value in values:
        browser.write(f"[name='{field}']", value)
    browser.find("input[type=file]").send_keys(str(people.resolve()))


def campaign(browser, world):
    browser.go(f"campaigns/{world.campaign}")
    browser.press("Start")
    browser.press("Start", "dialog")
    browser.wait("it runs", lambda: browser.find("main .badge").text in ("running", "finishing", "done"))
    browser.press("Pause", "main")
    browser.wait("it is paused", lambda: browser.find("main .badge").text == "paused")
    browser.shot("campaign-paused")
    browser.press("Resume", "main")
    browser.wait("it is done", lambda: browser.find("main .badge").text == "done", 60)
    browser.shot("campaign-done")
    browser.check("campaign")
    people = SHOTS / "people.csv"
    people.write_text("to,name\n+393335550001,One\n+393335550002,Two\n")
    form(browser, (("name", "Made by hand"), ("sender", "nobody"), ("body", "Hello {{name}}")), people)
    browser.press("Make it")
    browser.wait("the fault beside the field", lambda: any("nobody" in one.text or one.text for one in browser.all(".field .fault")))
    browser.shot("campaign-fault")
    sender = browser.find("input[name=sender]")
    sender.clear()
    sender.send_keys("main")
    browser.press("Make it")
    browser.wait("the campaign", lambda: browser.find("main h1").text == "Made by hand")


def thousands(browser, world):
    """A campaign of 10,000, from its list to its report."""
    people = SHOTS / "thousands.csv"
    people.write_text("to,name\n" + "".join(f"+39340{place:07},Person {place}\n" for place in range(10_000)))
    form(browser, (("name", "Ten thousand"), ("sender", "fast"), ("body", "Hello {{name}}")), people)
    start = time.monotonic()
    browser.press("Make it")
    browser.wait("the campaign", lambda: browser.find("main h1").text == "Ten thousand", 60)
    browser.wait("its list", lambda: browser.find("main .badge").text == "planned", 60)
    browser.press("Start", "main")
    browser.press("Start", "dialog")
    browser.wait("it is done", lambda: browser.find("main .badge").text == "done", 280)
    print(f"  10,000 from the list to the end: {time.monotonic() - start:.0f} s")
    browser.shot("campaign-thousands")
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(SHOTS.resolve())})
    for old in SHOTS.glob("report-*.csv"):
        old.unlink()
    browser.press("Save the report", "main")
    report = browser.wait("the report", lambda: next(SHOTS.glob("report-*.csv")), 60)
    counts = [int(line.split(",")[5]) for line in report.read_text().splitlines()[1:]]
    if sum(counts) != 10_000:
        browser.fault(f"the report tells of {sum(counts)} rows")
    browser.check("thousands")


def several(browser, world):
    """Two messages are tried on half of the people, and the rest gets the one that somebody chooses."""
    people = SHOTS / "forty.csv"
    people.write_text("to,name\n" + "".join(f"+39341{place:07},Person {place}\n" for place in range(40)))
    form(browser, (("name", "Two messages"), ("sender", "fast")), people)
    browser.press("Try several")
    for field, value in (("variants/0/name", "short"), ("variants/0/message/body", "Hi {{name}}"), ("variants/1/name", "short"),
                         ("variants/1/message/body", "Dear {{name}}"), ("winner/test", "50"), ("winner/wait", "2h"), ("winner/reads", "1000")):
        browser.write(f"[name='{field}']", value)
    browser.press("Make it")
    name = browser.find("[name='variants/1/name']")
    browser.wait("the fault beside the second name", lambda: name.get_attribute("aria-invalid") is not None)
    browser.shot("campaign-several-fault")
    browser.go("overview")
    browser.wait("the overview", lambda: browser.find("main h1").text == "Overview")
    browser.go("campaigns")
    browser.wait("the room", lambda: browser.find("main h1").text == "Campaigns" and browser.find("details.card > summary")).send_keys(Keys.ENTER)
    name = browser.wait("what was typed", lambda: browser.find("[name='variants/1/name']"))
    if browser.find("[name='variants/1/message/body']").get_attribute("value") != "Dear {{name}}":
        browser.fault("what was typed is lost")
    name.clear()
    name.send_keys("long")
    browser.find("input[type=file]").send_keys(str(people.resolve()))
    browser.axe("campaign-several-form")
    browser.press("Make it")
    browser.wait("the campaign", lambda: browser.find("main h1").text == "Two messages")
    browser.wait("its list", lambda: browser.find("main .badge").text == "planned")
    browser.press("Start", "main")
    browser.press("Start", "dialog")
    column = lambda name: [int(one.text.split()[0]) for one in browser.all(f"td[data-name='{name}']")]  # noqa: E731
    path = f"/api/campaigns/{browser.driver.current_url.rsplit('/', 1)[1]}"

    # It is known when the best is chosen once all of the test are out.
    browser.wait("the test", lambda: world.call("GET", path)["winner"].get("until"), 60)
    rest = world.call("GET", path)["waiting"]
    browser.wait("its figures", lambda: sum(column("Arrived")) == 40 - rest, 60)
    browser.axe("campaign-several")
    browser.shot("campaign-several")
    browser.wait("the choice", lambda: browser.find("[data-variant=long] button")).send_keys(Keys.ENTER)
    browser.press("Send it to the rest", "dialog")
    browser.wait("the rest", lambda: column("The rest") == [0, rest], 60)
    browser.wait("it is done", lambda: browser.find("main .badge").text == "done", 60)
    browser.says("chosen by hand")
    browser.shot("campaign-chosen")
    browser.check("several")


def cut(browser, world):
    """A large list whose connection is away for a while goes on where it was, and its plan is drawn."""
    rows = 150_000
    people = SHOTS / "large.csv"
    people.write_text("to,name\n" + "".join(f"+39342{place:07},Somebody with a name {place}\n" for place in range(rows)) + "nobody,No\n")
    form(browser, (("name", "Cut off"), ("sender", "fast"), ("body", "Hello {{name}}")), people)
    browser.press("Make it")
    browser.wait("its beginning", lambda: " rows" in browser.find(".progress").text, 60)
    browser.offline(True)
    browser.wait("that it waits", lambda: "goes on by itself" in browser.find(".progress").text, 60)
    browser.shot("campaign-cut")
    browser.offline(False)
    browser.wait("the campaign", lambda: browser.find("main h1").text == "Cut off", 120)
    browser.wait("its list", lambda: browser.find("main .badge").text == "planned", 120)
    campaign = world.call("GET", f"/api/campaigns/{browser.driver.current_url.rsplit('/', 1)[1]}")
    if campaign["rows"] != rows or campaign["upload"]["bad"] != 1:
        browser.fault(f"of {rows} rows {campaign['rows']} came, {campaign['upload']['bad']} with faults")
    browser.press_summary("Plan, preview and what was wrong with the list")
    browser.wait("the plan", lambda: len(browser.all("details[open] ol li")) > 0, 60)
    browser.says("Line 150002")
    drawn = browser.driver.execute_script("""
      const canvas = document.querySelector("main canvas");
      return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0);
    """)
    if not drawn:
        browser.fault("the plan is not drawn")
    browser.axe("campaign-plan")
    browser.shot("campaign-plan")
    browser.press("Cancel", "main")
    browser.press("Cancel", "dialog")
    browser.wait("its end", lambda: browser.find("main .badge").text == "canceled", 60)
    # Connections that were refused meanwhile are in its log.
    browser.driver.get_log("browser")
    browser.check("cut")


def rehearse(browser, world):
    """A campaign is sent in virtual time, and nothing of it moves."""
    people = SHOTS / "rehearsed.csv"
    people.write_text("to,name\n" + "".join(f"+39343{place:07},Person {place}\n" for place in range(300)))
    form(browser, (("name", "Rehearsed"), ("sender", "fast"), ("body", "Hello {{name}}")), people)
    browser.press("Make it")
    browser.wait("the campaign", lambda: browser.find("main h1").text == "Rehearsed")
    browser.wait("its list", lambda: browser.find("main .badge").text == "planned")
    browser.press_summary("Rehearse it")
    browser.says("It was not rehearsed yet.")
    browser.write("[name=faults]", "nonsense@1m")
    browser.press("Rehearse", "main")
    field = browser.find("[name=faults]")
    browser.wait("the fault beside the field", lambda: field.get_attribute("aria-invalid") is not None)
    field.clear()
    field.send_keys("provider-down@100ms..5s")
    browser.press("Rehearse", "main")
    browser.wait("its end", lambda: any(one.text in ("done", "failed") for one in browser.all("[data-part=rehearsal] .badge")), 60)
    browser.says("No limit was passed, and nobody got it twice.")
    browser.says("With provider-down@100ms..5s.")
    for details in browser.all("[data-part=rehearsal] details:not([open]) > summary"):
        browser.driver.execute_script("arguments[0].parentNode.open = true", details)
    browser.axe("campaign-rehearsed")
    browser.shot("campaign-rehearsed")
    campaign = world.call("GET", f"/api/campaigns/{browser.driver.current_url.rsplit('/', 1)[1]}")
    if campaign["state"] != "planned" or campaign["counts"] != {"queued": 300}:
        browser.fault(f"after a rehearsal it is {campaign['state']} with {campaign['counts']}")
    browser.check("rehearse")
