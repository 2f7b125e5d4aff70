import Glibc
import HTTP
import Platform
import Simulator

/// How many messages the simulator accepts on one thread. The caller is a thread of the same process, so
/// the processor time that is printed is that of both, and of the receiver of the callbacks.
enum SimulatorBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    if arguments.first == "serve" { return try serve() }
    let count = arguments.compactMap { Int($0) }.first ?? 50_000
    var race = Race()
    for _ in 0..<3 {
      try measure("Twilio", count, twilio(callback: nil), isReported: false, &race)
      try measure("Meta", count, meta(), isReported: false, &race)
      let receiver = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: 204)) }
      let callback = "http://127.0.0.1:\(receiver.port)/callback"
      try measure(
        "Twilio with three callbacks", count, twilio(callback: callback), isReported: true, &race)
      receiver.drain(within: .zero)
    }
    race.report()
    race.expect("Twilio", atLeast: 10_000)
    race.expect("Meta", atLeast: 10_000)
  }

  /// For a load generator of its own, until a line comes in.
  private static func serve() throws {
    let simulator = try Simulator(unlimited(isReported: false))
    print(simulator.port)
    fflush(nil)
    _ = readLine()
    print(simulator.summary())
    simulator.stop()
  }

  private static func unlimited(isReported: Bool) -> SimulatorSettings {
    var settings = SimulatorSettings()
    for index in settings.twilio[0].senders.indices { settings.twilio[0].senders[index].rate = nil }
    settings.meta[0].accounts[0].phones[0].rate = Rate(1_000_000, per: .seconds(1))
    settings.meta[0].accounts[0].phones[0].pair = nil
    settings.life.isReported = isReported
    settings.life.sent = .none
    settings.life.delivered = .none
    settings.life.read = .none
    settings.life.readShare = 1
    return settings
  }

  private static func measure(
    _ name: String, _ count: Int, _ call: (UInt16, Int) -> HTTPCall, isReported: Bool,
    _ race: inout Race
  ) throws {
    let simulator = try Simulator(unlimited(isReported: isReported))
    let client = try HTTPClient()
    let done = Monitor(0)
    let began = processorMicroseconds()
    race.run(name, operations: count) {
      for start in stride(from: 0, to: count, by: inFlight) {
        let calls = (start..<min(count, start + inFlight)).map { call(simulator.port, $0) }
        client.send(calls.map { call in (call, { _ in done.change { $0 += 1 } }) })
        done.wait(for: .seconds(60)) { $0 >= start + calls.count }
      }
    }
    let spent = Double(processorMicroseconds() - began) / Double(count)
    if isReported {
      let late = bootMicroseconds()
      _ = simulator.finishCallbacks(within: .seconds(60))
      print("  callbacks done \((bootMicroseconds() - late) / 1000) ms after the last message")
    }
    print("  \(name): \(Int(spent)) us of processor for each message")
    client.close()
    simulator.stop(within: .zero)
  }

  private static let inFlight = 64

  private static func twilio(callback: String?) -> (UInt16, Int) -> HTTPCall {
    { port, number in
      var body = "To=whatsapp%3A%2B39333\(1_000_000 + number % 900_000)&Body=Hello+world"
      body += "&From=whatsapp%3A%2B15005550006"
      if let callback { body += "&StatusCallback=\(callback)?send=\(tag(number))%26attempt=1" }
      return HTTPCall(
        method: "POST",
        url: "http://127.0.0.1:\(port)/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
        headers: [
          HTTPHeader(
            "Authorization",
            "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMGRlMDpkZW1vLXR3aWxpby1hdXRoLXRva2VuLTAwMDAwMDAwMDA="
          ), HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ], body: Array(body.utf8))
    }
  }

  private static func meta() -> (UInt16, Int) -> HTTPCall {
    { port, number in
      let to = "+39333\(1_000_000 + number % 900_000)"
      let body = """
        {"messaging_product":"whatsapp","to":"\(to)","type":"text","text":{"body":"Hello world"},\
        "biz_opaque_callback_data":"\(tag(number)).1"}
        """
      return HTTPCall(
        method: "POST", url: "http://127.0.0.1:\(port)/v24.0/\(Demo.phoneNumberID)/messages",
        headers: [
          HTTPHeader("Authorization", "Bearer \(Demo.accessToken)"),
          HTTPHeader("Content-Type", "application/json"),
        ], body: Array(body.utf8))
    }
  }

  private static func tag(_ number: Int) -> String {
    "0190a0b0-c0d0-7000-8000-\(100_000_000_000 + number)"
  }

  private static func processorMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
