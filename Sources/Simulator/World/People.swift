/// Everybody who was ever written to, by a number of their own.
struct People: Sendable {
  private var numbers: [String: Int32] = [:]
  private var named: [String: Person] = [:]
  private let everyone: Person
  private(set) var addresses: [String] = []
  /// Only those that differ from everyone.
  private var different: [Int32: Person] = [:]

  init(_ settings: SimulatorSettings) {
    everyone = settings.everyone
    for person in settings.people { named[person.address] = person }
  }

  /// `address` is `+` and digits, or a business-scoped user id.
  mutating func number(of address: String) -> Int32 {
    if let known = numbers[address] { return known }
    let number = Int32(addresses.count)
    numbers[address] = number
    addresses.append(address)
    if let person = named[address] { different[number] = person }
    return number
  }

  /// They keep their name and all that is said of them.
  mutating func move(_ old: Int32, to new: Int32) { different[new] = self[old] }

  func known(_ address: String) -> Int32? { numbers[address] }

  func address(_ person: Int32) -> String { addresses[Int(person)] }

  subscript(person: Int32) -> Person {
    get { different.isEmpty ? everyone : different[person] ?? everyone }
    set { different[person] = newValue }
  }
}

/// What a sender and a person have had with each other.
struct Pair: Sendable {
  var accepted = 0
  var firstAt: Int64 = 0
  var lastAt: Int64 = 0
  var lastSerial: Int?
  var debtEnds: Int64 = 0
  /// When the person last wrote; nil before that, when the settings say whether a window is open.
  var wroteAt: Int64?
  var hasOptedOut: Bool?

  static func key(_ sender: Int, _ person: Int32) -> UInt64 {
    UInt64(sender) << 32 | UInt64(UInt32(bitPattern: person))
  }
}
