internal import Crypto

/// Files that people sent, of which the newest can be fetched. Those of one type and size share their bytes.
struct PersonFiles: Sendable {
  private struct Sample {
    let bytes: [UInt8]
    /// In base64, as webhooks have it.
    let hash: String
  }

  private var items: [String: MediaItem] = [:]
  private var order: [String] = []
  private var head = 0
  private var samples: [String: Sample] = [:]

  private static let kept = 10_000
  private static let keptSamples = 32

  subscript(id: String) -> MediaItem? { items[id] }

  /// `app` is whose token fetches it at Meta; nil for a file at Twilio. Returns its hash.
  mutating func add(_ id: String, _ file: SentFile, app: Int?) -> String {
    let key = "\(file.type) \(file.size)"
    if samples.count >= Self.keptSamples, samples[key] == nil { samples = [:] }
    let sample = samples[key] ?? Self.sample(of: file)
    samples[key] = sample
    keep(id, MediaItem(type: file.type, bytes: sample.bytes, app: app))
    return sample.hash
  }

  mutating func add(_ id: String, type: String, _ bytes: [UInt8]) {
    keep(id, MediaItem(type: type, bytes: bytes, app: nil))
  }

  private mutating func keep(_ id: String, _ item: MediaItem) {
    items[id] = item
    order.append(id)
    guard order.count - head > Self.kept else { return }
    items[order[head]] = nil
    head += 1
    guard head > Self.kept else { return }
    order.removeFirst(head)
    head = 0
  }

  /// Begins as a file of that type does, so that one who looks inside finds what the header says.
  private static func sample(of file: SentFile) -> Sample {
    var bytes = beginning(of: file.type)
    if bytes.count < file.size {
      bytes += (bytes.count..<file.size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }
    bytes = Array(bytes.prefix(file.size))
    return Sample(bytes: bytes, hash: base64(sha256(bytes)))
  }

  private static func beginning(of type: String) -> [UInt8] {
    switch type.prefix(while: { $0 != ";" }) {
    case "image/jpeg": [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10] + Array("JFIF\0".utf8)
    case "image/png": [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]
    case "image/webp": Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8 ".utf8)
    case "video/mp4", "audio/mp4": [0, 0, 0, 0x18] + Array("ftypmp42".utf8)
    case "audio/ogg": Array("OggS".utf8)
    case "audio/mpeg": Array("ID3".utf8)
    case "audio/amr": Array("#!AMR\n".utf8)
    case "application/pdf": Array("%PDF-1.7\n".utf8)
    default: []
    }
  }
}
