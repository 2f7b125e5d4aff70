internal import HTTP

/// The one page: all rooms are behind its `#`.
struct Page: Sendable {
  private let answer: HTTPAnswer

  /// `prefix` stands in front of the API's paths.
  init(_ assets: Assets, prefix: String) {
    let modules = assets.firstNames.filter { $0.hasSuffix(".js") }
      .map { "<link rel=\"modulepreload\" href=\"\(assets.path(of: $0))\">" }.joined(
        separator: "\n")
    let text = String(decoding: PackageResources.console_html, as: UTF8.self)
      .replacing("{{assets}}", with: "/assets/\(assets.version)")
      .replacing("{{modules}}", with: modules)
      // It came from the settings: an address has no quotes, and none may begin here either.
      .replacing("{{prefix}}", with: prefix.filter { !"\"<>&".contains($0) })
    answer = HTTPAnswer(
      status: 200,
      headers: [
        HTTPHeader("Content-Type", "text/html; charset=utf-8"),
        HTTPHeader("Cache-Control", "no-store"),
      ], body: Array(text.utf8)
    ).prepared()
  }

  func add(to router: inout Router) {
    router.at("GET", "/") { _, _ in .answer(answer) }
  }
}
