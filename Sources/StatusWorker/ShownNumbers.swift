internal import Events
internal import Domain
internal import SendStore
internal import Store

/// Learns by which number Meta shows each sender to people: news of a number's quality names nothing else.
struct ShownNumbers {
  private let store: SendStore
  private var known: [String: String] = [:]

  init(_ store: SendStore) { self.store = store }

  mutating func note(_ callbacks: [ProviderCallback]) throws(StoreError) {
    for callback in callbacks {
      guard let phone = callback.phoneNumberID, let shown = callback.from,
        known[phone] != shown
      else { continue }
      for sender in store.senders(of: callback.account, address: phone) {
        try store.note(shownAs: String(shown.filter(\.isNumber)), of: sender)
      }
      known[phone] = shown
    }
  }
}
