import Domain
import Testing
import Time

@Suite struct SignupTests {
  private static func signup(_ change: (inout Signup) -> Void = { _ in }) -> Signup {
    var signup = Signup(
      appID: "1", tenant: .none, account: nil, sender: nil, createdAt: CalendarTime(seconds: 0))
    change(&signup)
    return signup
  }

  private static func phone(_ id: String, isConnected: Bool = false) -> Signup.Phone {
    Signup.Phone(id: id, number: "+\(id)", name: "", isConnected: isConnected)
  }

  private static func waba(_ id: String, _ phones: [Signup.Phone]?) -> Signup.Waba {
    var waba = Signup.Waba(id: id)
    waba.isSubscribed = true
    waba.phones = phones
    return waba
  }

  @Test("each step follows from what is done, so that it can be gone on with from anywhere")
  func steps() {
    func step(pin: Bool = true, _ change: (inout Signup) -> Void) -> SignupStep {
      SignupStep(Self.signup(change), canRegister: pin)
    }
    func inspected(_ signup: inout Signup) { (signup.hasToken, signup.isInspected) = (true, true) }
    #expect(step { _ in } == .waitForCode)
    #expect(step { $0.hasCode = true } == .exchange)
    #expect(step { ($0.hasCode, $0.hasToken) = (true, true) } == .inspect)
    let found = step {
      inspected(&$0)
      $0.wabas = [Signup.Waba(id: "8")]
    }
    #expect(found == .subscribe(waba: "8"))
    let subscribed = step {
      inspected(&$0)
      $0.wabas = [Self.waba("8", [Self.phone("81", isConnected: true)]), Self.waba("9", nil)]
    }
    #expect(subscribed == .listPhones(waba: "9"))
    func listed(_ signup: inout Signup) {
      inspected(&signup)
      signup.wabas = [Self.waba("8", [Self.phone("81", isConnected: true), Self.phone("82")])]
    }
    #expect(step(listed) == .register(phone: "82"))
    #expect(step(pin: false, listed) == .store)
    let failed = step {
      listed(&$0)
      $0.wabas[0].phones?[1].failure = "133005: wrong"
    }
    #expect(failed == .store)
    let stored = step {
      listed(&$0)
      $0.wabas[0].phones?[1].isRegistered = true
      $0.isStored = true
    }
    #expect(stored == .finish)
    #expect(step { $0.end = .canceled } == .none)
  }

  @Test(
    "what the browser says counts where the token agrees",
    arguments: [
      (nil, ["8", "9"], ["8", "9"], true), ("9", ["8", "9"], ["9"], true),
      ("7", ["8", "9"], [], false), (nil, [], [], false), ("7", [], ["7"], true),
    ] as [(String?, [String], [String], Bool)])
  func reach(hint: String?, targets: [String], wabas: [String], isRight: Bool) {
    var signup = Self.signup { $0.hint.waba = hint }
    let fault = signup.reach(targets)
    #expect((fault == nil) == isRight && signup.isInspected == isRight)
    #expect(signup.wabas.map(\.id) == wabas)
  }

  @Test("what a person has to do yet is told for each number")
  func leftToDo() {
    let signup = Self.signup { signup in
      signup.wabas = [
        Self.waba("8", [Self.phone("1", isConnected: true), Self.phone("2"), Self.phone("3")])
      ]
      signup.wabas[0].phones?[2].failure = "133005: Two-step verification PIN Mismatch"
    }
    #expect(
      signup.leftToDo == [
        "+2 is not registered: give its PIN",
        "+3 is not registered: 133005: Two-step verification PIN Mismatch",
      ])
  }
}
