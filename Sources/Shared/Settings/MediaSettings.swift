internal import Time

/// Where files that are to be sent are kept, and for how long.
package struct MediaSettings: Hashable, Sendable {
  /// nil: beside the store, where that is a file.
  package var folder: String?
  /// Of all files together, in bytes.
  package var limit = 10 << 30
  package var retention = Duration.seconds(30 * 86400)

  package init() {}
}

extension Settings {
  /// nil where several machines may be at work, and none was set that all of them see.
  package var mediaFolder: String? {
    if let folder = media.folder { return folder }
    guard case .sqlite(let path) = store else { return nil }
    guard let slash = path.lastIndex(of: "/") else { return "media" }
    return path[..<slash] + "/media"
  }
}

extension SettingsReader {
  var media: MediaSettings {
    var media = MediaSettings()
    guard let own = object("media") else { return media }
    media.folder = own.path("folder")
    media.limit = own.value("limit", "a size such as 10GB", Units.size) ?? media.limit
    media.retention =
      own.value("retention", "a time such as 30d", Units.duration) ?? media.retention
    if media.retention < .seconds(3600) {
      own.fault("retention", "must be at least 1h: a provider fetches a file when it is sent")
    }
    own.finish()
    return media
  }
}
