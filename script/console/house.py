"""What the house is made of and how it stands."""

from selenium.webdriver.common.keys import Keys

from world import KEY


def overview(browser, _):
    browser.go("overview")
    browser.wait("what happened", lambda: any("accepted" in one.text for one in browser.all("main .facts")))
    browser.wait("where the day's sends stand", lambda: "delivered" in browser.find("main section .facts").text)
    browser.wait("the budgets", lambda: browser.find("main .budgets"))
    browser.find("main figure details > summary").send_keys(Keys.ENTER)
    if len(browser.all("main figure tbody tr")) < 60:
        browser.fault("the plot has no table behind it")
    browser.find("select[aria-label='How far back']").send_keys("the last day")
    browser.says("In the last day")
    browser.shot("overview-day")
    browser.check("overview")


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
