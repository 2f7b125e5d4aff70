internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Providers
internal import Running

/// A question about one file, put for one number after the other.
struct MetaFileAsked: Sendable {
  let id: String
  let numbers: [MetaCallerNumber]

  /// What the first number says that knows the file. Where none does, and one could not be asked, it may be that one's.
  func first(
    _ body: (MetaCallerNumber) throws(MetaRefused) -> HTTPAnswer?
  ) throws(MetaRefused) -> HTTPAnswer {
    var refused: MetaRefused?
    for number in numbers {
      do throws(MetaRefused) {
        if let answer = try body(number) { return answer }
      } catch { refused = refused ?? error }
    }
    throw refused ?? .unknownObject(id)
  }

  /// Ids of Meta's are of accounts and of much else as well.
  static func isFile(_ answer: ProviderAnswer) -> Bool {
    guard answer.status == 200, let root = JSONValue(whole: answer.body) else { return false }
    return root["mime_type"]?.string != nil && root["url"]?.string != nil
  }

  /// nil where Meta knows no such file of the number.
  func refusal(_ answer: ProviderAnswer) -> HTTPAnswer? {
    let code = JSONValue(whole: answer.body)?["error"]?["code"]?.integer
    if answer.status == 200 || answer.status == 404 || (answer.status == 400 && code == 100) {
      return nil
    }
    return MetaPassing.relayed(answer)
  }

  /// Meta's answer with an address of ours in place of its own, which wants its token.
  func look(
    by asking: ProviderAsking, at address: (MetaCallerNumber) -> String
  ) throws(MetaRefused) -> HTTPAnswer {
    try first { number throws(MetaRefused) in
      let answer = try MetaPassing.ask(
        MetaMedia.look(id, of: number.own), of: number, by: asking)
      guard Self.isFile(answer), let fields = JSONValue(whole: answer.body)?.fields else {
        return refusal(answer)
      }
      return HTTPAnswer(
        json: JSONWriter.object { writer in
          for (name, value) in fields {
            writer.name(name)
            if name == "url" {
              writer.value(address(number))
            } else {
              writer.raw(value.text)
            }
          }
        })
    }
  }

  func file(by client: HTTPClient) throws(MetaRefused) -> HTTPAnswer {
    try first { number throws(MetaRefused) in
      let media = InboundMedia(
        id: id, url: nil, contentType: nil, sha256: nil, filename: nil, isVoice: nil)
      do throws(Problem) {
        return try ReceivedMedia(media: media, sender: number.settings, client: client).answer()
      } catch {
        if [404, 410].contains(error.status) { return nil }
        throw MetaRefused(
          131052, status: error.status, "Media download error", error.detail ?? error.title)
      }
    }
  }
}
