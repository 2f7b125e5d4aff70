internal import Domain
internal import HTTP

/// What people see in the browser once they come back from Meta. Plain pages without a script.
enum SignupPage {
  static func about(_ signup: Signup) -> HTTPAnswer {
    switch signup.end {
    case .done:
      let numbers = signup.wabas.flatMap { $0.phones ?? [] }.map(\.number)
      return page(
        200, "The account is connected",
        [
          numbers.isEmpty
            ? "It has no number yet." : "Its numbers: \(numbers.joined(separator: ", ")).",
          "A payment method must be set in WhatsApp Manager before messages outside of a conversation go out.",
        ] + signup.leftToDo)
    case .canceled: return page(200, "Nothing was connected", [signup.failure ?? "You broke off."])
    case .failed: return page(200, "The account could not be connected", [signup.failure ?? ""])
    case nil:
      return page(
        202, "The account is being connected",
        [signup.failure ?? "It goes on by itself; you can close this page."])
    }
  }

  static let stranger = page(
    403, "This link is not one of ours", ["Ask for another one where you got it."])
  static let tooLate = page(
    410, "This link is too old",
    ["It counts for ten minutes. Ask for another one where you got it."])
  static let used = page(
    409, "This link was used already", ["Ask for another one where you got it."])
  static let later = page(
    503, "Not now", ["The store cannot be reached. Load this page again in a moment."])

  private static func page(_ status: Int, _ title: String, _ lines: [String]) -> HTTPAnswer {
    let body =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>\(escaped(title))</title>"
      + "<meta name=\"viewport\" content=\"width=device-width\"><h1>\(escaped(title))</h1>"
      + lines.filter { !$0.isEmpty }.map { "<p>\(escaped($0))</p>" }.joined()
    return HTTPAnswer(
      status: status,
      headers: [
        HTTPHeader("Content-Type", "text/html; charset=utf-8"),
        HTTPHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        HTTPHeader("Cache-Control", "no-store"), HTTPHeader("Referrer-Policy", "no-referrer"),
        HTTPHeader("X-Content-Type-Options", "nosniff"),
      ], body: Array(body.utf8))
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
