"""A real browser, driven as a person does it, and what must hold of any room in it."""

import pathlib
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

# axe itself, by Deque; the package around it is for another driver and is not used.
AXE = next(pathlib.Path(sys.prefix).glob("lib/*/site-packages/axe_playwright_python/axe.min.js"))
SHOTS = pathlib.Path(".build/console")
FIRST_PAINT, WEIGHT, LONG_TASK = 300, 150_000, 100
SIZES = {"wide": (1440, 900), "phone": (360, 740)}


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
            if button.get_attribute("aria-disabled") is None:
                button.send_keys(Keys.ENTER)
                return True
        self.wait(f"the button {words}", pressed)

    def press_summary(self, words, inside="main"):
        look = lambda: next(one for one in self.all(f"{inside} summary") if one.text == words)  # noqa: E731
        self.wait(words, look).send_keys(Keys.ENTER)

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

    def offline(self, is_away):
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions",
                                    {"offline": is_away, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})

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
            # A send that was asked for a moment ago may not be there yet, and its page waits for it.
            is_early = "404" in line["message"] and "/api/sends/" in line["message"]
            if line["level"] == "SEVERE" and "422" not in line["message"] and "401" not in line["message"] and not is_early:
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
