"""Single sends, lanes, and what wants a decision."""

from selenium.webdriver.common.keys import Keys


def sends(browser, world):
    search = browser.find("input[name=q]")
    browser.find("body").send_keys("/")
    browser.wait("the search", lambda: browser.driver.switch_to.active_element == search)
    search.send_keys(world.queued + Keys.ENTER)
    browser.wait("the send", lambda: world.queued in browser.find("main h1").text)
    browser.press("Cancel it")
    browser.press("Cancel it", "dialog")
    browser.wait("it is canceled", lambda: browser.find("main .badge").text == "canceled")
    search.clear()
    search.send_keys("+393331110003" + Keys.ENTER)
    browser.wait("the row", lambda: "canceled" in browser.find("main tbody").text)
    browser.check("sends")


def again(browser, world):
    """What failed, sent again: one of them, and all that a filter finds, taken back once."""
    failed = world.wait("what failed", lambda: [one for one in world.call("GET", "/api/sends?state=failed&campaign=falling")["sends"]][2:] and
                        world.call("GET", "/api/sends?state=failed&campaign=falling")["sends"])
    browser.go(f"sends/{failed[0]['id']}")
    browser.press("Send it again")
    browser.press("Send it again", "dialog")
    browser.wait("its page", lambda: failed[0]["id"] not in browser.find("main h1").text and "Send" in browser.find("main h1").text)
    browser.go("sends?state=failed&campaign=falling")
    browser.wait("the rows", lambda: "failed" in browser.find("main tbody").text)
    browser.find("details.card > summary").send_keys(Keys.ENTER)
    browser.wait("the filter", lambda: browser.find("details.card input[name=campaign]").get_attribute("value") == "falling")
    browser.press("Order it", "details.card")
    browser.wait("the order", lambda: "will be sent again" in browser.find("[data-resend]").text)
    browser.shot("sends-again")
    browser.press("Take it back", "[data-resend]")
    browser.wait("it is taken back", lambda: browser.find("[data-resend] .badge").text == "stopped")
    browser.press("Order it", "details.card")
    browser.wait("it is done", lambda: browser.find("[data-resend] .badge").text == "done", 40)
    browser.says("sent again")
    browser.check("again")


def lanes(browser, world):
    browser.go("lanes")
    browser.press("Pause", "section[aria-label='Lane main']")
    browser.find("input[name=reason]").send_keys("a look at it" + Keys.ENTER)
    browser.wait("the pause", lambda: browser.find("section[aria-label='Lane main'] .badge").text == "paused")
    browser.says("a look at it")
    browser.press("Resume", "section[aria-label='Lane main']")
    browser.press("Resume", "dialog")
    browser.wait("it goes on", lambda: browser.find("section[aria-label='Lane main'] .badge").text != "paused")
    # What is typed at one lane stays while another is read anew, and while all of them are.
    browser.press("Pause", "section[aria-label='Lane sms']")
    browser.find("input[name=reason]").send_keys("half a")
    browser.press("Try it", "section[aria-label='Lane fast']")
    browser.find("input[name=to]").send_keys("+39333888")
    world.call("POST", "/api/lanes/main/pause", {"reason": "from elsewhere"})
    browser.says("from elsewhere")
    world.call("POST", "/api/lanes/main/resume", {})
    browser.wait("it goes on", lambda: browser.find("section[aria-label='Lane main'] .badge").text != "paused")
    if browser.find("input[name=reason]").get_attribute("value") != "half a":
        browser.fault("what is typed at one lane is lost when they are read anew")
    if browser.driver.switch_to.active_element != browser.find("input[name=to]"):
        browser.fault("the focus is lost when the lanes are read anew")
    browser.find("input[name=to]").send_keys("0001" + Keys.ENTER)
    browser.wait("the trial", lambda: browser.find("main h1").text.startswith("Send "))
    browser.wait("it goes", lambda: browser.find("main .badge").text in ("accepted", "sent", "delivered", "read"))
    browser.check("lanes")


def doubts(browser, _):
    browser.go("doubts")
    browser.wait("the doubt", lambda: browser.find("section[data-send]"))
    browser.find("section[data-send] summary").send_keys(Keys.ENTER)
    browser.says("in-doubt")
    browser.press("It failed", "section[data-send]")
    browser.press("It failed", "dialog")
    browser.says("There are none.")
    browser.check("doubts")


def letters(browser, _):
    browser.go("letters")
    browser.wait("the group", lambda: browser.find("section[data-reason] > details > summary"))
    browser.find("section[data-reason] > details > summary").send_keys(Keys.ENTER)
    browser.find(".letter details > summary").send_keys(Keys.ENTER)
    browser.says("window.struck=1")
    browser.press("Put all back", "section[data-reason]")
    browser.press("Put all back", "dialog")
    browser.says("could not be put back")
    browser.press("Drop all", "section[data-reason]")
    browser.press("Drop all", "dialog")
    browser.says("There are none.")
    browser.check("letters")
