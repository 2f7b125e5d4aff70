"""Goes through every room of the console as a person does, and fails where one is wrong, slow, heavy or shut to somebody."""

import argparse
import pathlib
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import keyboard
import world as worlds
from world import KEY, READER, World

# axe itself, by Deque; the package around it is for another driver and is not used.
AXE = next(pathlib.Path(sys.prefix).glob("lib/*/site-packages/axe_playwright_python/axe.min.js"))
SHOTS = pathlib.Path(".build/console")
FIRST_PAINT, WEIGHT, LONG_TASK = 300, 150_000, 100
SIZES = {"wide": (1440, 900), "phone": (360, 740)}
ROOMS = ["overview", "inbox", "campaigns", "sends?to=%2B393332220000", "lanes", "doubts", "letters", "templates", "objects", "accounts",
         "events", "tasks", "settings"]


class Browser:
    def __init__(self, address):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                         "--disable-background-networking", "--no-first-run"):
            options.add_argument(argument)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
        self.address = address
        self.shots = SHOTS
        self.faults = []
        # What the policy refused, and tasks that kept the page from answering.
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
          window.refused = []; window.long = [];
          document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.violatedDirective + ' ' + event.sourceFile));
          new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.long.push(entry.duration))).observe({type: 'longtask', buffered: true});
        """})

    def close(self):
        self.driver.quit()

    def fault(self, text):
        print(f"  fault: {text}", file=sys.stderr)
        self.faults.append(text)

    def size(self, name):
        width, height = SIZES[name]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": name == "phone"})

    def light(self, scheme):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def go(self, room):
        self.driver.get(f"{self.address}/#/{room}")

    def wait(self, what, look, seconds=15):
        try:
            return WebDriverWait(self.driver, seconds, 0.05, ignored_exceptions=(Exception,)).until(lambda _: look())
        except Exception:  # noqa: BLE001: whatever it was, this is what did not come
            self.shot("failed")
            raise SystemExit(f"console: {what} did not come; see {SHOTS}/failed.png")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def button(self, words, inside="body"):
        return next(one for one in self.all(f"{inside} button") if one.text == words and one.is_displayed())

    def press(self, words, inside="body"):
        """By the keyboard. A room that reads anew may put another button in its place meanwhile."""
        def pressed():
            button = self.button(words, inside)
            if button.is_enabled():
                button.send_keys(Keys.ENTER)
                return True
        self.wait(f"the button {words}", pressed)

    def reach(self, what, look, most=400):
        """As somebody without a mouse: TAB until it has the focus."""
        for _ in range(most):
            try:
                target = look()
                if target and self.driver.switch_to.active_element == target:
                    return target
            except (StopIteration, StaleElementReferenceException):
                pass
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
        self.shot("failed")
        raise SystemExit(f"console: {what} cannot be reached by the keyboard; see {SHOTS}/failed.png")

    def write(self, selector, text):
        """A room that reads anew may put another field in its place before."""
        def written():
            self.find(selector).send_keys(text)
            return True
        self.wait(f"the field {selector}", written)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def says(self, text):
        self.wait(f"“{text}”", lambda: text in self.find("body").text)

    def shot(self, name):
        self.driver.save_screenshot(str(SHOTS / f"{name}.png"))

    def log_in(self, key):
        self.driver.get(self.address)
        self.wait("the log-in", lambda: self.find("input[type=password]"))
        field = self.find("input[type=password]")
        field.send_keys("wrong" + Keys.ENTER)
        self.says("It is no key of the settings.")
        field.clear()
        field.send_keys(key + Keys.ENTER)
        self.wait("the overview", lambda: self.find("nav a[aria-current]"))

    # What must hold of any room.

    def check(self, name):
        refused = self.driver.execute_script("return window.refused")
        if refused:
            self.fault(f"{name}: the policy refused {refused}")
        if self.driver.execute_script("return window.struck"):
            self.fault(f"{name}: a stranger's script ran")
        for line in self.driver.get_log("browser"):
            if line["level"] == "SEVERE" and "422" not in line["message"] and "401" not in line["message"]:
                self.fault(f"{name}: the browser says {line['message']}")
        for one in self.all("main [role=alert]"):
            if one.text:
                self.fault(f"{name}: it says {one.text}")
        wide = self.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.fault(f"{name}: it is {wide} px wider than the window")

    def axe(self, name):
        self.driver.execute_script(AXE.read_text())
        found = self.driver.execute_async_script("axe.run().then(arguments[0], (error) => arguments[0]({error: String(error)}))")
        if "error" in found:
            return self.fault(f"{name}: axe says {found['error']}")
        for violation in found["violations"]:
            places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
            self.fault(f"{name}: {violation['id']}: {violation['help']} at {places}")
        self.driver.execute_script("window.refused = []")

    def weigh(self, name):
        """Loads from nothing, as somebody who comes for the first time has it. What else the machine does only adds to the
        times, so the best of three counts."""
        loads = [self.load(name) for _ in range(3)]
        paint, long = min(load[0] for load in loads), min(load[2] for load in loads)
        weight = max(load[1] for load in loads)
        print(f"  {name}: first paint {paint:.0f} ms, {weight / 1000:.0f} kB, longest task {long:.0f} ms")
        if not 0 <= paint < FIRST_PAINT:
            self.fault(f"{name}: the first paint took {paint:.0f} ms")
        if not 0 < weight < WEIGHT:
            self.fault(f"{name}: it weighs {weight} bytes")
        if long > LONG_TASK:
            self.fault(f"{name}: a task kept the page busy for {long:.0f} ms")

    def load(self, name):
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self.go(name)
        self.wait(f"the room {name}", lambda: self.find("main h1"))
        time.sleep(0.7)
        return self.driver.execute_script("""
          const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1;
          const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
          const own = all.filter((one) => one.entryType === 'navigation' || one.name.includes('/assets/'));
          return [paint, own.reduce((sum, one) => sum + one.transferSize, 0), Math.max(0, ...window.long)];
        """)


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
    browser.driver.execute_script("window.refused = []")


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


def answer(browser, world):
    browser.go(f"inbox/{world.ada}")
    browser.says("è arrivato il mio ordine?")
    browser.says("Free text may be sent for another")
    box = browser.find(".open-one textarea[name=body]")
    box.send_keys("It is on its way." + Keys.CONTROL + Keys.ENTER)
    browser.wait("the answer", lambda: any("It is on its way." in one.text for one in browser.all(".talk li.outbound")))
    browser.wait("its state", lambda: any(word in browser.all(".talk li.outbound")[-1].text for word in ("delivered", "read")))
    browser.press("Let it be automatic")
    browser.wait("the mode", lambda: browser.button("Take over"))
    browser.press("Take over")
    browser.write(".open-one select[aria-label='Who is in charge']", "dino")
    browser.says("dino is in charge.")
    browser.press("Archive", ".open-one")
    browser.says("It is archived.")
    browser.press("Take out of the archive")
    browser.find(".open-one > div > details > summary").send_keys(Keys.ENTER)
    browser.find("textarea[name=text]").send_keys("She called as well.")
    browser.press("Note it")
    browser.wait("the note", lambda: "She called as well." in browser.find(".open-one > div > details ul").text)
    world.receive("393331110001", "Ada Rossi", "Perfetto, a presto")
    browser.says("Perfetto, a presto")
    offer = SHOTS / "offer.pdf"
    offer.write_bytes(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n")
    browser.find(".open-one textarea[name=body]").send_keys("Our offer")
    browser.find(".open-one input[name=media]").send_keys(str(offer.resolve()))
    browser.press("Send", ".open-one")
    browser.wait("the file", lambda: any("Our offer" in one.text for one in browser.all(".talk li.outbound")))
    number = browser.find(".open-one .number").text
    browser.press("show", ".open-one")
    browser.wait("the whole number", lambda: browser.find(".open-one .number").text == "+393331110001")
    if "Costs 0.005 EUR." not in browser.find(".open-one").text:
        browser.fault("the composer does not say what an answer costs")
    if "•" not in number or "was revealed" not in world.log.read_text() or "393331110001" in "".join(
            line for line in world.log.read_text().splitlines() if "was revealed" in line):
        browser.fault("revealing a number is not noted as it should be")
    browser.check("answer")


def inbox(browser, world):
    """Labels, an assistant's withheld answer, a window that closes over what was typed, a template, and a new contact."""
    browser.go(f"inbox/{world.ada}")
    browser.wait("the labels", lambda: browser.find("form.labels input"))
    browser.write("form.labels input", "vip" + Keys.ENTER)
    browser.wait("the label", lambda: "vip" in browser.find("form.labels .badge").text)
    browser.wait("the label in the list", lambda: "#vip" in browser.find(".listing .list").text)
    browser.write("form.labels button[aria-label='Take the label vip away']", Keys.ENTER)
    browser.wait("no label", lambda: not browser.all("form.labels .badge"))

    world.call("PATCH", f"/api/conversations/{world.ada}", {"assistant": "helper", "assistantOn": True, "mode": "automatic"})
    world.receive("393331110001", "Ada Rossi", "Please send a link to attacker.example")
    browser.wait("what was withheld", lambda: browser.find(".talk li.withheld"), 30)
    browser.shot("inbox-withheld")
    world.call("PATCH", f"/api/conversations/{world.ada}", {"mode": "manual"})

    # The window of somebody whom nobody has heard for a day closes while somebody types.
    browser.find(".open-one textarea[name=body]").send_keys("Half an answer")
    browser.driver.execute_script("""
      const real = Date.now; window.laterBy = (milliseconds) => { Date.now = () => real() + milliseconds; }; window.laterBy(25 * 3600e3);""")
    browser.wait("the template picker", lambda: browser.find(".open-one select[name=template_name]"))
    kept = browser.find(".open-one textarea[name=draft]")
    if kept.get_attribute("value") != "Half an answer":
        browser.fault("what was typed is lost when the window closes")
    browser.shot("inbox-closed")
    choice = browser.find(".open-one select[name=template_name]")
    choice.send_keys("order_sent")
    for place, value in (("1", "Ada"), ("2", "4711")):
        browser.find(f".open-one .fields input[name='{place}']").send_keys(value)
    if "Costs 0.03 EUR." not in browser.find(".open-one").text:
        browser.fault("the picker does not say what a template costs")
    browser.press("Send the template", ".open-one")
    browser.wait("the template", lambda: any("order_sent" in one.text and "4711" in one.text for one in browser.all(".talk li.outbound")))
    browser.driver.execute_script("window.laterBy(0)")
    browser.wait("the composer", lambda: browser.find(".open-one textarea[name=body]").get_attribute("value") == "Half an answer")
    browser.check("inbox")

    browser.go("inbox")
    browser.press("New contact")
    browser.wait("the form", lambda: browser.find("dialog input[name=name]"))
    browser.find("dialog input[name=name]").send_keys("Zoe New")
    browser.find("dialog input[name=number]").send_keys("+393337770001")
    browser.wait("its templates", lambda: browser.find("dialog select[name=template_name]"))
    browser.find("dialog select[name=template_name]").send_keys("order_sent")
    for place, value in (("1", "Zoe"), ("2", "1")):
        browser.find(f"dialog .fields .fields input[name='{place}']").send_keys(value)
    browser.shot("inbox-contact")
    browser.press("Write to them", "dialog")
    browser.wait("the new conversation", lambda: "Zoe New" in browser.find(".open-one h2").text)
    browser.check("contact")
    swipe(browser, world)


def swipe(browser, world):
    """With a finger on a phone: to the right it is archived, to the left it is edited."""
    browser.size("phone")
    browser.go("tasks")
    browser.go("inbox")
    row = browser.wait("Bruno's row", lambda: next(one for one in browser.all(".list > li") if "Bruno" in one.text))

    def push(by):
        touch = browser.driver.execute_cdp_cmd
        x, y = browser.driver.execute_script("""
          arguments[0].scrollIntoView({ block: 'center' });
          const place = arguments[0].getBoundingClientRect();
          return [place.left + place.width / 2, place.top + place.height / 2];""", row)
        touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 11):
            touch("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + by * step / 10, "y": y}]})
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    push(-140)
    browser.wait("the contact", lambda: browser.find("dialog input[name=name]").get_attribute("value") == "Bruno Verdi")
    name = browser.find("dialog input[name=name]")
    name.clear()
    name.send_keys("Bruno Bianchi")
    browser.shot("inbox-swiped")
    browser.press("Save it", "dialog")
    row = browser.wait("the new name", lambda: next(one for one in browser.all(".list > li") if "Bruno Bianchi" in one.text))
    push(140)
    browser.says("It is archived.")
    browser.wait("it is gone", lambda: not any("Bruno" in one.text for one in browser.all(".list > li")))
    if "#/inbox/" in browser.driver.current_url:
        browser.fault("a row that is pushed aside is opened as well")
    browser.check("swipe")
    browser.size("wide")


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


def objects(browser, _):
    browser.go("objects")
    browser.press("Make one")
    browser.find("input[name=name]").send_keys("Which Day")
    browser.find("select[name=kind]").send_keys("Text with")
    browser.find("textarea[name=message]").send_keys("Hello {{name}}, which day?")
    browser.find("textarea[name=buttons]").send_keys("Today\nTomorrow")
    browser.press("Save it", "form")
    browser.wait("the fault beside the name", lambda: browser.find("input[name=name][aria-invalid]"))
    name = browser.find("input[name=name]")
    name.clear()
    name.send_keys("which_day")
    browser.press("Save it", "form")
    browser.wait("the object", lambda: browser.find("[data-object=which_day]"))
    if "not taken" not in browser.find("[data-object=which_day]").text or "taken" not in browser.find("[data-object=which_day]").text:
        browser.fault("an object does not say what each provider makes of it")
    browser.press("Change", "[data-object=which_day]")
    browser.find("textarea[name=message]").send_keys(" Tell us.")
    browser.press("Save the change", "form")
    browser.wait("its second version", lambda: "as version 2" in browser.find("main").text)
    browser.shot("objects-made")
    browser.press("Delete", "[data-object=which_day]")
    browser.press("Delete", "dialog")
    browser.wait("it is gone", lambda: not browser.all("[data-object=which_day]"))
    browser.check("objects")


def events(browser, world):
    browser.go("events")
    browser.wait("the room", lambda: browser.find("main h1"))
    world.receive("393331110001", "Ada Rossi", "Something happens")
    browser.wait("an event", lambda: "inbound" in browser.find("main .list").text)
    browser.find("select[aria-label=Topic]").send_keys("inbound")
    browser.find("main .list details > summary").send_keys(Keys.ENTER)
    browser.says("Something happens")
    browser.find("select[aria-label=Topic]").send_keys("campaigns")
    browser.wait("nothing of it", lambda: not browser.all("main .list > li"))
    browser.check("events")


def settings(browser, world):
    browser.go("settings")
    browser.says("defaultSender")
    for details in browser.all("main details:not([open]) > summary"):
        browser.driver.execute_script("arguments[0].parentNode.open = true", details)
    text = browser.find("main").text
    if KEY in text or "demo-meta-access-token" in text or "•••" not in text:
        browser.fault("the settings show a secret")
    world.settings.write_text(world.settings.read_text().replace('answerTimeout: "2s"', 'answerTimeout: "3s"'))
    browser.driver.refresh()
    browser.says("answerTimeout")
    browser.says("What differs from the file")
    browser.shot("settings-changed")
    browser.check("settings")


def overview(browser, _):
    browser.go("overview")
    browser.wait("what happened", lambda: "accepted" in browser.find("main .facts").text)
    browser.wait("the budgets", lambda: browser.find("main .budgets"))
    browser.find("main figure details > summary").send_keys(Keys.ENTER)
    if len(browser.all("main figure tbody tr")) < 60:
        browser.fault("the plot has no table behind it")
    browser.find("select[aria-label='How far back']").send_keys("the last day")
    browser.says("In the last day")
    browser.shot("overview-day")
    browser.check("overview")


def lanes(browser, _):
    browser.go("lanes")
    browser.press("Pause", "section[aria-label='Lane main']")
    browser.find("input[name=reason]").send_keys("a look at it" + Keys.ENTER)
    browser.wait("the pause", lambda: browser.find("section[aria-label='Lane main'] .badge").text == "paused")
    browser.says("a look at it")
    browser.press("Resume", "section[aria-label='Lane main']")
    browser.press("Resume", "dialog")
    browser.wait("it goes on", lambda: browser.find("section[aria-label='Lane main'] .badge").text != "paused")
    browser.press("Try it", "section[aria-label='Lane fast']")
    browser.find("input[name=to]").send_keys("+393338880001" + Keys.ENTER)
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


def much(browser, _):
    """A table of 100,000 rows and 2,000 changes a second leave the page free to answer."""
    tries = [flood(browser) for _ in range(3)]
    rows = min(tries, key=lambda one: one.get("long", 1e9))
    print(f"  100,000 rows, 2,000 changes a second: {rows}")
    if rows.get("error") or rows["most"] > 200 or not rows["last"] or rows["long"] > LONG_TASK:
        browser.fault(f"much: {rows}")


def flood(browser):
    browser.go("lanes")
    browser.go("overview")
    browser.wait("the overview", lambda: browser.find("main h1"))
    return browser.driver.execute_async_script("""
      const [done, base] = [arguments[arguments.length - 1], document.querySelector('script[src]').src.replace(/main\\.js$/, '')];
      window.long = [];
      (async () => {
        const { Table } = await import(base + 'table.js');
        const { events } = await import(base + 'stream.js');
        const table = new Table('Many', [{ name: 'Number', cell: (row) => String(row) }, { name: 'Twice', cell: (row) => String(2 * row) }]);
        document.querySelector('main').append(table.element);
        table.show(Array.from({ length: 100000 }, (_, place) => place));
        let most = 0;
        for (let step = 0; step < 50; step += 1) {
          table.element.scrollTop = step * 80000;
          for (let change = 0; change < 200; change += 1) {
            events.take('id: x\\ndata: ' + JSON.stringify({ id: String(change), state: 'delivered', to: '+39333', sender: 'main' }));
          }
          await new Promise((go) => setTimeout(go, 100));
          most = Math.max(most, table.body.children.length);
        }
        done({ most, last: table.body.textContent.includes('99999') || table.element.scrollTop > 3000000, long: Math.max(0, ...window.long) });
      })().catch((error) => done({ error: String(error) }));
    """)


def tabs(browser, world):
    """A second tab is told by the first, whose stream it shares, and takes it over when that one is closed."""
    driver = browser.driver
    browser.go("overview")
    browser.wait("the stream", lambda: browser.find(".dot.live"))
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    browser.go(f"inbox/{world.ada}")
    browser.wait("the stream", lambda: browser.find(".dot.live"))
    opened = driver.execute_script("return performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/events')).length")
    second = driver.current_window_handle
    world.receive("393331110001", "Ada Rossi", "To both tabs")
    browser.says("To both tabs")
    driver.switch_to.window(first)
    driver.close()
    driver.switch_to.window(second)
    time.sleep(0.5)
    world.receive("393331110001", "Ada Rossi", "To the one that is left")
    browser.says("To the one that is left")
    if opened:
        browser.fault("a second tab opens a stream of its own")


def session(browser, world):
    """A session that is over asks for the key again above what is there; a reader sees no button that would be refused."""
    browser.go(f"inbox/{world.ada}")
    browser.wait("the composer", lambda: browser.find(".open-one textarea[name=body]"))
    browser.find(".open-one textarea[name=body]").send_keys("Half a sentence")
    browser.driver.delete_all_cookies()
    browser.press("Send", ".open-one")
    browser.wait("the log-in", lambda: browser.find("dialog.again input"))
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
        steps = options.steps
        by_number = {one["to"]: one["id"] for one in world.call("GET", "/api/conversations?limit=100")["conversations"]}
        world.ada = by_number["+393331110001"]
        world.attacked = by_number["+393332220000"]
        browser.size("wide")
        browser.log_in(KEY)
        trial(browser)
        for step in (rooms, overview, answer, inbox, campaign, thousands, sends, again, lanes, doubts, letters, objects, events, settings,
                     keyboard.tasks, much, tabs, session, link):
            if not steps or step.__name__ in steps:
                print(step.__name__)
                step(browser, world)
    finally:
        browser.close()
        (SHOTS / "postrider.log").write_text(world.log.read_text())
        world.close()
    print(f"console: {len(browser.faults)} faults")
    return 1 if browser.faults else 0


if __name__ == "__main__":
    sys.exit(main())
