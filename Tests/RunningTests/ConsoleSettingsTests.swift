import Settings
import Testing

@Suite struct ConsoleSettingsTests {
  @Test("a console is an address, or one with the address of a proxy in front")
  func read() throws {
    #expect(try SettingsTests.read("{}").console == nil)
    #expect(
      try SettingsTests.read("{console: '127.0.0.1:8088'}").console
        == ConsoleSettings(listen: Address(host: "127.0.0.1", port: 8088)))
    let proxied = try SettingsTests.read(
      "{console: {listen: '0.0.0.0:8088', url: 'https://console.acme.it'}}")
    #expect(proxied.console?.url?.authority == "console.acme.it")
    #expect(proxied.console?.isLoopback == false)
  }

  @Test(
    "a console that would show sessions to others is refused",
    arguments: [
      (
        "'0.0.0.0:8088'",
        "console: listens beyond this machine, so it needs url: the https address that a proxy in front of it has"
      ),
      (
        "{listen: '0.0.0.0:8088', url: 'http://console.acme.it'}",
        "console.url: must be an https address, as sessions go over it"
      ),
      (
        "{listen: '[::1]:8088', url: 'https://acme.it/console'}",
        "console.url: has a path; the console needs a host or a port of its own"
      ),
      ("'127.0.0.1:8080'", "console: is 127.0.0.1:8080, which listen has already"),
      ("{url: 'https://acme.it'}", "console.listen: is missing: where the console listens"),
      ("7", "console: must be a string in quotes, not a number"),
    ])
  func faults(given: String, fault: String) {
    #expect(SettingsTests.faults("{console: \(given)}") == [fault])
  }

  @Test(
    "a name for this machine alone may be called in the clear",
    arguments: ["localhost", "127.0.0.1", "[::1]"])
  func loopback(host: String) throws {
    let settings = try SettingsTests.read(
      "{console: {listen: '0.0.0.0:8088', url: 'http://\(host):9000'}}")
    #expect(settings.console?.url?.authority == "\(host):9000")
  }
}
