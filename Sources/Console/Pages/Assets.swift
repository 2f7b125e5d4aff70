internal import Crypto
internal import HTTP

/// What the pages are made of, in the program itself. All of it has one name that changes with any of it, so browsers may
/// keep it for as long as they like.
struct Assets: Sendable {
  struct Asset: Sendable {
    let name: String
    let bytes: [UInt8]

    var type: String {
      switch name.split(separator: ".").last {
      case "js": "text/javascript; charset=utf-8"
      case "css": "text/css; charset=utf-8"
      default: "image/svg+xml"
      }
    }
  }

  static let own = Assets(first: AssetList.first, rooms: AssetList.rooms)

  let version: String
  /// Of those that are loaded with the page.
  let firstNames: [String]
  private let answers: [String: HTTPAnswer]

  init(first: [Asset], rooms: [Asset]) {
    firstNames = first.map(\.name)
    let assets = first + rooms
    version = String(
      lowerHex(sha256(assets.flatMap { Array($0.name.utf8) + sha256($0.bytes) })).prefix(16))
    answers = Dictionary(
      assets.map { asset in
        (
          asset.name,
          HTTPAnswer(
            status: 200,
            headers: [
              HTTPHeader("Content-Type", asset.type),
              HTTPHeader("Cache-Control", "public, max-age=31536000, immutable"),
            ], body: asset.bytes
          ).prepared()
        )
      }
    ) { first, _ in first }
  }

  func path(of name: String) -> String { "/assets/\(version)/\(name)" }

  func add(to router: inout Router) {
    router.at("GET", "/assets/{version}/{name}") { _, parameters in
      guard parameters["version"] == version, let answer = answers[parameters["name"] ?? ""]
      else { return .answer(Self.gone) }
      return .answer(answer)
    }
  }

  private static let gone = Problem(
    status: 404, title: "Not Found",
    detail: "The console was renewed meanwhile: load the page again."
  ).answer(headers: [HTTPHeader("Cache-Control", "no-store")])
}
