internal import Crypto
internal import Domain
internal import JSON
internal import Platform
internal import Settings

/// A campaign's definition as a file: JSON or JSON5. Its field `recipients` is the path of the list, seen from the file,
/// and stays here.
struct CampaignFile {
  let definition: [UInt8]
  let recipients: String?
  /// Whether it takes its recipients from a former campaign.
  let hasSource: Bool

  /// The same for the same contents: whoever runs the file again finds the same campaign.
  var key: String { "file-" + lowerHex(sha256(definition)) }

  private static let limit = 1 << 20

  init(_ path: String) throws(APICaller.Failed) {
    func refused(_ sentence: String) -> APICaller.Failed {
      APICaller.Failed("\(path) \(sentence)", .refused)
    }
    let file: OpenFile
    do throws(OpenFile.Failed) { file = try OpenFile(path) } catch {
      throw APICaller.Failed(error.description, .refused)
    }
    guard file.size <= Self.limit else { throw refused("is too long for a campaign's definition") }
    guard let text = file.bytes(from: 0, count: file.size) else { throw refused("cannot be read") }
    guard text.contains(where: { !" \n\r\t".utf8.contains($0) }) else {
      throw refused("is empty: a campaign has at least a name and a message")
    }
    var json = text
    if JSONValue(whole: text) == nil {
      do throws(SettingsFault) { json = try JSON5Document.json(text) } catch {
        throw refused("is not JSON5: \(error.description)")
      }
    }
    guard let root = JSONValue(whole: json), let fields = root.fields else {
      throw refused("must hold one object, the campaign's definition")
    }
    if let named = root["recipients"], named.kind != .string {
      throw refused("must have the path of a file as `recipients`")
    }
    let named = root["recipients"]?.string
    recipients = named.map { Self.place($0, beside: path) }
    hasSource = root["source"].map { !$0.isNull } ?? false
    definition = JSONWriter.object(capacity: json.count) { writer in
      for (name, value) in fields where name != "recipients" {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }

  private static func place(_ name: String, beside path: String) -> String {
    let folder = folder(ofFile: path)
    guard !name.hasPrefix("/"), !folder.isEmpty else { return name }
    return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
  }
}
