"""Much at once, and several tabs."""

import time

from browser import LONG_TASK


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


def stays(browser, _):
    """A page that is left open for a day keeps nothing of the rooms that were left."""
    def walk(times):
        for _ in range(times):
            for room in ("lanes", "overview", "events", "campaigns", "inbox", "sends", "tasks"):
                browser.driver.execute_script("location.hash = arguments[0]", f"#/{room}")
                browser.wait(f"the room {room}", lambda: browser.find("nav a[aria-current]").get_attribute("data-room") == room)
                time.sleep(0.1)
        for _ in range(3):
            browser.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return {one["name"]: one["value"] for one in browser.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    browser.go("overview")
    browser.wait("the overview", lambda: browser.find("main .facts"))
    browser.driver.execute_cdp_cmd("Performance.enable", {})
    before, after = walk(3), walk(12)
    grown = {name: int(after[name] - before[name]) for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}
    print(f"  after twelve more rounds through the rooms: {grown}")
    if grown["Nodes"] > 1500 or grown["JSEventListeners"] > 200 or grown["JSHeapUsedSize"] > 3_000_000:
        browser.fault(f"stays: it grows with each room that is left: {grown}")


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
