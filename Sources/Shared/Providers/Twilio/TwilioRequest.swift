internal import Forms
package import Domain

package enum TwilioRequest {
  /// Creates a message. The callback's address carries the attempt, and asks for five retries of whatever
  /// fails: by default Twilio repeats nothing but a failed connection.
  package static func create(
    _ message: Message, to: Recipient, from sender: TwilioSender, attempt: AttemptID,
    statusCallback: String?, validity: Duration? = nil, account: TwilioAccount
  ) throws(Inexpressible) -> ProviderRequest {
    var pairs = [(name: "To", value: sender.spelled(to.description).text)]
    if let from = sender.from { pairs.append(("From", sender.spelled(from).text)) }
    if let service = sender.service { pairs.append(("MessagingServiceSid", service)) }
    if let fallback = sender.fallbackFrom { pairs.append(("FallbackFrom", fallback)) }
    pairs += try content(of: message, sender)
    if let statusCallback {
      pairs.append(("StatusCallback", callback(statusCallback, attempt)))
    }
    if let validity {
      let seconds = min(max(validity.components.seconds, 1), 36_000)
      pairs.append(("ValidityPeriod", String(seconds)))
    }
    return post("\(account.path)/Messages.json", pairs, account)
  }

  package static func fetch(_ id: ProviderID, account: TwilioAccount) -> ProviderRequest {
    get(messagePath(id, account), account)
  }

  /// Newest first. Without a date: one that still waits has none and would be missed.
  package static func list(
    to: ChannelAddress?, from: ChannelAddress?, pageSize: Int = 1000, account: TwilioAccount
  ) -> ProviderRequest {
    var pairs: [(name: String, value: String)] = []
    if let to { pairs.append(("To", to.text)) }
    if let from { pairs.append(("From", from.text)) }
    pairs.append(("PageSize", String(min(max(pageSize, 1), 1000))))
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return get("\(account.path)/Messages.json?\(query)", account)
  }

  /// `path` from the page before; one that leads out of the account is refused.
  package static func next(
    _ path: String, account: TwilioAccount
  ) throws(Inexpressible) -> ProviderRequest {
    guard path.hasPrefix("\(account.path)/Messages.json?"),
      path.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw Inexpressible(description: "the next page is not one of this account's messages")
    }
    return get(path, account)
  }

  /// Only what is scheduled can be canceled.
  package static func cancel(_ id: ProviderID, account: TwilioAccount) -> ProviderRequest {
    post(messagePath(id, account), [("Status", "canceled")], account)
  }

  /// What somebody else asks about a message, or about its files, in the account's name. `form` is nil for a question.
  package static func passing(
    _ method: String, _ id: ProviderID, isAboutMedia: Bool = false, form: [UInt8]? = nil,
    account: TwilioAccount
  ) -> ProviderRequest {
    var request = get(messagePath(id, account), account)
    request.method = method
    if isAboutMedia { request.path = "\(request.path.dropLast(".json".count))/Media.json" }
    guard let form else { return request }
    request.headers.append(ProviderHeader("Content-Type", "application/x-www-form-urlencoded"))
    request.body = form
    return request
  }

  /// What a stopped lane is probed by: the account itself, or, since Twilio may refuse that one to an API key, a list of
  /// one message.
  package static func health(account: TwilioAccount) -> ProviderRequest {
    let path = account.isByKey ? "\(account.path)/Messages.json?PageSize=1" : "\(account.path).json"
    return get(path, account)
  }

  private static func callback(_ base: String, _ attempt: AttemptID) -> String {
    let bare = base.prefix { $0 != "#" }
    return "\(bare)\(bare.contains("?") ? "&" : "?")\(attempt.query)#rc=5&rp=all"
  }

  private static func messagePath(_ id: ProviderID, _ account: TwilioAccount) -> String {
    let sid = String(decoding: percentEncoded(id.text), as: UTF8.self)
    return "\(account.path)/Messages/\(sid).json"
  }

  private static func get(_ path: String, _ account: TwilioAccount) -> ProviderRequest {
    let headers = [account.authorization, ProviderHeader("Accept", "application/json")]
    return ProviderRequest(method: "GET", path: path, headers: headers, body: [])
  }

  private static func post(
    _ path: String, _ pairs: [(name: String, value: String)], _ account: TwilioAccount
  ) -> ProviderRequest {
    let headers = [
      account.authorization, ProviderHeader("Accept", "application/json"),
      ProviderHeader("Content-Type", "application/x-www-form-urlencoded"),
    ]
    return ProviderRequest(
      method: "POST", path: path, headers: headers, body: FormPair.encoded(pairs))
  }
}
