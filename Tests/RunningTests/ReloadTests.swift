import Running
import Settings
import Platform
import Testing

@Suite struct ReloadTests {
  struct Refused: Error, CustomStringConvertible { let description = "no room for that" }

  @Test("settings that one part cannot take up are taken back by the parts before it")
  func undone() throws {
    let reload = Reload()
    let (first, last) = (Locked<[Int]>([]), Locked<[Int]>([]))
    reload.onChange { settings in first.withLock { $0.append(settings.parkedLimit) } }
    reload.onChange { settings in if settings.parkedLimit == 3 { throw Refused() } }
    reload.onChange { settings in last.withLock { $0.append(settings.parkedLimit) } }
    var settings = [Settings(), Settings(), Settings()]
    for index in settings.indices { settings[index].parkedLimit = index + 1 }
    try reload.apply(settings[1], over: settings[0])
    let failed = #expect(throws: Reload.Failed.self) {
      try reload.apply(settings[2], over: settings[0])
    }
    #expect(failed?.description == "no room for that; the former settings are in force")
    #expect(first.withLock { $0 } == [2, 3, 2])
    #expect(last.withLock { $0 } == [2])
  }
}
