"""Who gets in, and what is left when a session is over."""

from selenium.webdriver.common.keys import Keys

from world import KEY, READER


def faults(browser, world):
    """What goes wrong is told where it is, has a way on, and takes nothing with it that was typed."""
    driver = browser.driver
    # A form that lacks what it needs asks nothing of the server.
    browser.go("accounts")
    browser.press_summary("An app of Meta's")
    browser.press("Put in the app", "details[open]")
    browser.wait("the fault beside the field", lambda: "It is needed." in browser.find("details[open] .field .fault").text)
    if any(one.get("name") == "undefined" for one in world.call("GET", "/api/accounts").get("apps", [])):
        browser.fault("an account without a name was put in")
    # An address that nobody can read leads to the overview.
    browser.go("%E0%A4%A")
    browser.wait("the overview", lambda: browser.find("main h1").text == "Overview")
    # Without a connection.
    browser.go(f"inbox/{world.ada}")
    browser.wait("the stream", lambda: browser.find(".dot.live"))
    box = browser.wait("the composer", lambda: browser.find(".open-one textarea[name=body]"))
    box.clear()
    box.send_keys("Into the void")
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **conditions})
    browser.press("Send", ".open-one")
    browser.wait("the fault", lambda: "There is no connection" in browser.find(".open-one form .fault[role=alert]").text)
    if browser.find(".open-one textarea[name=body]").get_attribute("value") != "Into the void":
        browser.fault("what was typed is lost without a connection")
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **conditions})
    browser.press("Send", ".open-one")
    browser.wait("the answer", lambda: any("Into the void" in one.text for one in browser.all(".talk li.outbound")))
    browser.wait("the stream again", lambda: browser.find(".dot.live"), 40)
    driver.get_log("browser")
    # A server that has no time, and one in front of it that speaks for itself.
    for status, body, words in ((503, '{"detail":"The store is away."}', "The store is away. Try again in 7 s."), (502, "<h1>Bad</h1>", "The server answered 502. Try again in a moment.")):
        driver.execute_script("""
          const real = window.real ??= window.fetch;
          window.fetch = (path, asked) => (asked?.method === 'GET' && String(path).startsWith('/api/tasks')
            ? Promise.resolve(new Response(arguments[1], { status: arguments[0], headers: arguments[0] === 503 ? { 'Retry-After': '7' } : {} })) : real(path, asked));
          location.hash = '#/lanes';""", status, body)
        browser.wait("the lanes", lambda: browser.find("main h1").text == "Lanes")
        driver.execute_script("location.hash = '#/tasks'")
        browser.says(words)
        driver.execute_script("window.fetch = window.real")
        browser.press("Try again", "main")
        browser.wait("the tasks", lambda: browser.find("section[data-task]"))
    browser.check("faults")


def session(browser, world):
    """A session that is over asks for the key again above what is there; a reader sees no button that would be refused."""
    browser.go(f"inbox/{world.ada}")
    browser.wait("the composer", lambda: browser.find(".open-one textarea[name=body]"))
    browser.find(".open-one textarea[name=body]").send_keys("Half a sentence")
    browser.driver.delete_all_cookies()
    browser.press("Send", ".open-one")
    browser.wait("the log-in", lambda: browser.find("dialog.again input"))
    # Who leaves it by Escape is asked again with the next call.
    browser.find("dialog.again input").send_keys(Keys.ESCAPE)
    browser.wait("the log-in once more", lambda: browser.all("dialog.again input") or browser.driver.execute_script(
        "document.querySelector('.open-one textarea[name=body]').form.requestSubmit()"))
    browser.find("dialog.again input").send_keys(KEY + Keys.ENTER)
    browser.wait("the page", lambda: not browser.all("dialog.again"))
    if browser.find(".open-one textarea[name=body]").get_attribute("value") != "Half a sentence":
        browser.fault("what was typed is lost when the session is over")
    browser.press("Log out")
    browser.wait("the log-in", lambda: browser.find(".door"))
    browser.log_in(READER)
    browser.go("lanes")
    browser.wait("the lanes", lambda: browser.find("section[aria-label='Lane main']"))
    if [one for one in browser.all("main button") if one.text in ("Pause", "Resume")]:
        browser.fault("a key that only reads is offered to pause a lane")
    browser.press("Log out")
    browser.wait("the log-in", lambda: browser.find(".door"))


def link(browser, world):
    made = world.ask("POST", f"{world.address}/api/console/links", {"app": "NODEFINED", "company": "NODEFINED"},
                     {"Authorization": f"Bearer {KEY}"})
    browser.driver.get("about:blank")
    browser.driver.get(made["url"])
    browser.wait("the overview", lambda: browser.find("nav a[aria-current]"))
    if "link=" in browser.driver.current_url:
        browser.fault("what stood in the link stays in the address")
    browser.press("Log out")
    browser.wait("the log-in", lambda: browser.find(".door"))
    browser.driver.get(made["url"])
    browser.says("ask for another")
