"""Campaigns, made by hand and at their full length."""

import time

from selenium.webdriver.common.keys import Keys

from browser import SHOTS


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
    browser.go("campaigns")
    browser.find("details.card > summary").send_keys(Keys.ENTER)
    browser.find("input[name=name]").send_keys("Made by hand")
    browser.find("input[name=sender]").send_keys("nobody")
    browser.find("textarea[name=body]").send_keys("Hello {{name}}")
    people = SHOTS / "people.csv"
    people.write_text("to,name\n+393335550001,One\n+393335550002,Two\n")
    browser.find("input[type=file]").send_keys(str(people.resolve()))
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
    browser.go("campaigns")
    browser.wait("the form", lambda: browser.find("details.card > summary"))
    if not browser.find("details.card").get_attribute("open"):
        browser.find("details.card > summary").send_keys(Keys.ENTER)
    for field, value in (("name", "Ten thousand"), ("sender", "fast"), ("body", "Hello {{name}}")):
        browser.find(f"[name={field}]").send_keys(value)
    browser.find("input[type=file]").send_keys(str(people.resolve()))
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
